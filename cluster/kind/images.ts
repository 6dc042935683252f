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

/** The tag, pulled if that is the only way. Throws TOOL_MISSING, INTERRUPTED. */
export const needImage = async (
  part: Part,
  environment: Environment,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<string> => {
  const here = await imageHere(part, environment);
  if (here !== null) return here;
  const [wanted] = candidates(part, environment);
  if (part.official === null && wanted === part.offline)
    throw new TestbedError('TOOL_MISSING', `no image ${wanted} for ${part.name} on this machine`, {
      hint: `${HINT}; or name another with ${part.variable}`,
    });
  tell(`pulling ${wanted!} (at most ${PULL_MILLIS / 60_000} min)`);
  try {
    await run('docker', ['pull', '-q', wanted!], { signal, patienceMillis: PULL_MILLIS });
  } catch (cause) {
    if (cause instanceof TestbedError && cause.code === 'INTERRUPTED') throw cause;
    throw new TestbedError(
      'TOOL_MISSING',
      `image ${wanted!} for ${part.name} is neither here nor can it be pulled: ${lastWords(cause)}`,
      { hint: `${HINT}; or name another with ${part.variable}`, cause },
    );
  }
  return wanted!;
};
