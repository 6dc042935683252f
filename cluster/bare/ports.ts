// Free ports on loopback: all are held open at once and then released together, so that no two are the same. Between
// that and the component's own bind another process may take one; control-plane.ts then starts anew with others.

import type { Server } from 'node:net';
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

const PORT_NAMES = [
  'etcd',
  'etcdPeer',
  'apiServer',
  'controllerManager',
  'scheduler',
  'prometheus',
  'adapter',
  'kubeStateMetrics',
  'kubeStateMetricsOwn',
] as const;
export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

const held = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => resolve(server));
  });

const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
};

export const freePorts = async (): Promise<Ports> => {
  const servers = await Promise.all(PORT_NAMES.map(held));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(PORT_NAMES.map((name, i) => [name, ports[i]!])) as unknown as Ports;
};
