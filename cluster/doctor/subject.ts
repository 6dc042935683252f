// What the doctor is asked about: from the platform of a scenario, or, where none is given, from what the cluster itself
// says it wants. Pure.

import type { MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { Platform } from '../../model/platform.ts';
import { ruleForMetric } from './adapter-rules.ts';
import type { HpaFacts, Subject, WantedMetric } from './facts.ts';

export const USUAL_SERIES_LIMIT = 1000;

type Json = Readonly<Record<string, unknown>>;

const wantedMetric = (spec: MetricSpec, adapterConfig: Json): WantedMetric | null => {
  const { pods, object, external, resource, containerResource } = spec;
  const of = (kind: WantedMetric['kind'], metric: NonNullable<typeof pods>['metric']): WantedMetric => ({
    kind,
    name: metric.name,
    series: ruleForMetric(metric.name, kind, adapterConfig)?.series ?? metric.name,
    selector: metric.selector ?? null,
  });
  if (pods !== undefined) return of('pods', pods.metric);
  if (object !== undefined) return of('object', object.metric);
  if (external !== undefined) return of('external', external.metric);
  const name = resource?.name ?? containerResource?.name;
  return name === undefined ? null : { kind: 'resource', name, series: '', selector: null };
};

export const wantedMetrics = (specs: readonly MetricSpec[], adapterConfig: Json): readonly WantedMetric[] =>
  specs.map((spec) => wantedMetric(spec, adapterConfig)).filter((metric) => metric !== null);

/** Names that a pod itself has to show: series of Pods metrics that no rule records. */
export const exposedNames = (wanted: readonly WantedMetric[], recorded: readonly string[]): readonly string[] => [
  ...new Set(wanted.flatMap(({ kind, series }) => (kind === 'pods' && !recorded.includes(series) ? [series] : []))),
];

export interface SubjectOptions {
  /** Instead of the manifests'. */
  readonly namespace: string | null;
  readonly seriesLimit: number;
}

export const subjectOfPlatform = (platform: Platform, { namespace, seriesLimit }: SubjectOptions): Subject => {
  const { deployment, hpa, ruleGroups, adapter } = platform;
  const recorded = ruleGroups.flatMap(({ group }) => group.rules.flatMap(({ record }) => record ?? []));
  const wanted = wantedMetrics(hpa?.spec.metrics ?? [], adapter.config);
  return {
    origin: 'manifests',
    namespace: namespace ?? deployment.namespace,
    workload: deployment.name,
    hpa: hpa?.name ?? null,
    wanted,
    exposed: exposedNames(wanted, recorded),
    ruleGroups: [...new Set(ruleGroups.map(({ group }) => group.name))],
    recorded,
    seriesLimit,
  };
};

const podsMetrics = ({ metrics }: HpaFacts): readonly string[] =>
  metrics.flatMap(({ pods }) => (pods === undefined ? [] : [pods.metric.name]));

/** The HPA that is most likely meant: one that reads a speech metric of pods, one that reads any, any. */
export const likelyHpa = <T extends HpaFacts>(hpas: readonly T[]): T | undefined =>
  hpas.find((hpa) => podsMetrics(hpa).some((name) => name.startsWith('asr'))) ??
  hpas.find((hpa) => podsMetrics(hpa).length > 0) ??
  hpas[0];

export interface ClusterSays {
  readonly namespace: string;
  readonly hpas: readonly HpaFacts[];
  readonly deployments: readonly string[];
  readonly ruleGroups: readonly { readonly name: string; readonly recorded: readonly string[] }[];
  readonly adapterConfig: Json;
  readonly seriesLimit: number;
}

/** With no manifests, the HPA of the namespace is the word of its owner. */
export const subjectOfCluster = (says: ClusterSays): Subject => {
  const { namespace, hpas, deployments, ruleGroups, adapterConfig, seriesLimit } = says;
  const hpa = likelyHpa(hpas);
  const wanted = wantedMetrics(hpa?.metrics ?? [], adapterConfig);
  const recorded = ruleGroups.flatMap((group) => group.recorded);
  return {
    origin: 'cluster',
    namespace,
    workload: hpa?.target.name ?? deployments.find((name) => name.includes('asr')) ?? deployments[0] ?? 'lightning-asr',
    hpa: hpa?.name ?? null,
    wanted,
    exposed: exposedNames(wanted, recorded),
    ruleGroups: ruleGroups.map(({ name }) => name),
    recorded,
    seriesLimit,
  };
};
