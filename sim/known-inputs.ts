// What a recording or a real run knows, in place of what is drawn otherwise. All instants in milliseconds since the origin.
// Whatever is absent is drawn as ever.

import type { HorizontalPodAutoscalerSpec } from '../model/kubernetes-hpa.ts';
import type { ServiceLaw } from '../model/service-time.ts';
import type { SlowStretch } from './hops/call-durations.ts';
import type { ClusterConfig, ClusterInput } from './kubernetes/index.ts';

/** One reconcile of the HPA: when it began, and when its calls did what. */
export interface KnownSync {
  readonly startMillis: number;
  /** GET scale answered. */
  readonly scaleMillis?: number;
  /** In the order of the spec's metrics: the adapter's query, and its answer. */
  readonly metrics?: readonly { readonly queriedMillis: number; readonly answeredMillis: number }[];
  /** PUT scale answered, if there was one. */
  readonly putMillis?: number;
}

/** When Prometheus began to scrape a pod and when it stopped; both may be absent. */
export interface KnownTarget {
  readonly foundMillis?: number;
  readonly lostMillis?: number;
}

/** Something done to the system from outside, at `atMillis`. */
export type Intervention = { readonly atMillis: number } & (
  | { readonly kind: 'cluster'; readonly input: ClusterInput }
  | { readonly kind: 'hpa-edited'; readonly spec: Partial<HorizontalPodAutoscalerSpec> }
  /** The controller manager forgets its recommendations and scale events. */
  | { readonly kind: 'controller-restarted' }
  | { readonly kind: 'scrapes'; readonly pod: number; readonly meet: 'an answer' | 'a refusal' | 'silence' }
  | { readonly kind: 'adapter'; readonly down: boolean }
  | { readonly kind: 'prometheus'; readonly down: boolean }
);

export interface KnownInputs {
  /** Phase of each pod's scrapes by ordinal: Unix time mod interval. */
  readonly scrapePhaseMillis?: readonly (number | undefined)[];
  /** By pod ordinal: when its scrapes reached it, in order. */
  readonly scrapesMillis?: readonly (readonly number[])[];
  /** By pod ordinal. */
  readonly targets?: readonly (KnownTarget | undefined)[];
  /** Mean time between changes of the targets that the same Prometheus had beside these; absent = it had none. */
  readonly otherTargetsMillis?: number;
  /** Phase of each rule group, in the order of the platform's. */
  readonly rulePhaseMillis?: readonly (number | undefined)[];
  /** The first syncs of the HPA; later ones follow by the cadence. */
  readonly syncs?: readonly KnownSync[];
  /** The machine of the control plane was busy with something else at first. */
  readonly slow?: SlowStretch;
  /** Fields of the cluster's configuration, its recorded draws among them. */
  readonly cluster?: Partial<ClusterConfig>;
  readonly law?: ServiceLaw;
  /** When each request of the schedule was really sent, in its order and never decreasing. */
  readonly sentMillis?: Float64Array;
  readonly balancerSeed?: number;
  readonly interventions?: readonly Intervention[];
}
