// Which k6 the user has, if any: K6_BIN, else `k6` on PATH, 1.6 or newer. Takes the environment; gives its version, or why
// there is none and what to do. k6 is AGPL: it is started as a program of its own, never installed or shipped by us.

import { execFile } from 'node:child_process';

export type FoundK6 =
  | { readonly kind: 'found'; readonly path: string; readonly version: K6Version }
  | { readonly kind: 'missing'; readonly why: string; readonly hint: string };

export interface K6Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** First line of `k6 version`. */
  readonly text: string;
}

/** `k6/websockets` is stable from here on. */
const LEAST = { major: 1, minor: 6 } as const;
const PATIENCE_MILLIS = 20_000;

/**
 * @example parseK6Version('k6 v1.6.0 (commit/0123456789, go1.25.4, linux/amd64)') // { major: 1, minor: 6, patch: 0, … }
 */
export const parseK6Version = (text: string): K6Version | null => {
  const match = /\bv(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (match === null) return null;
  const [, major, minor, patch] = match.map(Number);
  return { major: major!, minor: minor!, patch: patch!, text: text.trim().split('\n')[0]!.trim() };
};

export const isNewEnough = ({ major, minor }: K6Version): boolean =>
  major > LEAST.major || (major === LEAST.major && minor >= LEAST.minor);

/** How to run without the summary at the end and without the REST server: both flags changed with 2.0. */
export const versionFlags = ({ major }: K6Version): readonly string[] =>
  major >= 2 ? ['--summary-mode=disabled'] : ['--no-summary', '--address='];

const HINT = `install k6 ${LEAST.major}.${LEAST.minor} or newer (grafana.com/docs/k6) and put it on PATH, or set K6_BIN to its file`;

export const findK6 = (environment: Readonly<Record<string, string | undefined>>): Promise<FoundK6> => {
  const given = environment['K6_BIN'];
  const path = given === undefined || given === '' ? 'k6' : given;
  const what = path === 'k6' ? 'k6 on PATH' : `K6_BIN=${path}`;
  const missing = (why: string): FoundK6 => ({ kind: 'missing', why, hint: HINT });
  return new Promise((resolve) => {
    execFile(path, ['version'], { timeout: PATIENCE_MILLIS, env: { ...environment } }, (error, stdout) => {
      if (error !== null) {
        const isAbsent = error.code === 'ENOENT';
        resolve(missing(isAbsent ? `there is no ${what}` : `${what} does not run: ${error.message.split('\n')[0]!}`));
        return;
      }
      const version = parseK6Version(stdout);
      if (version === null)
        resolve(missing(`${what} does not say its version: ${JSON.stringify(stdout.slice(0, 80))}`));
      else if (!isNewEnough(version))
        resolve(missing(`${what} is ${version.text}; ${LEAST.major}.${LEAST.minor} or newer is needed`));
      else resolve({ kind: 'found', path, version });
    });
  });
};
