// What a kind cluster needs of this machine, asked before minutes are spent: each "no" is one sentence with its fix.
// Facts are gathered by `machineFacts`; what they mean is decided by `obstacles`, which is pure.

import { readFileSync } from 'node:fs';
import { TestbedError } from '../../model/errors.ts';
import { tryRun } from './shell.ts';

export interface MachineFacts {
  readonly platform: string;
  /** As `docker version` tells it; null = there is no docker, '' = nobody answers it. */
  readonly docker: string | null;
  /** dockerd's default runtime. */
  readonly runtime: string;
  /** Capabilities of the bounding set, hexadecimal as in /proc/self/status. */
  readonly capabilityBounds: string;
  /** fs.inotify.max_user_instances; null = unknown. */
  readonly inotifyInstances: number | null;
  readonly memoryAvailableBytes: number | null;
}

export interface Obstacle {
  readonly what: string;
  readonly fix: string;
}

/** Capabilities 0 to 37 are on every kernel that kind runs on. */
const COMMON = (1n << 38n) - 1n;
const WITHIN_BOUNDS = 'within-bounds';
/** Measured: of a control plane and of a worker, each with its pods; what the machine itself has in use. */
const INOTIFY = { controlPlane: 28, worker: 20, others: 10 };
const NODE_BYTES = { controlPlane: 700e6, worker: 200e6 };

const hasAllCapabilities = (bounds: string): boolean =>
  /^[0-9a-f]+$/i.test(bounds) && (BigInt(`0x${bounds}`) & COMMON) === COMMON;

/** @param workers GPU nodes, parked ones included */
export const obstacles = (facts: MachineFacts, workers: number): readonly Obstacle[] => {
  if (facts.docker === null)
    return [{ what: 'docker is not installed', fix: 'apt-get install docker.io, or Docker Desktop' }];
  if (facts.docker === '')
    return [
      {
        what: 'dockerd does not answer',
        fix: 'start Docker; without a service manager: bash cluster/kind/offline/dockerd-up.sh ~/.cache/surgelab/kind-offline',
      },
    ];
  const found: Obstacle[] = [];
  if (facts.platform !== 'linux')
    found.push({
      what: `on ${facts.platform} the addresses of containers cannot be reached, which the load is sent to`,
      fix: 'run Surgelab on Linux, or in a Linux virtual machine beside Docker',
    });
  if (facts.capabilityBounds !== '' && !hasAllCapabilities(facts.capabilityBounds) && facts.runtime !== WITHIN_BOUNDS)
    found.push({
      what: `this machine withholds capabilities (CapBnd ${facts.capabilityBounds}), so that privileged containers do not start`,
      fix: 'start dockerd with the runtime that asks for no more than there is: bash cluster/kind/offline/dockerd-up.sh ~/.cache/surgelab/kind-offline',
    });
  const instances = INOTIFY.controlPlane + INOTIFY.worker * workers + INOTIFY.others;
  if (facts.inotifyInstances !== null && facts.inotifyInstances < instances)
    found.push({
      what: `${workers} workers need about ${instances} inotify instances, this machine gives ${facts.inotifyInstances}`,
      fix: 'sysctl fs.inotify.max_user_instances=512, or fewer nodes: --set hpa.maxReplicas=4',
    });
  const bytes = NODE_BYTES.controlPlane + NODE_BYTES.worker * workers;
  if (facts.memoryAvailableBytes !== null && facts.memoryAvailableBytes < bytes)
    found.push({
      what: `${workers} workers need about ${(bytes / 1e9).toFixed(1)} GB of memory, ${(facts.memoryAvailableBytes / 1e9).toFixed(1)} GB are free`,
      fix: 'end other programs, or take fewer nodes: --set hpa.maxReplicas=3',
    });
  return found;
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const numberIn = (text: string): number | null => (/^\d+/.test(text.trim()) ? Number.parseInt(text, 10) : null);

/** null = not installed; '' = no answer. */
const dockerVersion = async (): Promise<string | null> => {
  if ((await tryRun('docker', ['--version'])) === null) return null;
  const told = await tryRun('docker', ['version', '-f', '{{.Server.Version}}'], { patienceMillis: 10_000 });
  return told?.trim() ?? '';
};

export const machineFacts = async (): Promise<MachineFacts> => {
  const docker = await dockerVersion();
  const runtime =
    docker === null || docker === '' ? null : await tryRun('docker', ['info', '-f', '{{.DefaultRuntime}}']);
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(readText('/proc/meminfo'))?.[1];
  return {
    platform: process.platform,
    docker,
    runtime: runtime?.trim() ?? '',
    capabilityBounds: /^CapBnd:\s*(\S+)/m.exec(readText('/proc/self/status'))?.[1] ?? '',
    inotifyInstances: numberIn(readText('/proc/sys/fs/inotify/max_user_instances')),
    memoryAvailableBytes: available === undefined ? null : Number(available) * 1024,
  };
};

/** Throws TOOL_MISSING with every obstacle and its fix. */
export const assertMachine = async (workers: number): Promise<void> => {
  const found = obstacles(await machineFacts(), workers);
  if (found.length === 0) return;
  throw new TestbedError('TOOL_MISSING', `no kind cluster here: ${found.map(({ what }) => what).join('; ')}`, {
    hint: found.map(({ fix }) => fix).join('\n       '),
  });
};
