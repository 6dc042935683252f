// The address of an existing service and the key for it, as a command line gives them. The key itself comes from the
// environment: an argument would be seen by every user of the machine and kept in the shell's history.

import { TestbedError } from '../../model/errors.ts';

export const DIALECT_UNKNOWN_HINT =
  'is this the API server, not a pod behind it or a web front? `surgelab probe URL` shows what each path answered';

/** `http://host:port` of what was typed; a path would be mistaken for a dialect's own. Throws USAGE. */
export const originOf = (text: string): string => {
  const url = URL.parse(text);
  const usable = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '';
  if (!usable || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new TestbedError('USAGE', `${text}: expected an address such as http://127.0.0.1:7100`, {
      hint: 'scheme http or https, host and port only: paths belong to the dialect, keys to --auth-env',
    });
  return url.origin;
};

/**
 * Value of the `Authorization` header; null without `name`. Throws USAGE.
 *
 * @example authorizationFrom('SMALLEST_API_KEY', 'Bearer', { SMALLEST_API_KEY: 'k' }) // 'Bearer k'
 */
export const authorizationFrom = (
  name: string | undefined,
  scheme: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | null => {
  if (name === undefined) return null;
  const key = environment[name];
  if (key === undefined || key.trim() === '')
    throw new TestbedError('USAGE', `--auth-env ${name}: the environment has no such variable, or it is empty`, {
      hint: `export ${name}=… before the command; the key never stands on the command line`,
    });
  if (/[\r\n]/.test(key))
    throw new TestbedError('USAGE', `--auth-env ${name}: the value spans several lines: that is no key`);
  return `${scheme} ${key.trim()}`;
};
