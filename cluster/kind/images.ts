// Which image each part runs from: the one that a variable names, else the public one if this machine has it, else the one
// built here (offline/), else the public one pulled.

import { TestbedError } from '../../model/errors.ts';
import type { Environment } from './names.ts';
import { KUBERNETES } from './names.ts';
import { run, tryRun } from './shell.ts';

export interface KindImages {
  readonly node: string;
  readonly prometheus: string;
  readonly adapter: string;
  readonly cards: string;
  /** Null = nothing on the platform asks for it, or it is not there. */
  readonly kubeStateMetrics: string | null;
}

export interface Part {
  readonly name: 'node' | 'prometheus' | 'adapter' | 'cards' | 'kube-state-metrics';
  readonly variable: string;
  /** Null = none that needs no further address: named by the variable, or built here. */
  readonly official: string | null;
  readonly offline: string;
  /** A cluster comes up without it. */
  readonly isOptional?: true;
}

export const PARTS: readonly Part[] = [
  {
    name: 'node',
    variable: 'SURGELAB_KIND_NODE_IMAGE',
    official: `kindest/node:${KUBERNETES}`,
    offline: `kind-node-offline:${KUBERNETES}`,
  },
  {
    name: 'prometheus',
    variable: 'SURGELAB_KIND_PROMETHEUS_IMAGE',
    official: 'prom/prometheus:v3.16.0',
    offline: 'surgelab/prometheus:offline',
  },
  {
    name: 'adapter',
    variable: 'SURGELAB_KIND_ADAPTER_IMAGE',
    official: null,
    offline: 'surgelab/adapter:offline',
  },
  { name: 'cards', variable: 'SURGELAB_KIND_CARDS_IMAGE', official: null, offline: 'surgelab/fake-gpu:offline' },
  {
    name: 'kube-state-metrics',
    variable: 'SURGELAB_KIND_KSM_IMAGE',
    official: null,
    offline: 'surgelab/kube-state-metrics:offline',
    isOptional: true,
  },
];

const PULL_MILLIS = 600_000;

export const hasImage = async (tag: string): Promise<boolean> =>
  (await tryRun('docker', ['image', 'inspect', '-f', '{{.Id}}', tag])) !== null;

/** In the order in which they are tried. */
export const candidates = ({ variable, official, offline }: Part, environment: Environment): readonly string[] => {
  const named = environment[variable] ?? '';
  if (named !== '') return [named];
  return official === null ? [offline] : [official, offline];
};

/** The tag that is there; null = none of them. */
export const imageHere = async (part: Part, environment: Environment): Promise<string | null> => {
  for (const tag of candidates(part, environment)) if (await hasImage(tag)) return tag;
  return null;
};

const HINT =
  'bash cluster/kind/offline/build-all.sh ~/.cache/surgelab/kind-offline   builds it from Debian packages and Go modules';

/** Docker's own reason: the last line of what it said, or what became of the call where it said nothing. */
const lastWords = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause))
    .trim()
    .split('\n')
    .at(-1)!
    .replace(/^\s+|:$/g, '');

/** Whether a pull is worth trying: the tags of images that are built here are on no registry. */
const canBePulled = ({ variable, official }: Part, environment: Environment): boolean =>
  official !== null || (environment[variable] ?? '') !== '';

export interface Pulling {
  readonly environment: Environment;
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

const pulled = async (part: Part, { environment, tell, signal }: Pulling): Promise<string> => {
  const wanted = candidates(part, environment)[0]!;
  tell(`pulling ${wanted} (at most ${PULL_MILLIS / 60_000} min)`);
  try {
    await run('docker', ['pull', '-q', wanted], { signal, patienceMillis: PULL_MILLIS });
  } catch (cause) {
    if (cause instanceof TestbedError && cause.code === 'INTERRUPTED') throw cause;
    throw new TestbedError(
      'TOOL_MISSING',
      `image ${wanted} for ${part.name} is neither here nor can it be pulled: ${lastWords(cause)}`,
      { hint: `${HINT}; or name another with ${part.variable}`, cause },
    );
  }
  return wanted;
};

/**
 * The tag of each part by its name, pulled if that is the only way; null for an optional one that is not to be had. What
 * cannot be pulled is refused before anything is. Throws TOOL_MISSING, INTERRUPTED.
 */
export const needImages = async (
  parts: readonly Part[],
  pulling: Pulling,
): Promise<ReadonlyMap<Part['name'], string | null>> => {
  const { environment } = pulling;
  const tags = new Map<Part['name'], string | null>();
  for (const part of parts) tags.set(part.name, await imageHere(part, environment));
  const missing = parts.filter((part) => tags.get(part.name) === null);
  const lost = missing.filter((part) => !canBePulled(part, environment) && part.isOptional !== true);
  if (lost.length > 0)
    throw new TestbedError(
      'TOOL_MISSING',
      `no image ${lost.map(({ name, offline }) => `${offline} for ${name}`).join(', ')} on this machine`,
      { hint: `${HINT}; or name another with ${lost.map(({ variable }) => variable).join(', ')}` },
    );
  for (const part of missing) if (canBePulled(part, environment)) tags.set(part.name, await pulled(part, pulling));
  return tags;
};
