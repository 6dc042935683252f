// Every delay the machine draws, in milliseconds. One stream per cause and pod (or node), so that a pod's draws depend on
// its ordinal alone: two configurations compared under one seed give their n-th pod the same model load.
// What a recording knows takes the place of a draw.

import type { Distribution, Sampler } from '../../model/distribution.ts';
import { sampler } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import type { ClusterConfig, PodOrdinal } from './cluster-interface.ts';

export interface Draws {
  /** PUT scale (or loss of a pod) to the ReplicaSet acting, for its `sync`-th sync. */
  readonly replicaSet: (sync: number) => number;
  /** Creation of the batch that began with pod `from` to that of the next one, which begins with pod `to`. */
  readonly createBatch: (sync: number, from: PodOrdinal, to: PodOrdinal) => number;
  readonly schedule: (pod: PodOrdinal) => number;
  readonly endpoints: (pod: PodOrdinal) => number;
  readonly endpointGone: (pod: PodOrdinal) => number;
  /** `life` counts the containers of the pod, from 0. */
  readonly containerStart: (pod: PodOrdinal, life: number) => number;
  readonly modelLoad: (pod: PodOrdinal, life: number) => number;
  readonly noticeStart: (pod: PodOrdinal, life: number) => number;
  readonly noticeExit: (pod: PodOrdinal) => number;
  readonly podGone: (pod: PodOrdinal) => number;
  /** Download by the first pod of a node; none for a pod the run begins with. */
  readonly imagePull: (node: number, pod: PodOrdinal) => number;
  /** Download of the model into the cache of this pod's container, this node, or (null) the shared volume. */
  readonly modelDownload: (into: PodOrdinal | null, cause: 'pod' | 'node' | 'shared') => number;
  readonly provision: (node: number) => number;
  readonly spotLife: (node: number, of: Distribution) => number;
  /** The pod is gone: nothing more will be drawn for it, so that a long run does not keep its streams. */
  readonly forget: (pod: PodOrdinal) => void;
}

/** Containers of the pods that a run begins with ('starting'): as in the recordings, quick and the same for all. */
const INITIAL_START_MILLIS = 200;
const INITIAL_LOAD_MILLIS = 500;

/** Pods of one write are made within this of each other. */
const ONE_WRITE_MILLIS = 1000;

export const createDraws = (config: ClusterConfig): Draws => {
  const { delays, startup, recorded, seed } = config;
  const once = (cause: string, of: Distribution, index: number): number =>
    of.kind === 'fixed' ? of.value * 1000 : Math.max(0, sampler(of, stream(seed, cause, index))() * 1000);
  /** By pod, then cause: a pod may restart or leave and join again, and then goes on in its own streams. */
  const samplers = new Map<PodOrdinal, Map<string, Sampler>>();
  const draw = (cause: string, of: Distribution, pod: PodOrdinal): number => {
    if (of.kind === 'fixed') return of.value * 1000;
    let ofPod = samplers.get(pod);
    if (ofPod === undefined) samplers.set(pod, (ofPod = new Map<string, Sampler>()));
    let next = ofPod.get(cause);
    if (next === undefined) ofPod.set(cause, (next = sampler(of, stream(seed, cause, pod))));
    return Math.max(0, next() * 1000);
  };
  const pods = recorded?.pods ?? [];
  const quick = (pod: PodOrdinal, life: number): boolean =>
    config.initialPods === 'starting' && pod < config.initialReplicas && life === 0;
  return {
    replicaSet: (sync) => recorded?.replicaSetMillis?.[sync] ?? once('replicaSet', delays.replicaSet, sync),
    createBatch: (sync, from, to) => {
      const gap = (pods[to]?.createdMillis ?? NaN) - (pods[from]?.createdMillis ?? NaN);
      // Pods of one write in this run may be of two writes in the recording.
      return gap >= 0 && gap < ONE_WRITE_MILLIS ? gap : once('createBatch', delays.createBatch, sync);
    },
    schedule: (pod) => pods[pod]?.scheduleMillis ?? draw('schedule', delays.schedule, pod),
    endpoints: (pod) => draw('endpoints', delays.endpoints, pod),
    endpointGone: (pod) => draw('endpointGone', delays.endpointGone, pod),
    containerStart: (pod, life) =>
      pods[pod]?.containerStartMillis?.[life] ??
      (quick(pod, life) ? INITIAL_START_MILLIS : draw('containerStart', startup.containerStart, pod)),
    modelLoad: (pod, life) =>
      pods[pod]?.modelLoadMillis?.[life] ??
      (quick(pod, life) ? INITIAL_LOAD_MILLIS : draw('modelLoad', startup.modelLoad, pod)),
    noticeStart: (pod, life) => pods[pod]?.noticeMillis?.[life] ?? draw('noticeStart', delays.notice, pod),
    noticeExit: (pod) => draw('noticeExit', delays.notice, pod),
    podGone: (pod) => pods[pod]?.podGoneMillis ?? draw('podGone', delays.podGone, pod),
    imagePull: (node, pod) => (quick(pod, 0) ? 0 : once('imagePull', startup.imagePull, node)),
    modelDownload: (into, cause) => {
      if (startup.modelDownload === undefined) return 0;
      return cause === 'pod'
        ? draw('modelDownload', startup.modelDownload, into!)
        : once(cause === 'node' ? 'nodeModelDownload' : 'sharedModelDownload', startup.modelDownload, into ?? 0);
    },
    provision: (node) => recorded?.nodes[node]?.provisionMillis ?? once('provision', config.nodes.provision, node),
    spotLife: (node, of) => once('spotLife', of, node),
    forget: (pod) => {
      samplers.delete(pod);
    },
  };
};
