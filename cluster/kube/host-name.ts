// The name that Prometheus gives itself, on this machine or in a pod: part of the seed of every scrape phase. It asks for the
// address of its host name and takes the first name of that address; /etc/hosts answers both without DNS.

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Go ends a name that it read backwards from /etc/hosts with a dot if there is one in it. */
const rooted = (name: string): string => (name.includes('.') && !name.endsWith('.') ? `${name}.` : name);

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
  const name = lines.find(({ address }) => address === own?.address)?.names[0];
  return name === undefined ? host : rooted(name);
};

/** Kubelets write /etc/hosts of a pod: in full for one with a subdomain. */
export const podHostName = (hostname: string, subdomain: string | undefined, namespace: string): string =>
  subdomain === undefined ? hostname : rooted(`${hostname}.${subdomain}.${namespace}.svc.cluster.local`);

export const ownHostName = async (): Promise<string> =>
  fullHostName(hostname(), await readFile('/etc/hosts', 'utf8').catch(() => ''));
