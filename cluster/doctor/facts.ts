// What the doctor found out about a cluster, as plain data: read once by gather.ts, judged by the rungs. What could not be
// read is a fact too, with the reason, so that no rung mistakes it for a fault.

import type { LabelMap, LabelSelector, MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Service } from '../../model/platform.ts';

export type Fact<T> =
  { readonly kind: 'known'; readonly value: T } | { readonly kind: 'unknown'; readonly why: string };

export const known = <T>(value: T): Fact<T> => ({ kind: 'known', value });
export const unknown = (why: string): Fact<never> => ({ kind: 'unknown', why });

export type MetricKind = 'pods' | 'object' | 'external' | 'resource';

/** A metric that the HPA is meant to read. */
export interface WantedMetric {
  readonly kind: MetricKind;
  readonly name: string;
  /** The series behind it, by the adapter's rules as far as they are known, else the same name. */
  readonly series: string;
  readonly selector: LabelSelector | null;
}

/** What is asked about, and what is expected of it. */
export interface Subject {
  /** Whose word the expectations are. */
  readonly origin: 'manifests' | 'cluster';
  readonly namespace: string;
  /** Name of the Deployment with the speech pods. */
  readonly workload: string;
  /** Null = none is expected. */
  readonly hpa: string | null;
  readonly wanted: readonly WantedMetric[];
  /** Names that the page of a pod has to show. */
  readonly exposed: readonly string[];
  readonly ruleGroups: readonly string[];
  /** Names that rules record: no page shows them. */
  readonly recorded: readonly string[];
  /** More series than this from one target are too many. */
  readonly seriesLimit: number;
}

/** How a person would reach the same things. */
export interface Doors {
  /** `kubectl --kubeconfig F --context C` */
  readonly kubectl: string;
  /** An address, or a path below the API server that ends in `/proxy`; null = Prometheus was not found. */
  readonly prometheus: { readonly kind: 'address' | 'proxy'; readonly at: string } | null;
}

export interface ApiFacts {
  readonly server: string;
  /** As `v1.34.1`. */
  readonly version: string;
  readonly namespaceExists: boolean;
  /** What the user may not read, of what the doctor asks for. */
  readonly forbidden: readonly string[];
}

export interface WorkloadFacts {
  readonly name: string;
  readonly replicas: number;
  readonly selector: LabelMap;
  readonly podLabels: LabelMap;
  readonly paused: boolean;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly gpusPerPod: number;
  /** Message of a condition that says why pods are not made; null = none does. */
  readonly trouble: string | null;
}

export interface PodFacts {
  readonly name: string;
  readonly ip: string;
  readonly phase: string;
  readonly ready: boolean;
  /** Why it is not ready, as the scheduler or the kubelet says; '' if nobody does. */
  readonly reason: string;
  readonly restarts: number;
}

/** One attempt to read a page of metrics from a pod. */
export interface PageFacts {
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  readonly how: 'through the API server' | 'directly';
  /** What was asked: a path below the API server, or an address. */
  readonly at: string;
  readonly answer:
    | {
        readonly kind: 'page';
        /** Names of samples, without repetition. */
        readonly names: readonly string[];
        readonly samples: number;
        /** Exposed labels that belong to the target: pod, namespace, … */
        readonly reservedLabels: readonly string[];
      }
    | { readonly kind: 'refused'; readonly why: string };
}

/** A Prometheus resource of the operator: which monitors it takes. A selector that is null takes nothing. */
export interface PrometheusObject {
  readonly name: string;
  readonly namespace: string;
  readonly monitors: { readonly selector: LabelSelector | null; readonly namespaces: LabelSelector | null };
  readonly podMonitors: { readonly selector: LabelSelector | null; readonly namespaces: LabelSelector | null };
}

export interface MonitoringFacts {
  /** Objects of the cluster, where the operator's kinds exist; else those of the manifests. */
  readonly from: 'cluster' | 'manifests';
  readonly monitors: readonly Monitor[];
  readonly prometheuses: readonly PrometheusObject[];
  /** Labels of namespaces by name. */
  readonly namespaces: Readonly<Record<string, LabelMap>>;
}

export interface TargetFacts {
  /** Name of the job. */
  readonly job: string;
  readonly url: string;
  readonly pod: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** Seconds since the last scrape; null = never. */
  readonly ageSeconds: number | null;
  readonly durationSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
}

export interface PrometheusFacts {
  readonly version: string;
  readonly jobs: readonly { readonly name: string; readonly sampleLimit: number }[];
  /** Of the pods of the workload. */
  readonly targets: readonly TargetFacts[];
  /** Of everything. */
  readonly targetCount: number;
  readonly headSeries: number;
  /** Names with the most series, most first. */
  readonly largest: readonly { readonly name: string; readonly series: number }[];
  /** Samples that the last scrape kept, by pod and job. */
  readonly samples: readonly { readonly pod: string; readonly job: string; readonly samples: number }[];
}

export interface SeriesElement {
  /** The name left out. */
  readonly labels: LabelMap;
  /** Seconds since its sample, by the clock of Prometheus; what no scrape brings any more answers for 5 minutes. */
  readonly ageSeconds: number;
}

export interface SeriesFacts {
  readonly name: string;
  readonly elements: readonly SeriesElement[];
}

export interface RuleFacts {
  readonly group: string;
  readonly name: string;
  /** PromQL. */
  readonly query: string;
  readonly health: string;
  readonly lastError: string;
}

export interface MetricApiFacts {
  /** `custom.metrics.k8s.io`, … */
  readonly group: string;
  /** Null = not registered. */
  readonly available: boolean | null;
  readonly message: string;
  /** As discovery lists them: `pods/asr_active_requests`. */
  readonly listed: readonly string[];
}

export interface ValueFacts {
  readonly metric: string;
  /** The path below the API server that was asked. */
  readonly path: string;
  readonly answer:
    | { readonly kind: 'values'; readonly items: readonly { readonly object: string; readonly value: string }[] }
    | { readonly kind: 'refused'; readonly status: number; readonly message: string };
}

export interface HpaFacts {
  readonly name: string;
  readonly target: { readonly kind: string; readonly name: string };
  readonly min: number;
  readonly max: number;
  readonly current: number;
  readonly metrics: readonly MetricSpec[];
  /** Name to value of what it read last. */
  readonly read: readonly { readonly name: string; readonly value: string }[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  readonly schedulable: boolean;
  readonly gpus: number;
}

export interface AdapterFacts {
  readonly from: 'cluster' | 'manifests';
  readonly config: Readonly<Record<string, unknown>>;
}

export interface Facts {
  readonly subject: Subject;
  readonly doors: Doors;
  readonly api: Fact<ApiFacts>;
  /** Of the namespace. */
  readonly deployments: Fact<readonly WorkloadFacts[]>;
  /** Other namespaces with a Deployment of that name, looked for only if this one has none. */
  readonly elsewhere: readonly string[];
  /** Of the workload, those that are being deleted left out. */
  readonly pods: Fact<readonly PodFacts[]>;
  readonly pages: Fact<readonly PageFacts[]>;
  /** Of the namespace. */
  readonly services: Fact<readonly Service[]>;
  readonly monitoring: Fact<MonitoringFacts>;
  /** Null = an address is known and nothing answers there. */
  readonly prometheus: Fact<PrometheusFacts | null>;
  readonly series: Fact<readonly SeriesFacts[]>;
  readonly rules: Fact<readonly RuleFacts[]>;
  readonly adapter: Fact<AdapterFacts>;
  readonly metricApis: Fact<readonly MetricApiFacts[]>;
  readonly values: Fact<readonly ValueFacts[]>;
  /** Of the namespace. */
  readonly hpas: Fact<readonly HpaFacts[]>;
  readonly nodes: Fact<readonly NodeFacts[]>;
}
