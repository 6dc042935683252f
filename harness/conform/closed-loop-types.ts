// What a folder of golden/closed-loop holds, as typed data (schema: README there). Times in milliseconds since `epochMs`.

import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';

/** Milliseconds. */
export type RecordedDistribution =
  | { readonly const: number }
  | { readonly uniform: readonly [min: number, max: number] }
  | { readonly lognormal: { readonly median: number; readonly sigma: number } };

export type LoopBalancer = 'least-requests' | 'round-robin' | 'random';

export type LoopFailure =
  | { readonly kind: 'scrape-refused' | 'scrape-hang'; readonly at: number; readonly durationMs: number }
  | { readonly kind: 'pod-delete-now' | 'container-restart'; readonly at: number }
  | { readonly kind: 'hpa-patch'; readonly at: number; readonly patch: HpaPatch }
  | { readonly kind: 'scale'; readonly at: number; readonly replicas: number };

export interface HpaPatch {
  readonly spec: Partial<HorizontalPodAutoscalerSpec>;
}

export interface LoopConfig {
  readonly name: string;
  readonly family: string;
  readonly scrapeSeconds: number;
  readonly recordEverySeconds?: number;
  readonly metrics: readonly { readonly kind: string; readonly target: number | string }[];
  readonly min: number;
  readonly max: number;
  readonly initialPods: number;
  readonly hpaAt: number;
  readonly service: {
    readonly a: number;
    readonly b: number;
    readonly cap: number;
    readonly refAudio: number;
    readonly balancer: LoopBalancer;
    readonly seed: number;
  };
  readonly containerStart: RecordedDistribution;
  readonly modelLoad: RecordedDistribution;
  readonly probe: {
    readonly periodSeconds: number;
    readonly initialDelaySeconds: number;
    readonly grid: 'reset-on-trigger' | 'admission';
  };
  readonly metricsWhileLoading: boolean;
  readonly graceSeconds: number;
  readonly nodes: {
    readonly initial: number;
    readonly gpusPerNode: number;
    readonly autoscale: boolean;
    readonly min?: number;
    readonly max?: number;
    readonly provision?: RecordedDistribution;
    readonly scanMs?: number;
    readonly scanPhase?: number;
    readonly idleRemoveMs?: number;
  };
  readonly failures: readonly LoopFailure[];
  readonly podNames: readonly string[];
  /** By pod index, as text. */
  readonly scrapePhaseMs: Readonly<Record<string, number>>;
  readonly epochMs: number;
  readonly durationMs: number;
  readonly batch: string;
  readonly yaml: {
    readonly hpa: string;
    readonly deployment: string;
    readonly service: string;
    readonly prometheus: string;
    readonly rules: string | null;
    readonly adapter: string;
  };
}

/** Outages of components, shared by a batch. */
export interface LoopOutage {
  readonly kind: 'adapter-down' | 'prometheus-restart' | 'kcm-restart';
  readonly downAt: number;
  readonly stopped: number;
  readonly startAt: number;
  readonly answering: number;
}

export interface LoopSchedule {
  readonly count: number;
  readonly offsetMillis: Float64Array;
  readonly audioSeconds: Float64Array;
}

/** One row per row of the schedule; NaN and −1 for what is empty. */
export interface LoopRequests {
  readonly count: number;
  readonly pod: Int32Array;
  readonly waitMillis: Float64Array;
  readonly serviceMillis: Float64Array;
  readonly failed: Uint8Array;
}

export interface PlantScrape {
  readonly src: 'plant';
  readonly t: number;
  readonly pod: number;
  readonly ok: 0 | 1;
  readonly hang?: 1;
  readonly active?: number;
  readonly total?: number;
  readonly failed?: number;
  readonly gpu?: number;
  readonly sum?: number;
  readonly queue?: number;
}

/** A stored timestamp of a target; a field that was not stored is missing, "stale" is a stale marker. */
export interface StoredScrape {
  readonly src: 'prometheus';
  readonly t: number;
  readonly pod: number;
  readonly up?: number | 'stale';
  readonly seconds?: number | 'stale';
  readonly active?: number | 'stale';
  readonly total?: number | 'stale';
  readonly gpu?: number | 'stale';
}

export interface StoredRule {
  readonly src: 'rule';
  readonly t: number;
  readonly record: string;
  readonly v: number;
}

export type LoopScrape = PlantScrape | StoredScrape | StoredRule;

export interface SyncMetric {
  readonly t: number;
  readonly ms: number;
  readonly code: number;
  readonly api: string;
  readonly adapterMs?: number;
  /** [pod index or metric name, quantity]. */
  readonly values?: readonly (readonly [number | string, string])[];
}

export interface SyncPut {
  readonly t: number;
  readonly ms: number;
  readonly code: number;
  readonly replicas: number;
}

export interface SyncStatus {
  readonly t: number;
  readonly ms: number;
  readonly code: number;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly conditions: readonly (readonly [type: string, status: string, reason: string])[];
}

export interface LoopSync {
  readonly ev: 'sync';
  readonly t: number;
  readonly end: number;
  readonly scale: { readonly code: number; readonly spec: number; readonly status: number; readonly ms: number };
  readonly metrics: readonly SyncMetric[];
  readonly put?: readonly SyncPut[];
  readonly retryGet?: unknown;
  readonly status?: SyncStatus;
}

export type LoopHpaLine =
  | LoopSync
  | { readonly ev: 'create' | 'created'; readonly t: number }
  | {
      readonly ev: 'event';
      readonly t: number;
      readonly type: string;
      readonly reason: string;
      readonly message: string;
    }
  | { readonly ev: 'watch'; readonly t: number; readonly generation: number }
  | { readonly ev: 'patched'; readonly t: number; readonly patch: HpaPatch }
  | { readonly ev: 'manual-scale'; readonly t: number; readonly replicas: number };

export type LoopPodLine =
  | {
      readonly ev: 'created';
      readonly t: number;
      readonly pod: number;
      readonly uid: string;
      readonly creationTimestamp: string;
      readonly name: string;
    }
  | { readonly ev: 'scheduled'; readonly t: number; readonly pod: number; readonly node: string }
  | { readonly ev: 'container-started'; readonly t: number; readonly pod: number; readonly load: number }
  | {
      readonly ev:
        'unschedulable' | 'model-ready' | 'running' | 'ready' | 'endpoint-ready' | 'endpoint-unready' | 'gone';
      readonly t: number;
      readonly pod: number;
    }
  | { readonly ev: 'probe-ok'; readonly t: number; readonly pod: number; readonly nominal: number }
  | { readonly ev: 'deleting'; readonly t: number; readonly pod: number; readonly grace: number }
  | { readonly ev: 'container-exited'; readonly t: number; readonly pod: number; readonly why: string }
  | {
      readonly ev: 'event';
      readonly t: number;
      readonly pod: number;
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly ev: 'failure';
      readonly t: number;
      readonly pod: number;
      readonly kind: string;
      readonly durationMs?: number;
    };

export interface LoopApiLine {
  readonly t: number;
  readonly ms: number;
  readonly who: string;
  readonly verb: string;
  readonly res: string;
  readonly name?: string | number;
  readonly code: number;
}

export interface LoopDeploymentLine {
  readonly t: number;
  readonly type: string;
  readonly spec: number;
  readonly replicas: number;
  readonly ready: number;
}

export type LoopNodeLine =
  | { readonly ev: 'requested'; readonly t: number; readonly delay: number }
  | { readonly ev: 'added' | 'removed'; readonly t: number; readonly node: string };

export interface LoopFolder {
  readonly name: string;
  readonly config: LoopConfig;
  readonly outages: readonly LoopOutage[];
  readonly schedule: LoopSchedule;
  readonly requests: LoopRequests;
  readonly scrapes: readonly LoopScrape[];
  readonly hpa: readonly LoopHpaLine[];
  readonly pods: readonly LoopPodLine[];
  readonly api: readonly LoopApiLine[];
  readonly deployment: readonly LoopDeploymentLine[];
  /** Empty without node pools. */
  readonly nodes: readonly LoopNodeLine[];
}
