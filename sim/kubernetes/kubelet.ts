// The kubelet up to Ready: admission, image once per node, container start, model load, noticing that it runs (the 1 s
// relist), restart after an exit. Probes are prober.ts's, the end of a container drain.ts's.
// Laws: golden/closed-loop README ("Kubelet's part"), calibration.md 4.5.

import { millis } from '../../model/units.ts';
import { startProbing } from './prober.ts';
import type { ClusterState, Node, Pod } from './state.ts';
import { emit, inSeconds, move, setTimer } from './state.ts';

/** The pod was bound: admission and binding are one instant here. */
export const admit = (c: ClusterState, pod: Pod, node: Node): void => {
  pod.admittedMillis = c.now;
  move(c, pod, 'scheduled', `bound to ${node.name}`);
  node.imageAtMillis ??= c.now + c.draws.imagePull(node.index, pod.ordinal);
  startContainer(c, pod, Math.max(c.now, node.imageAtMillis));
};

const startContainer = (c: ClusterState, pod: Pod, notBefore: number): void => {
  const life = pod.restarts;
  const loadMillis = c.draws.modelLoad(pod.ordinal, life);
  const startAtMillis = millis(notBefore + c.draws.containerStart(pod.ordinal, life));
  pod.modelLoadMillis = modelMillis(c, pod, startAtMillis) + loadMillis;
  emit(c, {
    kind: 'start-container',
    pod: pod.ordinal,
    name: pod.name,
    node: pod.node!.name,
    startAtMillis,
    modelLoadMillis: pod.modelLoadMillis,
  });
  if (c.config.containers === 'virtual') setTimer(c, startAtMillis, { of: 'container-start', pod: pod.ordinal, life });
};

/**
 * How long a container that starts then waits for its model to be downloaded. What a node or the shared volume caches is
 * downloaded once, by the first container that needs it, and goes on if that one is restarted.
 */
const modelMillis = (c: ClusterState, pod: Pod, startAtMillis: number): number => {
  const { modelCache, modelDownload } = c.config.startup;
  if (modelDownload === undefined) return 0;
  if (modelCache !== 'node' && modelCache !== 'shared') return c.draws.modelDownload(pod.ordinal, 'pod');
  const cache = modelCache === 'node' ? pod.node! : c;
  const index = modelCache === 'node' ? pod.node!.index : null;
  cache.modelAtMillis ??= startAtMillis + c.draws.modelDownload(index, modelCache);
  return Math.max(0, cache.modelAtMillis - startAtMillis);
};

export const containerStarted = (c: ClusterState, pod: Pod): void => {
  if (pod.state.container !== 'starting') return;
  const life = pod.restarts;
  pod.containerStartMillis = c.now;
  move(c, pod, 'container-started', startCause(pod, c.now));
  emit(c, { kind: 'container', pod: pod.ordinal, state: 'loading', cause: 'container started' });
  if (c.config.containers === 'virtual')
    setTimer(c, c.now + pod.modelLoadMillis, { of: 'model-loaded', pod: pod.ordinal, life });
  setTimer(c, c.now + c.draws.noticeStart(pod.ordinal, life), { of: 'notice-start', pod: pod.ordinal, life });
};

const startCause = (pod: Pod, now: number): string =>
  pod.restarts === 0 ? `started ${inSeconds(now - pod.admittedMillis)} after admission` : `restart ${pod.restarts}`;

export const modelLoaded = (c: ClusterState, pod: Pod): void => {
  if (pod.state.container !== 'up' || pod.state.model !== 'loading') return;
  move(c, pod, 'model-ready', `model loaded in ${inSeconds(c.now - pod.containerStartMillis)}`);
  emit(c, { kind: 'container', pod: pod.ordinal, state: 'loaded', cause: 'model loaded' });
};

/** Phase Running and the pod's IP are in the API, so Prometheus can find it; the first probes run. */
export const noticeStart = (c: ClusterState, pod: Pod): void => {
  if (pod.state.container !== 'up' || pod.state.seen) return;
  pod.phase = 'Running';
  move(c, pod, 'running', `noticed ${inSeconds(c.now - pod.containerStartMillis)} after its container started`);
  pod.readyChangedMillis ??= c.now;
  // A pod that is deleted before it was seen to run never enters what its deletion takes it out of.
  if (!pod.discovered && !(pod.state.deleting && c.config.targetsLeave === 'deleted')) {
    emit(c, { kind: 'target-added', pod: pod.ordinal, name: pod.name, ip: pod.ip, node: pod.node!.name });
    pod.discovered = true;
  }
  if (pod.stopping === null) startProbing(c, pod);
};

/** After the back-off: the same pod, a new container. */
export const restartContainer = (c: ClusterState, pod: Pod): void => {
  if (pod.state.container !== 'exited' || pod.state.deleting) return;
  const cause = pod.stopping?.cause ?? 'its container exited';
  pod.stopping = null;
  pod.restarts++;
  move(c, pod, 'restarting', cause);
  startContainer(c, pod, c.now);
};
