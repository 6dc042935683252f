// What the cluster machine holds between steps, and the four ways its parts speak: record a pod's transition, record a
// node's, ask for a timer, emit an output. The parts themselves are the other files of this folder.

import type { LabelMap } from '../../model/kubernetes-hpa.ts';
import type { LifeEvent, NodeTransition, PodTransition } from '../../model/record.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type {
  ClusterConfig,
  ClusterOutput,
  ClusterTimer,
  PodOrdinal,
  PodPhase,
  ProbeKind,
} from './cluster-interface.ts';
import type { Draws } from './draws.ts';
import type { LifeState } from './lifecycle.ts';
import { after } from './lifecycle.ts';

/** One prober worker of the kubelet. */
export interface Prober {
  /** Invalidates the timers of an earlier grid. */
  generation: number;
  /** Successes in a row (positive) or failures in a row (negative). */
  run: number;
  /** Passed its success threshold and has not failed since. */
  passed: boolean;
}

/** A container on its way out. */
export interface Stopping {
  /** Of the pod (it is deleted) or of the container alone (liveness), which starts again. */
  readonly purpose: 'delete' | 'restart';
  readonly cause: string;
  termSentMillis: number | null;
  idleAsked: boolean;
}

export interface Pod {
  readonly ordinal: PodOrdinal;
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly createdMillis: number;
  state: LifeState;
  phase: PodPhase;
  node: Node | null;
  admittedMillis: number;
  /** Start of the container that runs now. */
  containerStartMillis: number;
  /** Model download that this container waits for, and loading. */
  modelLoadMillis: number;
  readyChangedMillis: number | null;
  /** Containers started before the one that runs now; timers of an earlier one carry a smaller number. */
  restarts: number;
  /** Exits that followed each other closely; position in the back-off. */
  crashes: number;
  stopping: Stopping | null;
  /** Whether Prometheus' discovery knows its IP. */
  discovered: boolean;
  readonly probers: Readonly<Record<ProbeKind, Prober>>;
}

export interface Node {
  readonly index: number;
  readonly name: string;
  state: 'requested' | 'up' | 'gone';
  /** All pods bound to it whose objects exist, terminating ones included: their cards are taken. */
  readonly pods: Set<Pod>;
  emptySinceMillis: number;
  /** When the image is (or will be) on the node; null while nobody has asked for it. */
  imageAtMillis: number | null;
  /** The same for the model, if nodes cache it. */
  modelAtMillis: number | null;
}

export interface ClusterState {
  readonly config: ClusterConfig;
  readonly draws: Draws;
  now: Millis;
  out: ClusterOutput[];
  readonly podLabels: LabelMap;
  specReplicas: number;
  /** Why the ReplicaSet acts, for the record. */
  reason: string;
  readonly replicaSet: { syncPending: boolean; creating: boolean; syncs: number };
  readonly templateHash: string;
  readonly names: Set<string>;
  /** Every pod ever, by ordinal. */
  readonly pods: Pod[];
  /** Those whose objects exist, in creation order. */
  readonly alive: Set<Pod>;
  readonly nodes: Node[];
  /** The scheduler and the EndpointSlice controller work in order: nothing overtakes. */
  schedulerMillis: number;
  endpointsMillis: number;
  scans: number;
  /** When the model is (or will be) on the shared volume, if there is one; null while nobody has asked for it. */
  modelAtMillis: number | null;
  /** Victims taken so far from the recording. */
  recordedDeletions: number;
}

export const emit = (c: ClusterState, output: ClusterOutput): void => {
  c.out.push(output);
};

export const setTimer = (c: ClusterState, atMillis: number, timer: ClusterTimer): void => {
  c.out.push({ kind: 'timer', atMillis: millis(Math.max(atMillis, c.now)), timer });
};

/** Moves the pod along its table and records it. Throws if the table forbids it. */
export const move = (c: ClusterState, pod: Pod, event: PodTransition, cause: string): void => {
  pod.state = after(pod.state, event);
  const record: LifeEvent = {
    t: c.now,
    subject: 'pod',
    name: pod.name,
    ordinal: pod.ordinal,
    event,
    node: pod.node?.name ?? null,
    cause,
  };
  c.out.push({ kind: 'life', event: record });
};

export const recordNode = (c: ClusterState, node: Node, event: NodeTransition, cause: string): void => {
  c.out.push({ kind: 'life', event: { t: c.now, subject: 'node', name: node.name, event, cause } });
};

/** A time as the API stores it: whole seconds of Unix time, rounded down; counted from the origin. */
export const apiTime = (c: ClusterState, atMillis: number): Millis =>
  millis(Math.floor((c.config.epochMillis + atMillis) / 1000) * 1000 - c.config.epochMillis);

/** Pods the ReplicaSet counts: neither terminating nor failed. */
export const activePods = (c: ClusterState): Pod[] =>
  [...c.alive].filter((pod) => !pod.state.deleting && pod.phase !== 'Failed');

/** Milliseconds as a person reads them: "4.5 s". */
export const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
