// The platform: what a user deploys, read from real Kubernetes YAML into one typed value that simulation and the real
// profiles share. `cluster/manifests` makes it; every field is what the running cluster would act on, defaults applied.

import type { HorizontalPodAutoscalerSpec, LabelMap } from './kubernetes-hpa.ts';
import type { Monitor, RuleGroupJson } from './kubernetes-monitoring.ts';
import type { Seconds } from './units.ts';

export interface Probe {
  readonly initialDelay: Seconds;
  readonly period: Seconds;
  readonly timeout: Seconds;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export interface ContainerPort {
  readonly name: string;
  readonly containerPort: number;
}

export interface Deployment {
  readonly name: string;
  readonly namespace: string;
  /** spec.replicas; the count at the start of a run unless the HPA's minimum is higher. */
  readonly replicas: number;
  readonly selector: LabelMap;
  readonly podLabels: LabelMap;
  readonly podAnnotations: LabelMap;
  readonly container: string;
  readonly image: string;
  readonly ports: readonly ContainerPort[];
  /** nvidia.com/gpu limit of one pod; 0 if none is requested (then the scheduler does not see the card). */
  readonly gpusPerPod: number;
  readonly readiness: Probe | null;
  readonly liveness: Probe | null;
  readonly startup: Probe | null;
  readonly terminationGrace: Seconds;
  /** Sleep of the preStop hook, 0 if there is none. */
  readonly preStop: Seconds;
  readonly nodeSelector: LabelMap;
  readonly tolerations: readonly { readonly key: string; readonly effect: string }[];
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly labels: LabelMap;
  readonly selector: LabelMap;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string | number }[];
}

export interface Hpa {
  readonly name: string;
  readonly namespace: string;
  readonly spec: HorizontalPodAutoscalerSpec;
}

export type PrometheusVersion = '2.53' | '3';
export type KubernetesVersion = '1.34' | '1.37';

export interface PrometheusSettings {
  readonly version: PrometheusVersion;
  readonly scrapeInterval: Seconds;
  readonly scrapeTimeout: Seconds;
  readonly evaluationInterval: Seconds;
  readonly retention: Seconds;
  /** null = no size limit. */
  readonly retentionSizeBytes: number | null;
  readonly replicas: number;
  /** Fully qualified host name and external labels: the seed of the scrape phases. */
  readonly hostName: string;
  readonly externalLabels: LabelMap;
}

export interface AdapterSettings {
  /** The adapter's file: keys `rules` and `externalRules`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly relistInterval: Seconds;
  readonly maxAge: Seconds;
}

export interface ControllerSettings {
  readonly version: KubernetesVersion;
  readonly syncPeriod: Seconds;
  readonly tolerance: number;
  readonly downscaleStabilization: Seconds;
}

/** Something of the YAML that was not used, or that will surprise. */
export interface PlatformNote {
  readonly file: string;
  readonly path: string;
  readonly message: string;
}

export interface Platform {
  readonly namespace: string;
  readonly deployment: Deployment;
  /** The HPA of `deployment`; null = a fixed number of replicas. */
  readonly hpa: Hpa | null;
  /** HPAs of other workloads, for instance the API server's that follows the ASR replica count. */
  readonly otherHpas: readonly Hpa[];
  readonly services: readonly Service[];
  readonly monitors: readonly Monitor[];
  readonly ruleGroups: readonly { readonly file: string; readonly group: RuleGroupJson }[];
  readonly prometheus: PrometheusSettings;
  readonly adapter: AdapterSettings;
  readonly controller: ControllerSettings;
  readonly notes: readonly PlatformNote[];
}
