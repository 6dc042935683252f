// Where a pod is and where it says it is. The API server refuses loopback addresses in EndpointSlices, and every process
// listens on one: a pod's address in the API is 10.B.x.y (the simulator's pod network), its process listens on 127.B.x.y,
// at the ports of its container. B is the block of one cluster, so that several run side by side. Nothing is ever sent to
// 10.B.x.y: Prometheus' rules below and the load balancer turn it round first.

import { createServer } from 'node:net';
import { TestbedError } from '../../model/errors.ts';
import type { Platform } from '../../model/platform.ts';
import { scrapeJobs } from '../../sim/hops/discovery.ts';

/** Second byte of all addresses of a cluster. */
export type AddressBlock = number;

/** The simulator's own block: with it, label `instance` is the same in both. */
const FIRST_BLOCK = 128;
const LAST_BLOCK = 254;

/** Address of the pod in the API, by creation order; unique for the first 65,536 pods. */
export const podAddress = (block: AddressBlock, ordinal: number): string =>
  `10.${block}.${(ordinal >> 8) & 255}.${ordinal & 255}`;

/** Where the process of a pod listens: 10.128.0.1 → 127.128.0.1 */
export const loopbackOf = (address: string): string => address.replace(/^10\./, '127.');

/**
 * Relabelling at the end of every scrape job: `instance`, where no rule set it, keeps the pod's address; the connection
 * goes to its process; whatever is not on loopback then is no target.
 */
export const ADDRESS_RULES = [
  { source_labels: ['instance', '__address__'], regex: ';(.+)', target_label: 'instance', replacement: '$1' },
  { source_labels: ['__address__'], regex: '10\\.(.+)', target_label: '__address__', replacement: '127.$1' },
  { source_labels: ['__address__'], regex: '127\\..+', action: 'keep' },
] as const;

export interface PodDoors {
  /** Requests and probes. */
  readonly port: number;
  /** Scrapes, if they have a port of their own. */
  readonly metricsPort: number | null;
}

/** Where the vendor's container answers when the Deployment names no port. */
const USUAL_PORT = 2269;

/** The ports a pod's process has to open: the one that is scraped, and the first other one of the container. */
export const podDoors = (platform: Platform): PodDoors => {
  const anyPod = { name: 'any', ip: '10.0.0.1', node: 'any' };
  const scraped = scrapeJobs(platform)
    .flatMap(({ targetsOf }) => targetsOf(anyPod))
    // The default port of a URL is not written in it.
    .map(({ url }) => Number(new URL(url).port || 80));
  const ports = platform.deployment.ports.map(({ containerPort }) => containerPort);
  const port = ports.find((own) => !scraped.includes(own)) ?? ports[0] ?? scraped[0] ?? USUAL_PORT;
  return { port, metricsPort: scraped.find((other) => other !== port) ?? null };
};

export interface ReservedBlock {
  readonly block: AddressBlock;
  readonly release: () => Promise<void>;
}

/** On 127.B.255.254 of each block that is in use: the kernel lets go of it when its process dies, however it dies. */
const LOCK_PORT = 10_250;

/** Listens and hangs up; null if somebody else does. */
const listenAt = (host: string, port: number): Promise<(() => Promise<void>) | null> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(null));
    server.listen(port, host, () => {
      server.unref();
      resolve(
        () =>
          new Promise((released) => {
            server.close(() => released());
          }),
      );
    });
  });

/** The first block that no other cluster of this machine has. Throws PORT_IN_USE. */
export const reserveAddresses = async (): Promise<ReservedBlock> => {
  for (let block = FIRST_BLOCK; block <= LAST_BLOCK; block++) {
    const release = await listenAt(`127.${block}.255.254`, LOCK_PORT);
    if (release !== null) return { block, release };
  }
  throw new TestbedError('PORT_IN_USE', `no loopback block 127.${FIRST_BLOCK}.0.0 to 127.${LAST_BLOCK}.0.0 is free`, {
    hint: 'the bare profile needs Linux, where all of 127.0.0.0/8 is loopback; end other bare clusters',
  });
};

/**
 * Whether pods of the block can listen at their ports: a program that listens on all addresses of the machine at one of
 * them stands in their way. Throws PORT_IN_USE.
 */
export const assertDoorsFree = async (block: AddressBlock, { port, metricsPort }: PodDoors): Promise<void> => {
  for (const door of metricsPort === null ? [port] : [port, metricsPort]) {
    const release = await listenAt(`127.${block}.255.253`, door);
    if (release === null)
      throw new TestbedError('PORT_IN_USE', `port ${door}, which the pods of the Deployment listen at, is taken`, {
        hint: `a program listens at it on all addresses (ss -ltnp 'sport = :${door}' shows it): end it or choose another containerPort`,
      });
    await release();
  }
};
