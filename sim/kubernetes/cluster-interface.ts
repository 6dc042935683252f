// The words of the cluster machine: what it is configured with, what goes in, what comes out, and how its caller answers.
// Behaviour is in cluster.ts and the files it drives; nothing here knows whether time is virtual or the wall clock.

import type { Distribution } from '../../model/distribution.ts';
import type { LabelMap } from '../../model/kubernetes-hpa.ts';
import type { Deployment } from '../../model/platform.ts';
import type { LifeEvent } from '../../model/record.ts';
import type { Millis, Seconds } from '../../model/units.ts';

/** Creation order of a pod in this run, from 0: the key of every pod here. */
export type PodOrdinal = number;

/**
 * Where readiness ticks are counted from: the moment the kubelet saw the container run (kubelets from 1.29) or the
 * admission of the pod (before); hpa.md section 13.
 */
export type ProbeGrid = 'reset-on-trigger' | 'admission';

/** Delays of the control plane itself; distributions in seconds, as in the scenario. */
export interface ClusterDelays {
  /** PUT scale answered to first pod created or deleted. */
  readonly replicaSet: Distribution;
  /** Round trip of one slow-start batch: creation of a batch to the next one. */
  readonly createBatch: Distribution;
  /** Pod created (or room made) to bound or marked unschedulable. */
  readonly schedule: Distribution;
  /** Readiness changed to the balancer knowing it: two API writes and the EndpointSlice controller. */
  readonly endpoints: Distribution;
  /** Deletion to the balancer knowing it: one write less. */
  readonly endpointGone: Distribution;
  /** Container start or death to the kubelet noticing: the 1 s relist of its PLEG. */
  readonly notice: Distribution;
  /** Container exit to the object gone from the API, on a graceful deletion. */
  readonly podGone: Distribution;
}

export interface NodePoolConfig {
  readonly gpusPerNode: number;
  /** Nodes at the start; raised to what the initial pods need. */
  readonly initial: number;
  /** False: the nodes of the start are all there ever are. */
  readonly autoscale: boolean;
  readonly min: number;
  readonly max: number;
  /** Request to schedulable, seconds. */
  readonly provision: Distribution;
  readonly scan: Seconds;
  /** Instant of the first scan after the origin. */
  readonly scanPhase: Seconds;
  /** A pending pod counts for the autoscaler only after this long. */
  readonly podHold: Seconds;
  readonly idleRemove: Seconds;
  /** Nodes kept empty beyond what pods need (warm spare); absent = 0. */
  readonly spare?: number;
  readonly labels: LabelMap;
  readonly taints: readonly { readonly key: string; readonly effect: string }[];
  /** Life of a spot node from the moment it was added, seconds; null = nodes are never taken away. */
  readonly spotLife: Distribution | null;
}

export interface StartupDraws {
  /** Admission to container running, image present; seconds. */
  readonly containerStart: Distribution;
  /** Download of the image by the first pod of a node, seconds. */
  readonly imagePull: Distribution;
  readonly modelLoad: Distribution;
  /** Download of the model before it is loaded, and who shares it (scenarios/scenario.ts); absent = it is there. */
  readonly modelDownload?: Distribution;
  readonly modelCache?: 'pod' | 'node' | 'shared';
}

/** What a recording knows about one pod; whatever is absent is drawn. Milliseconds. */
export interface RecordedPod {
  readonly name?: string;
  readonly uid?: string;
  readonly node?: string;
  /** One entry per container start: the first, then restarts. */
  readonly containerStartMillis?: readonly number[];
  readonly modelLoadMillis?: readonly number[];
  readonly noticeMillis?: readonly number[];
  readonly podGoneMillis?: number;
  /** Created to bound, for a pod that found room at once. */
  readonly scheduleMillis?: number;
  /** Probe passed to the balancer knowing it, the first time; deletion to the balancer knowing it. */
  readonly endpointMillis?: number;
  readonly endpointGoneMillis?: number;
  /** When its object was created: for later pods than those of the start only the differences count. */
  readonly createdMillis?: number;
  /** When it last became Ready, for a pod that is there at the start. */
  readonly readySinceMillis?: number;
}

export interface RecordedNode {
  readonly name?: string;
  readonly provisionMillis?: number;
}

export interface RecordedDraws {
  readonly pods: readonly RecordedPod[];
  /** In order of appearance: the nodes of the start, then those requested. */
  readonly nodes: readonly RecordedNode[];
  /** From what woke the ReplicaSet to its first write, by its syncs in order. */
  readonly replicaSetMillis?: readonly number[];
  /**
   * Pods in the order in which the ReplicaSet deleted them. The controller's choice depends on the random order of a map
   * (victims.ts); a sync that deletes n takes the next n named here, if all of them are still active.
   */
  readonly deletions?: readonly PodOrdinal[];
}

export interface ClusterConfig {
  readonly deployment: Deployment;
  /** Pods at the start. */
  readonly initialReplicas: number;
  /**
   * 'ready': the initial pods are Ready and in the balancer at the first step. 'starting': they are created then and
   * start quickly (0.2 s container, 0.5 s model, image present); wait for their `join` before the load begins.
   */
  readonly initialPods: 'ready' | 'starting';
  readonly nodes: NodePoolConfig;
  readonly startup: StartupDraws;
  readonly delays: ClusterDelays;
  readonly probeGrid: ProbeGrid;
  /** Exit of a container to its next start: first restart, second, …; the last holds for all later ones. */
  readonly restartBackoff: readonly Seconds[];
  /**
   * When a pod leaves Prometheus' discovery: 'gone' with its object (role pod, role endpointslice, which keeps terminating
   * endpoints; absent means this), or as soon as it is 'deleted' (role endpoints, whose controller leaves terminating pods out).
   */
  readonly targetsLeave?: 'deleted' | 'gone';
  /** Whether /health answers startup and liveness probes while the model loads (virtual containers). */
  readonly healthWhileLoading: boolean;
  /**
   * 'virtual': the machine starts, loads, probes and stops containers itself. 'real': a process reports container-started,
   * model-ready and container-exited, and answers every `probe` with a probe-result.
   */
  readonly containers: 'virtual' | 'real';
  readonly seed: number;
  /** Unix time of the origin: times in the API have whole seconds of Unix time. */
  readonly epochMillis: number;
  readonly recorded: RecordedDraws | null;
}

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

export type ClusterInput =
  /** Once, before all others, at the moment the cluster begins to exist. */
  | { readonly kind: 'start' }
  /** A PUT of the scale was accepted; `by` ends up in causes, e.g. 'HPA asr'. */
  | { readonly kind: 'scale'; readonly replicas: number; readonly by: string }
  | { readonly kind: 'timer'; readonly timer: ClusterTimer }
  /** The answer to `await-idle`: nothing is in service on the pod now. */
  | { readonly kind: 'idle'; readonly pod: PodOrdinal }
  /** Somebody deletes a pod with grace 0; null = the oldest Ready one. */
  | { readonly kind: 'pod-kill'; readonly pod: PodOrdinal | null; readonly cause: string }
  /** The container crashed: it is restarted after the back-off. */
  | { readonly kind: 'container-died'; readonly pod: PodOrdinal; readonly cause: string }
  /** null = that of the oldest Ready pod. */
  | { readonly kind: 'node-lost'; readonly node: string | null; readonly cause: string }
  /** Real containers only. */
  | { readonly kind: 'container-started'; readonly pod: PodOrdinal }
  | { readonly kind: 'model-ready'; readonly pod: PodOrdinal }
  /** The process ended after `terminate` or `kill`. */
  | { readonly kind: 'container-exited'; readonly pod: PodOrdinal }
  | { readonly kind: 'probe-result'; readonly pod: PodOrdinal; readonly probe: ProbeKind; readonly ok: boolean };

export type ClusterOutput =
  | { readonly kind: 'life'; readonly event: LifeEvent }
  /** Hand `timer` back at `atMillis` (never in the past). */
  | { readonly kind: 'timer'; readonly atMillis: Millis; readonly timer: ClusterTimer }
  /**
   * The kubelet starts the container: its process should run at `startAtMillis`. Real containers report container-started
   * then, and model-ready about `modelLoadMillis` later; virtual ones need no answer.
   */
  | {
      readonly kind: 'start-container';
      readonly pod: PodOrdinal;
      readonly name: string;
      readonly node: string;
      readonly startAtMillis: Millis;
      readonly modelLoadMillis: number;
    }
  /** What /metrics and requests meet from now on: counters start at 0 with 'loading'; 'stopped' fails what is in service. */
  | {
      readonly kind: 'container';
      readonly pod: PodOrdinal;
      readonly state: 'loading' | 'loaded' | 'stopped';
      readonly cause: string;
    }
  /** Real containers only: answer with a probe-result. */
  | { readonly kind: 'probe'; readonly pod: PodOrdinal; readonly probe: ProbeKind }
  /** The pod enters or leaves the set of the balancer. */
  | { readonly kind: 'join'; readonly pod: PodOrdinal }
  | { readonly kind: 'leave'; readonly pod: PodOrdinal }
  /** SIGTERM: finish what is in service, then exit. */
  | { readonly kind: 'terminate'; readonly pod: PodOrdinal }
  /** Virtual containers only: answer with one `idle` as soon as nothing is in service (at once if nothing is). */
  | { readonly kind: 'await-idle'; readonly pod: PodOrdinal }
  /** SIGKILL: what is in service fails now. Virtual containers get 'stopped' in the same answer. */
  | { readonly kind: 'kill'; readonly pod: PodOrdinal; readonly cause: string }
  /** For Prometheus' discovery: the pod has an IP, or its object is gone. */
  | {
      readonly kind: 'target-added';
      readonly pod: PodOrdinal;
      readonly name: string;
      readonly ip: string;
      readonly node: string;
    }
  | { readonly kind: 'target-removed'; readonly pod: PodOrdinal; readonly name: string };

export type ContainerTimer =
  | 'container-start'
  | 'model-loaded'
  | 'notice-start'
  | 'notice-exit'
  | 'restart'
  | 'sigterm'
  | 'drained'
  | 'grace-over';

/** Opaque to the caller. `life` guards against timers of an earlier container of the pod. */
export type ClusterTimer =
  | { readonly of: 'replica-set' }
  | { readonly of: 'create-batch'; readonly size: number; readonly left: number }
  | { readonly of: 'schedule' | 'endpoint' | 'gone'; readonly pod: PodOrdinal }
  | { readonly of: 'node-scan' }
  | { readonly of: 'node-added' | 'node-spot-end'; readonly node: number }
  | {
      readonly of: ContainerTimer;
      readonly pod: PodOrdinal;
      readonly life: number;
    }
  | {
      readonly of: 'probe';
      readonly pod: PodOrdinal;
      readonly life: number;
      readonly probe: ProbeKind;
      readonly generation: number;
      /** The tick's own instant, free of the lateness of a wall clock. */
      readonly nominal: number;
    };

/** The scale subresource as the HPA reads it. */
export interface ScaleView {
  readonly specReplicas: number;
  /** status.replicas: pods of the ReplicaSet that are neither terminating nor failed. */
  readonly statusReplicas: number;
  readonly selector: LabelMap;
}

export type PodPhase = 'Pending' | 'Running' | 'Failed';

/** A pod as the API lists it (every object that is not gone, terminating ones included). */
export interface PodView {
  readonly ordinal: PodOrdinal;
  readonly name: string;
  readonly uid: string;
  readonly labels: LabelMap;
  readonly phase: PodPhase;
  readonly ip: string | null;
  readonly node: string | null;
  /** Condition Ready is True. */
  readonly ready: boolean;
  /** lastTransitionTime of condition Ready, a whole second of Unix time, counted from the origin; null before the kubelet set it. */
  readonly readyTransitionMillis: Millis | null;
  /** status.startTime, whole second likewise; null before admission. */
  readonly startTimeMillis: Millis | null;
  /** metadata.creationTimestamp, whole second likewise. */
  readonly createdMillis: Millis;
  /** deletionTimestamp is set. */
  readonly terminating: boolean;
  readonly restarts: number;
}

export interface NodeView {
  readonly name: string;
  readonly gpus: number;
  readonly gpusRequested: number;
  readonly pods: number;
}
