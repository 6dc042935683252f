// The scenario as typed data: traffic + platform + objectives. parse.ts makes it from YAML; nobody else does.
// Durations are Seconds, whatever unit the YAML used.

import type { Conduct } from '../model/conduct.ts';
import type { Distribution } from '../model/distribution.ts';
import type { LawOptions } from '../model/service-law.ts';
import type { RequestKind } from '../model/schedule.ts';
import type { PerSecond, Seconds } from '../model/units.ts';

/** Rate over time. `step`: a point's rate holds until the next; `linear`: straight lines between points. */
export interface RateCurve {
  readonly points: readonly (readonly [at: Seconds, rate: PerSecond])[];
  readonly between: 'step' | 'linear';
}

/** All kinds map a unit-rate process through the inverse of the integrated rate (load-generation.md 6.2). */
export type Arrivals =
  | { readonly kind: 'constant'; readonly rate: PerSecond }
  | { readonly kind: 'ramp'; readonly from: PerSecond; readonly to: PerSecond; readonly over: Seconds }
  | { readonly kind: 'poisson'; readonly rate: RateCurve }
  | { readonly kind: 'gamma'; readonly rate: RateCurve; readonly cv: number }
  /** Deterministic spacing along a rate curve. */
  | { readonly kind: 'curve'; readonly rate: RateCurve }
  /** A recorded rate profile (`offset_s,rate_rel,idc`) times `rate`; gamma draws whose CV follows the profile's idc. */
  | {
      readonly kind: 'profile';
      readonly file: string;
      /** Mean rate over the whole profile. */
      readonly rate: PerSecond;
      /** Profile seconds per second of the run. */
      readonly speedup: number;
      /** Where in the profile the run starts. */
      readonly from: Seconds;
    }
  /** A recorded trace, sped up to `rate` (mean) or by `speedup`; [from, to) cuts it before that. */
  | {
      readonly kind: 'trace';
      readonly file: string;
      readonly rate: PerSecond | null;
      readonly speedup: number;
      readonly from: Seconds;
      readonly to: Seconds | null;
      /** Start again from the beginning when the trace ends before the scenario does. */
      readonly repeat: boolean;
      /** Rows of this kind alone; null = all rows, each with its own kind. */
      readonly only: RequestKind | null;
    };

/** A duration table (`q,audio_s`) by name, or a distribution in seconds. */
export type AudioLength = Distribution | { readonly kind: 'table'; readonly file: string };

export interface Traffic {
  readonly name: string;
  /** Kind of every request; a trace brings its own kind per row instead. */
  readonly kind: RequestKind;
  readonly arrivals: Arrivals;
  /** Length of the audio; null for a trace, which brings its own. */
  readonly audioSeconds: AudioLength | null;
  /** A multiplier on the rate over time, for instance a doubling at nine o'clock; 1 before its first point. */
  readonly surge: RateCurve | null;
  /** What callers do of their own accord; absent = they stay until they are answered. */
  readonly conduct?: Conduct;
}

export type BalancerPolicy = 'round-robin' | 'least-requests' | 'random' | 'random-of-two';

/**
 * per-request: the balancer chooses a pod for each request. keep-alive: `pool` connections of independent callers, each of
 * which keeps its pod until it is `maxAge` old, unused for `idle` (null = no such limit), or its pod shuts down.
 */
export type ConnectionSettings =
  | { readonly kind: 'per-request' }
  | {
      readonly kind: 'keep-alive';
      readonly pool: number;
      readonly maxAge: Seconds | null;
      readonly idle: Seconds | null;
    };

/** What a pod does (LawOptions: names of model/service-time.ts and service-law.ts) and how callers reach it. */
export interface ServiceSettings extends LawOptions {
  readonly balancer: BalancerPolicy;
  /**
   * Where requests wait. 'front': one FIFO queue in front, a pod is given a request only while it has less than `cap`
   * in service. 'pod': the balancer forwards at once and each pod queues behind its cap.
   */
  readonly queueAt: 'front' | 'pod';
  /** Most requests waiting in all before new ones are refused with 503; null = unbounded. */
  readonly queueLimit: number | null;
  /** The caller gives up after this long; null = never. */
  readonly timeout: Seconds | null;
  readonly retries: { readonly max: number; readonly backoff: Seconds } | null;
  /** Whether /metrics answers while the model loads. */
  readonly metricsWhileLoading: boolean;
  /** Whether /health answers the liveness probe while the model loads. */
  readonly healthWhileLoading: boolean;
  readonly countStreamsAsRequests: boolean;
  /** Absent = per-request. Live sessions have a connection of their own in any case. */
  readonly connections?: ConnectionSettings;
  /**
   * What a pod does with work in service whose caller has left: 'drop' frees its place at once (absent means this), 'finish'
   * runs it to its end, a live session to the end of the audio it sent. What still waits leaves the queue in any case.
   */
  readonly abandonedWork?: 'drop' | 'finish';
}

export interface StartupSettings {
  /** Admission to container running, image present. */
  readonly containerStart: Distribution;
  /** Added on the first pod of a node. */
  readonly imagePull: Distribution;
  readonly modelLoad: Distribution;
  /** Download of the model before it is loaded; absent = it is in the image or on a volume already. */
  readonly modelDownload?: Distribution;
  /**
   * What keeps a downloaded model: nothing ('pod': every container downloads, absent means this), the node (its first
   * container downloads), or a shared volume (the first container of all does).
   */
  readonly modelCache?: 'pod' | 'node' | 'shared';
}

export interface NodeSettings {
  readonly gpusPerNode: number;
  /** Nodes at the start. */
  readonly warm: number;
  readonly min: number;
  readonly max: number;
  /** Request to schedulable. */
  readonly provision: Distribution;
  /** How often the node autoscaler looks. */
  readonly scan: Seconds;
  /** An empty node is removed after this long. */
  readonly idleRemove: Seconds;
  /** First look of the node autoscaler after the start; absent = drawn uniformly from one interval. */
  readonly scanPhase?: Seconds;
  /** A pending pod counts for it after this long; absent = 30 s if the pod asks for a GPU, else 2 s. */
  readonly podHold?: Seconds;
  /** Nodes kept empty beyond what pods need; absent = 0. */
  readonly spare?: number;
  /** Absent = those that the Deployment's nodeSelector asks for. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  /** Life of a spot node from when it was added to when it is taken away; absent = nodes are never taken away. */
  readonly spotLife?: Distribution;
  readonly pricePerHour: number;
  readonly billingQuantum: Seconds;
}

/** Delays of the control plane itself, measured on real components (golden/closed-loop README). Seconds. */
export interface ControlPlaneSettings {
  readonly scrapeDuration: Distribution;
  readonly adapterQuery: Distribution;
  readonly getScale: Distribution;
  readonly putScale: Distribution;
  readonly replicaSet: Distribution;
  readonly schedule: Distribution;
  readonly endpoints: Distribution;
  /** First HPA sync after the start; null = drawn uniformly from one sync period. */
  readonly hpaPhase: Seconds | null;
}

export type Fault =
  | { readonly kind: 'pod-kill'; readonly at: Seconds }
  | { readonly kind: 'scrape-refused'; readonly at: Seconds; readonly for: Seconds }
  | { readonly kind: 'adapter-down'; readonly at: Seconds; readonly for: Seconds }
  | { readonly kind: 'prometheus-down'; readonly at: Seconds; readonly for: Seconds }
  /** It accepts calls and answers none until the end, as a process that is stopped. */
  | { readonly kind: 'api-server-frozen'; readonly at: Seconds; readonly for: Seconds };

/** Money, each with where it comes from. */
export interface Prices {
  readonly storagePerGbMonth: number;
  readonly perMissedRequest: number;
  readonly source: string;
}

export interface Scenario {
  readonly name: string;
  /** What the scenario shows, in a sentence. */
  readonly question: string;
  readonly seed: number;
  readonly duration: Seconds;
  /** Cut from the start before scoring. */
  readonly warmup: Seconds;
  /** Unix time of the origin of the run; scrape and rule phases count from the epoch. */
  readonly epochMillis: number;
  readonly traffic: readonly Traffic[];
  readonly platform: {
    readonly manifests: readonly string[];
    readonly set: Readonly<Record<string, string | number | boolean>>;
  };
  readonly service: ServiceSettings;
  readonly startup: StartupSettings;
  readonly nodes: NodeSettings;
  readonly controlPlane: ControlPlaneSettings;
  readonly faults: readonly Fault[];
  readonly objectives: readonly string[];
  readonly prices: Prices;
}
