// What one reconcile sees: the scale, the pods, the answers of the metrics APIs, the HPA's stored status, and the clock
// at each of these calls. Whoever drives the controller (event engine or wall clock) fills it; nothing is fetched here.

import type { Int64 } from './int64.ts';
import type { ReadSelector } from './label-selector.ts';
import type { HpaStatus } from './status.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** Requests by resource name, milli. A resource that is not named has no request. */
export type Requests = Readonly<Record<string, Int64>>;

export interface ContainerRequests {
  readonly name: string;
  /** sidecar: an init container with restartPolicy Always. */
  readonly kind: 'regular' | 'sidecar' | 'init';
  readonly requests: Requests;
}

/** Needed for Utilization targets only. */
export interface PodResources {
  readonly containers: readonly ContainerRequests[];
  readonly podLevel: Requests;
  readonly overhead: Requests;
}

export interface ObservedPod {
  readonly name: string;
  readonly phase: PodPhase;
  /** Status of the Ready condition; null = there is no such condition. */
  readonly ready: 'True' | 'False' | 'Unknown' | null;
  /** Its lastTransitionTime; null = never set, long ago. */
  readonly readyTransitionMillis: number | null;
  readonly startMillis: number | null;
  /** deletionTimestamp is set. */
  readonly terminating: boolean;
  readonly resources?: PodResources;
}

/** One item of a Pods metric: the last of several for one pod wins. */
export interface PodSample {
  readonly podName: string;
  readonly milli: Int64;
}

/** One item of metrics.k8s.io: usage by container, null = the container lacks this resource. */
export interface ResourceUsage {
  readonly podName: string;
  readonly containers: readonly { readonly name: string; readonly milli: Int64 | null }[];
  readonly timestampMillis: number;
  readonly windowMillis: number;
}

export type MetricAnswer =
  | { readonly kind: 'pods'; readonly items: readonly PodSample[] }
  | { readonly kind: 'resource'; readonly items: readonly ResourceUsage[] }
  | { readonly kind: 'object'; readonly milli: Int64 }
  | { readonly kind: 'external'; readonly milli: readonly Int64[] }
  /** The call failed, or had no answer that the controller could use. */
  | { readonly kind: 'failed'; readonly message: string };

export type ScaleAnswer =
  | {
      readonly kind: 'found';
      /** scale.spec.replicas: the "current" count of every decision. */
      readonly specReplicas: number;
      /** scale.status.replicas. */
      readonly statusReplicas: number;
      /** scale.status.selector, from `readSelector`; read it again only when the text changes. */
      readonly selector: ReadSelector;
    }
  | { readonly kind: 'failed'; readonly message: string };

export interface Observation {
  /** Clock when GET scale was answered, milliseconds since the origin. */
  readonly nowMillis: number;
  /**
   * Clock when each metric was answered, one per metric of the spec (a metric that needs no call repeats the entry
   * before it); null = the clock stands still during the reconcile.
   */
  readonly answeredMillis: readonly number[] | null;
  /** As the informer shows it. */
  readonly status: HpaStatus;
  readonly generation: number;
  readonly scale: ScaleAnswer;
  /** Pods whose labels match the scale's selector, whoever owns them, in list order. */
  readonly pods: readonly ObservedPod[];
  /** One per metric of the spec, in its order; not looked at unless metrics are computed. */
  readonly answers: readonly MetricAnswer[];
  /** Other HPAs of the namespace whose last seen selector matches one of `pods`. */
  readonly rivals: readonly string[];
  /** False: the informer does not show the controller's own last status write yet. */
  readonly statusSeen: boolean;
  /** False: the HPA's delete event was handled already. */
  readonly registered: boolean;
  /** Which pod listing of this reconcile fails, counted from 1 (the selector check); 0 = none. */
  readonly failingListing: number;
}

/** An observation in which nothing unusual happens. */
export const observe = (
  seen: Pick<Observation, 'nowMillis' | 'status' | 'scale' | 'pods' | 'answers'> & Partial<Observation>,
): Observation => ({
  nowMillis: seen.nowMillis,
  answeredMillis: seen.answeredMillis ?? null,
  status: seen.status,
  generation: seen.generation ?? 1,
  scale: seen.scale,
  pods: seen.pods,
  answers: seen.answers,
  rivals: seen.rivals ?? [],
  statusSeen: seen.statusSeen ?? true,
  registered: seen.registered ?? true,
  failingListing: seen.failingListing ?? 0,
});
