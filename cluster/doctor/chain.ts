// What several rungs derive from the facts: the pods that count, the ports that answer, who selects whom. Pure.

import type { LabelMap, LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Service } from '../../model/platform.ts';
import { selectorMatches } from '../manifests/selection.ts';
import type { Fact, Facts, MonitoringFacts, PageFacts, PodFacts, PrometheusObject, WorkloadFacts } from './facts.ts';

const valueOr = <T>(fact: Fact<T>, otherwise: T): T => (fact.kind === 'known' ? fact.value : otherwise);

export const workloadOf = ({ deployments, subject }: Facts): WorkloadFacts | undefined =>
  valueOr(deployments, []).find(({ name }) => name === subject.workload);

export const readyPods = ({ pods }: Facts): readonly PodFacts[] => valueOr(pods, []).filter(({ ready }) => ready);

/** A page with every name that is wanted of it. */
export const isGoodPage = ({ answer }: PageFacts, exposed: readonly string[]): boolean =>
  answer.kind === 'page' && exposed.every((name) => answer.names.includes(name));

/** Ports at which pods show what is wanted. */
export const goodPorts = ({ pages, subject }: Facts): readonly number[] => [
  ...new Set(
    valueOr(pages, [])
      .filter((page) => isGoodPage(page, subject.exposed))
      .map(({ port }) => port),
  ),
];

/** Services that select the pods of the workload. */
export const servicesOfPods = (facts: Facts): readonly Service[] => {
  const labels = workloadOf(facts)?.podLabels ?? {};
  return valueOr(facts.services, []).filter(
    ({ selector }) => Object.keys(selector).length > 0 && selectorMatches({ matchLabels: selector }, labels),
  );
};

type ServicePort = Service['ports'][number];

/** The number behind a port of a Service; null if it names a port that the container does not have. */
export const numberBehind = ({ targetPort }: ServicePort, workload: WorkloadFacts | undefined): number | null =>
  typeof targetPort === 'number'
    ? targetPort
    : (workload?.ports.find(({ name }) => name === targetPort)?.containerPort ?? null);

export const looksInto = ({ spec, namespace }: Monitor, other: string): boolean => {
  const { namespaceSelector } = spec;
  if (namespaceSelector?.any === true) return true;
  const names = namespaceSelector?.matchNames ?? [];
  return (names.length > 0 ? names : [namespace]).includes(other);
};

const sharesLabel = (selector: LabelSelector, labels: LabelMap): boolean =>
  Object.entries(selector.matchLabels ?? {}).some(([name, value]) => labels[name] === value);

/** Does this monitor select a Service of the pods, or the pods themselves? */
export const selectsPods = (monitor: Monitor, facts: Facts): boolean => {
  if (!looksInto(monitor, facts.subject.namespace)) return false;
  const { selector } = monitor.spec;
  return monitor.kind === 'PodMonitor'
    ? selectorMatches(selector, workloadOf(facts)?.podLabels ?? {})
    : servicesOfPods(facts).some(({ labels }) => selectorMatches(selector, labels));
};

/** Monitors that select the pods; if none does, those that come near: a label in common, or the same namespace. */
export const meantMonitors = (facts: Facts): readonly Monitor[] => {
  const all = facts.monitoring.kind === 'known' ? facts.monitoring.value.monitors : [];
  const selecting = all.filter((monitor) => selectsPods(monitor, facts));
  if (selecting.length > 0) return selecting;
  const labels = [workloadOf(facts)?.podLabels ?? {}, ...servicesOfPods(facts).map((service) => service.labels)];
  return all.filter(
    ({ spec, namespace }) =>
      namespace === facts.subject.namespace || labels.some((each) => sharesLabel(spec.selector, each)),
  );
};

/** Does this Prometheus take this monitor? */
export const takes = (prometheus: PrometheusObject, monitor: Monitor, { namespaces }: MonitoringFacts): boolean => {
  const { selector, namespaces: where } = monitor.kind === 'PodMonitor' ? prometheus.podMonitors : prometheus.monitors;
  if (selector === null || !selectorMatches(selector, monitor.labels)) return false;
  // No namespace selector: its own namespace only. An empty one: all.
  return where === null
    ? monitor.namespace === prometheus.namespace
    : selectorMatches(where, namespaces[monitor.namespace] ?? {});
};

/** Names of the scrape jobs that the operator makes of a monitor. */
export const jobsOf = ({ kind, namespace, name, endpoints }: Monitor): readonly string[] =>
  endpoints.map(
    (_, index) => `${kind === 'PodMonitor' ? 'podMonitor' : 'serviceMonitor'}/${namespace}/${name}/${index}`,
  );

export const labelsText = (labels: LabelMap): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',') || '(no labels)';

export const selectorText = ({ matchLabels, matchExpressions }: LabelSelector): string =>
  [
    ...Object.entries(matchLabels ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(matchExpressions ?? []).map(({ key, operator, values }) =>
      values === undefined ? `${key} ${operator}` : `${key} ${operator} (${values.join(', ')})`,
    ),
  ].join(',') || '(everything)';
