// The cluster machine: one input at one instant in, outputs out; the same under virtual time and the wall clock. It knows
// no clock and no chance but those it is handed, and its caller is its alarm clock. This file wires inputs and timers to
// the parts that handle them.

import type { Millis } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type {
  ClusterConfig,
  ClusterInput,
  ClusterOutput,
  ClusterTimer,
  ContainerTimer,
  PodOrdinal,
} from './cluster-interface.ts';
import { deletePod, exit, graceOver, noticeExit, sendSigterm } from './drain.ts';
import { createDraws } from './draws.ts';
import { syncEndpoint } from './endpoints.ts';
import { becameIdle } from './idle.ts';
import { addInitialPods } from './initial-pods.ts';
import { containerStarted, modelLoaded, noticeStart, restartContainer } from './kubelet.ts';
import { templateHash } from './names.ts';
import { addInitialNodes, loseNode, nodeAdded, scanNodes } from './node-pool.ts';
import { probeAnswered, probeTick } from './prober.ts';
import { createBatch, syncReplicaSet, wakeReplicaSet } from './replica-set.ts';
import { attempt, vanish } from './scheduler.ts';
import type { ClusterState, Pod } from './state.ts';

/** The machine; its insides are for the files of this folder. Read it through views.ts. */
export type Cluster = ClusterState;

/** A cluster before its first step, which must be the input `start`. */
export const createCluster = (config: ClusterConfig): Cluster => {
  const hash = templateHash(config.deployment.name, config.deployment.image);
  return {
    config,
    draws: createDraws(config),
    now: 0 as Millis,
    out: [],
    specReplicas: config.initialReplicas,
    reason: '',
    replicaSet: { syncPending: false, creating: false, syncs: 0 },
    templateHash: hash,
    podLabels: { ...config.deployment.podLabels, 'pod-template-hash': hash },
    names: new Set(),
    pods: [],
    alive: new Set(),
    nodes: [],
    schedulerMillis: -Infinity,
    endpointsMillis: -Infinity,
    scans: 0,
    modelAtMillis: null,
    recordedDeletions: 0,
  };
};

/**
 * Feeds one input at `nowMillis` (never decreasing) and returns what follows from it, in order. Inputs about a pod that is
 * gone, or timers of a container that is no more, have no effect: both are normal under a wall clock.
 *
 * @example step(cluster, { kind: 'scale', replicas: 4, by: 'HPA asr' }, millis(15_000))
 */
export const step = (cluster: Cluster, input: ClusterInput, nowMillis: Millis): readonly ClusterOutput[] => {
  cluster.now = nowMillis;
  cluster.out = [];
  handle(cluster, input);
  return cluster.out;
};

const handle = (c: ClusterState, input: ClusterInput): void => {
  switch (input.kind) {
    case 'start':
      addInitialNodes(c);
      addInitialPods(c);
      return;
    case 'scale':
      if (input.replicas === c.specReplicas) return;
      wakeReplicaSet(c, `scaled from ${c.specReplicas} to ${input.replicas} by ${input.by}`);
      c.specReplicas = input.replicas;
      return;
    case 'timer':
      fire(c, input.timer);
      return;
    case 'node-lost': {
      const node = input.node === null ? oldestReady(c)?.node : c.nodes.find(({ name }) => name === input.node);
      if (node !== undefined && node !== null) loseNode(c, node, input.cause);
      return;
    }
    case 'pod-kill': {
      const pod = input.pod === null ? oldestReady(c) : alivePod(c, input.pod);
      if (pod === undefined || pod.state.deleting) return;
      deletePod(c, pod, seconds(0), input.cause);
      wakeReplicaSet(c, `replaces ${pod.name}: ${input.cause}`);
      return;
    }
    case 'idle':
    case 'container-died':
    case 'container-started':
    case 'model-ready':
    case 'container-exited':
    case 'probe-result': {
      const pod = alivePod(c, input.pod);
      if (pod !== undefined) tellPod(c, pod, input);
    }
  }
};

type PodInput = Extract<
  ClusterInput,
  { kind: 'idle' | 'container-died' | 'container-started' | 'model-ready' | 'container-exited' | 'probe-result' }
>;

const tellPod = (c: ClusterState, pod: Pod, input: PodInput): void => {
  switch (input.kind) {
    case 'idle':
      becameIdle(c, pod);
      return;
    case 'container-died':
      exit(c, pod, input.cause);
      return;
    case 'container-started':
      containerStarted(c, pod);
      return;
    case 'model-ready':
      modelLoaded(c, pod);
      return;
    case 'container-exited':
      exit(c, pod, pod.stopping === null ? 'its process ended' : 'drained');
      return;
    case 'probe-result':
      probeAnswered(c, pod, input.probe, input.ok);
  }
};

const alivePod = (c: ClusterState, ordinal: PodOrdinal): Pod | undefined => {
  const pod = c.pods[ordinal];
  return pod !== undefined && c.alive.has(pod) ? pod : undefined;
};

const oldestReady = (c: ClusterState): Pod | undefined =>
  [...c.alive].find((pod) => pod.state.ready && !pod.state.deleting);

const fire = (c: ClusterState, timer: ClusterTimer): void => {
  switch (timer.of) {
    case 'replica-set':
      syncReplicaSet(c);
      return;
    case 'create-batch':
      createBatch(c, timer.size, timer.left);
      return;
    case 'node-scan':
      scanNodes(c);
      return;
    case 'node-added':
      nodeAdded(c, c.nodes[timer.node]!);
      return;
    case 'node-spot-end':
      loseNode(c, c.nodes[timer.node]!, 'spot capacity taken back');
      return;
    case 'schedule':
      attempt(c, c.pods[timer.pod]!);
      return;
    case 'endpoint':
      syncEndpoint(c, c.pods[timer.pod]!);
      return;
    case 'gone':
      vanish(c, c.pods[timer.pod]!);
      return;
    case 'probe': {
      const pod = containerOf(c, timer);
      if (pod !== undefined) probeTick(c, pod, timer.probe, timer.generation, timer.nominal);
      return;
    }
    default: {
      const pod = containerOf(c, timer);
      if (pod !== undefined) CONTAINER_TIMERS[timer.of](c, pod);
    }
  }
};

/** The pod of a timer, if the container that set it is still the one that counts. */
const containerOf = (c: ClusterState, timer: { readonly pod: PodOrdinal; readonly life: number }): Pod | undefined => {
  const pod = alivePod(c, timer.pod);
  return pod?.restarts === timer.life ? pod : undefined;
};

const CONTAINER_TIMERS: Readonly<Record<ContainerTimer, (c: ClusterState, pod: Pod) => void>> = {
  'container-start': containerStarted,
  'model-loaded': modelLoaded,
  'notice-start': noticeStart,
  'notice-exit': noticeExit,
  restart: restartContainer,
  sigterm: sendSigterm,
  drained: (c, pod) => {
    exit(c, pod, 'drained');
  },
  'grace-over': graceOver,
};
