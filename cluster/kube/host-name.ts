// The name that Prometheus gives itself on this machine: part of the seed of every scrape phase. It asks for the address
// of its host name and takes the first name of that address; /etc/hosts answers both on a machine without DNS of its own.

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/**
 * @param hosts text of /etc/hosts; a host that is not in it keeps its name
 *
 * @example fullHostName('vm', '127.0.0.1 localhost\n127.0.0.1 vm') // 'localhost'
 */
export const fullHostName = (host: string, hosts: string): string => {
  const lines = hosts.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address === undefined || names.length === 0 ? [] : [{ address, names }];
  });
  const own = lines.find(({ names }) => names.includes(host));
  return lines.find(({ address }) => address === own?.address)?.names[0] ?? host;
};

export const ownHostName = async (): Promise<string> =>
  fullHostName(hostname(), await readFile('/etc/hosts', 'utf8').catch(() => ''));
