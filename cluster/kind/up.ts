// Brings the cluster of a scenario up, rung by rung: machine, images, nodes, cards, Prometheus, workload, adapter. What is
// there already is left as it is. Whatever breaks is told with its rung, and the evidence stays until `down`.

import { TestbedError } from '../../model/errors.ts';
import { emulatorSettings } from '../local/emulator-settings.ts';
import { podDoors } from '../bare/pod-addresses.ts';
import { needsKubeStateMetrics } from '../../sim/hops/kube-state-metrics.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import type { KubeClient } from '../kube/client.ts';
import { connectKubernetes } from '../kube/client.ts';
import { applyAll } from './apply.ts';
import { emptySamples } from './breaks.ts';
import { LEAN, clusterYaml } from './cluster-yaml.ts';
import { EMULATOR, buildNodeImage } from './node-image.ts';
import { keepEvidence, nodeContainers } from './evidence.ts';
import type { KindImages } from './images.ts';
import { PARTS, needImages } from './images.ts';
import { cardObjects, prometheusObjects } from './monitoring.ts';
import type { Environment } from './names.ts';
import { CLUSTER_NAME, CONTROL_PLANE, workerName } from './names.ts';
import { nodesReady, parkNode } from './nodes.ts';
import type { KindPool } from './pool.ts';
import { assertMachine } from './preflight.ts';
import { rightsObjects } from './rights.ts';
import type { Ladder } from './rungs.ts';
import { need } from './rungs.ts';
import { run } from './shell.ts';
import type { KindState } from './state.ts';
import { mountedFolder, prepareFolder, readState, stateFiles, writeState } from './state.ts';
import { kind } from './tools.ts';
import type { WorkloadInput } from './workload.ts';
import { replacedBy } from './workload.ts';

export interface UpSettings extends Ladder {
  readonly pool: KindPool;
  readonly law: ServiceLaw;
  readonly environment: Environment;
}

export interface UpCluster {
  readonly api: KubeClient;
  readonly images: KindImages;
  readonly workload: Omit<WorkloadInput, 'replicas'>;
  /** GPU nodes of the start. */
  readonly warm: number;
  /** Whether this call made it. */
  readonly isNew: boolean;
  readonly notes: readonly string[];
}

const CREATE_MILLIS = 240_000;
const LOAD_MILLIS = 120_000;

const partsOf = ({ pool }: UpSettings) =>
  PARTS.filter(({ name }) => name !== 'kube-state-metrics' || needsKubeStateMetrics(pool.platform));

const imagesFor = async (settings: UpSettings): Promise<{ images: KindImages; notes: readonly string[] }> => {
  const found = await needImages(partsOf(settings), settings);
  const kubeStateMetrics = found.get('kube-state-metrics') ?? null;
  return {
    images: {
      node: found.get('node')!,
      prometheus: found.get('prometheus')!,
      adapter: found.get('adapter')!,
      cards: found.get('cards')!,
      kubeStateMetrics,
    },
    notes:
      kubeStateMetrics === null && needsKubeStateMetrics(settings.pool.platform)
        ? ['kube-state-metrics has no image here: what is scaled by its metrics keeps its replicas']
        : [],
  };
};

const createCluster = async (yaml: string, image: string, { environment, signal, tell }: UpSettings): Promise<void> => {
  prepareFolder(environment, yaml);
  const files = stateFiles(environment);
  tell(`creating the nodes (usually under a minute, at most ${CREATE_MILLIS / 60_000} min)`);
  await kind(
    [
      'create',
      'cluster',
      '--config',
      files.clusterYaml,
      '--image',
      image,
      '--kubeconfig',
      files.kubeconfig,
      '--wait',
      '0s',
      '--retain',
    ],
    environment,
    { signal, patienceMillis: CREATE_MILLIS },
  );
};

/** Each image only where it runs: a load costs time for every node. */
const loadImages = async (images: KindImages, emulator: string, settings: UpSettings): Promise<void> => {
  const { environment, signal, pool } = settings;
  const load = (tags: readonly string[], nodes: readonly string[]): Promise<string> =>
    kind(['load', 'docker-image', '-q', '--name', CLUSTER_NAME, '--nodes', nodes.join(','), ...tags], environment, {
      signal,
      patienceMillis: LOAD_MILLIS,
    });
  const workers = Array.from({ length: pool.workers }, (_, i) => workerName(i));
  const { prometheus, adapter, cards, kubeStateMetrics } = images;
  await Promise.all([
    load([prometheus, adapter, ...(kubeStateMetrics === null ? [] : [kubeStateMetrics])], [CONTROL_PLANE]),
    load([cards, emulator], workers),
  ]);
};

interface ImageList {
  readonly images: readonly { readonly repoTags: readonly string[] }[];
}

/** The image of the pause container, which every node has under a name of its own. */
const idleImage = async (): Promise<string> => {
  const told = JSON.parse(await run('docker', ['exec', CONTROL_PLANE, 'crictl', 'images', '-o', 'json'])) as ImageList;
  const tag = told.images.flatMap(({ repoTags }) => repoTags).find((each) => each.includes('/pause:'));
  if (tag === undefined) throw new TestbedError('TARGET_FAILED', `${CONTROL_PLANE} holds no pause image`);
  return tag;
};

/**
 * Nothing on the GPU nodes asks a Service: kube-proxy runs on the control plane alone and spares each of them 60 MB. And
 * names of a cluster this small are resolved by one CoreDNS; kubeadm's two are for two machines.
 */
const lean = async (api: KubeClient): Promise<void> => {
  const apps = '/apis/apps/v1/namespaces/kube-system';
  const withLessGarbage = (name: string) => ({ containers: [{ name, env: LEAN }] });
  const proxy = { ...withLessGarbage('kube-proxy'), nodeSelector: { 'node-role.kubernetes.io/control-plane': '' } };
  await api.patch(`${apps}/daemonsets/kube-proxy`, { spec: { template: { spec: proxy } } }, 'strategic');
  const names = { replicas: 1, template: { spec: withLessGarbage('coredns') } };
  await api.patch(`${apps}/deployments/coredns`, { spec: names }, 'strategic');
};

const parkSurplus = async (api: KubeClient, settings: UpSettings): Promise<void> => {
  const { pool, signal, tell } = settings;
  const surplus = Array.from({ length: pool.workers - pool.warm }, (_, i) => workerName(pool.warm + i));
  if (surplus.length === 0) return;
  await need({ what: 'the nodes', patienceSeconds: 90, check: () => nodesReady(api) }, settings);
  tell(`parking ${surplus.join(', ')}`);
  await Promise.all(surplus.map((name) => parkNode(api, name, signal)));
};

/**
 * The cluster with cards and monitoring, without workload and adapter. Throws TOOL_MISSING, TARGET_FAILED, INTERRUPTED,
 * USAGE when another cluster is up.
 */
export const bringUp = async (settings: UpSettings): Promise<UpCluster> => {
  const { pool, environment, tell, signal } = settings;
  const { scenario, platform } = pool;
  let rung = 'machine';
  let api: KubeClient | null = null;
  const reach = (name: string): void => {
    rung = name;
  };
  try {
    const before = readState(environment);
    const there = (await nodeContainers()).length > 0;
    if (!there) await assertMachine(pool.workers);
    reach('images');
    const { images, notes } = await imagesFor(settings);
    const emulator = await buildNodeImage(EMULATOR, signal);
    const yaml = clusterYaml({ scenario, platform, workers: pool.workers, folder: mountedFolder(environment) });
    if (there && before?.clusterYaml !== yaml)
      throw new TestbedError(
        'USAGE',
        `a cluster of another configuration is up (scenario ${before?.scenario ?? 'unknown'})`,
        {
          hint: 'surgelab cluster down --profile kind',
        },
      );
    reach('nodes');
    if (!there) await createCluster(yaml, images.node, settings);
    const state: KindState = {
      scenario: scenario.name,
      clusterYaml: yaml,
      images,
      workers: Array.from({ length: pool.workers }, (_, i) => workerName(i)),
      rung: 'nodes',
    };
    writeState(environment, state);
    const client = await connectKubernetes(stateFiles(environment).kubeconfig);
    api = client;
    if (!there) await Promise.all([lean(client), emptySamples()]);
    reach('images on the nodes');
    tell('loading images');
    await loadImages(images, emulator, settings);
    if (!there) await parkSurplus(client, settings);
    reach('cards and Prometheus');
    await applyAll(client, [...rightsObjects(), ...cardObjects(images), ...prometheusObjects(platform, images)]);
    writeState(environment, { ...state, rung });
    const { startup, service, seed } = scenario;
    return {
      api: client,
      images,
      isNew: !there,
      warm: pool.warm,
      notes: [...pool.notes, ...notes, ...replacedBy(platform, emulator)],
      workload: {
        platform,
        doors: podDoors(platform),
        image: emulator,
        emulator: emulatorSettings(service, settings.law),
        modelLoad: startup.modelLoad,
        imagePull: startup.imagePull,
        seed,
        idleImage: await idleImage(),
      },
    };
  } catch (error) {
    const told = await explained(error, rung, api, environment);
    await api?.close();
    throw told;
  }
};

/** The error with the rung that failed and the folder of evidence; what is no failure of the cluster stays as it is. */
export const explained = async (
  error: unknown,
  rung: string,
  api: KubeClient | null,
  environment: Environment,
): Promise<unknown> => {
  const code = error instanceof TestbedError ? error.code : 'TARGET_FAILED';
  if (code === 'INTERRUPTED' || code === 'USAGE') return error;
  const { evidence } = stateFiles(environment);
  await keepEvidence(evidence, api, error);
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof TestbedError && error.hint !== undefined ? `${error.hint}; ` : '';
  return new TestbedError(code, `the kind cluster did not come up: rung "${rung}": ${message}`, {
    hint: `${hint}evidence is in ${evidence}; surgelab cluster down --profile kind takes both away`,
    cause: error,
  });
};
