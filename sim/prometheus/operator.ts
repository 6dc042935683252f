// What prometheus-operator v0.74 writes into Prometheus' configuration for one endpoint of a ServiceMonitor or
// PodMonitor (pkg/prometheus/promcfg.go; golden/scrape/operator-configs.json). The result has the keys of
// `scrape_configs`, so that scrape-config.ts reads it like any other. What the operator does with secrets, TLS and
// probes is left out: it changes no sample.

import type { LabelMap, LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { Monitor, MonitorEndpoint, RelabelConfig } from '../../model/kubernetes-monitoring.ts';

/** The fields of the Prometheus resource that reach every scrape job. */
export interface OperatorSettings {
  /** serviceDiscoveryRole: EndpointSlice instead of Endpoints. */
  readonly endpointSlice: boolean;
  readonly overrideHonorLabels: boolean;
  /** enforcedNamespaceLabel, '' = none. */
  readonly enforcedNamespaceLabel: string;
  /** enforcedSampleLimit and its kin, 0 = none. */
  readonly enforcedSampleLimit: number;
  readonly shards: number;
}

export const OPERATOR_DEFAULTS: OperatorSettings = {
  endpointSlice: false,
  overrideHonorLabels: false,
  enforcedNamespaceLabel: '',
  enforcedSampleLimit: 0,
  shards: 1,
};

/** One relabel rule with the keys of the configuration file. */
export type RelabelYaml = Readonly<Record<string, unknown>>;
export type ScrapeConfigYaml = Readonly<Record<string, unknown>>;

/** Label names in discovery: everything but letters, digits and underscores becomes an underscore. */
const sanitize = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, '_');

type MetaLabels = (name: string) => readonly [value: string, present: string];

const serviceLabels: MetaLabels = (name) => [
  `__meta_kubernetes_service_label_${sanitize(name)}`,
  `__meta_kubernetes_service_labelpresent_${sanitize(name)}`,
];
const podLabels: MetaLabels = (name) => [
  `__meta_kubernetes_pod_label_${sanitize(name)}`,
  `__meta_kubernetes_pod_labelpresent_${sanitize(name)}`,
];

const selectorRules = (selector: LabelSelector, meta: MetaLabels): RelabelYaml[] => {
  const matchLabels: LabelMap = selector.matchLabels ?? {};
  const rules: RelabelYaml[] = Object.keys(matchLabels)
    .sort()
    .map((name) => ({ action: 'keep', source_labels: [...meta(name)], regex: `(${matchLabels[name]!});true` }));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const [value, present] = meta(key);
    const exists = operator === 'Exists' || operator === 'DoesNotExist';
    rules.push({
      action: operator === 'In' || operator === 'Exists' ? 'keep' : 'drop',
      source_labels: exists ? [present] : [value, present],
      regex: exists ? 'true' : `(${(values ?? []).join('|')});true`,
    });
  }
  return rules;
};

const portRule = (endpoint: MonitorEndpoint, portLabel: string): RelabelYaml[] => {
  if (endpoint.port !== undefined && endpoint.port !== '') {
    return [{ action: 'keep', source_labels: [portLabel], regex: endpoint.port }];
  }
  if (endpoint.targetPort === undefined) return [];
  const kind = typeof endpoint.targetPort === 'number' ? 'number' : 'name';
  const source = `__meta_kubernetes_pod_container_port_${kind}`;
  return [{ action: 'keep', source_labels: [source], regex: String(endpoint.targetPort) }];
};

const copy = (source: string, target: string): RelabelYaml => ({ source_labels: [source], target_label: target });
const copyIfSet = (source: string, target: string): RelabelYaml => ({
  ...copy(source, target),
  regex: '(.+)',
  replacement: '${1}',
});

const addressTarget = (prefix: string, kind: string, target: string): RelabelYaml => ({
  source_labels: [`${prefix}_address_target_kind`, `${prefix}_address_target_name`],
  separator: ';',
  regex: `${kind};(.*)`,
  replacement: '${1}',
  target_label: target,
});

const runningOnly = (endpoint: MonitorEndpoint): RelabelYaml[] =>
  endpoint.filterRunning === false
    ? []
    : [{ action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: '(Failed|Succeeded)' }];

const relabelYaml = (rule: RelabelConfig): RelabelYaml => {
  const yaml: Record<string, unknown> = {};
  if (rule.sourceLabels !== undefined && rule.sourceLabels.length > 0) yaml['source_labels'] = rule.sourceLabels;
  if (rule.separator !== undefined) yaml['separator'] = rule.separator;
  if (rule.targetLabel !== undefined && rule.targetLabel !== '') yaml['target_label'] = rule.targetLabel;
  if (rule.regex !== undefined && rule.regex !== '') yaml['regex'] = rule.regex;
  if (rule.modulus !== undefined && rule.modulus !== 0) yaml['modulus'] = rule.modulus;
  if (rule.replacement !== undefined) yaml['replacement'] = rule.replacement;
  if (rule.action !== undefined && rule.action !== '') yaml['action'] = rule.action.toLowerCase();
  return yaml;
};

const enforced = (settings: OperatorSettings, namespace: string): RelabelYaml[] =>
  settings.enforcedNamespaceLabel === ''
    ? []
    : [{ target_label: settings.enforcedNamespaceLabel, replacement: namespace }];

const shardRules = (settings: OperatorSettings): RelabelYaml[] => [
  { source_labels: ['__address__'], target_label: '__tmp_hash', modulus: settings.shards, action: 'hashmod' },
  { source_labels: ['__tmp_hash'], regex: '$(SHARD)', action: 'keep' },
];

const endpointName = (endpoint: MonitorEndpoint): RelabelYaml[] => {
  const port = endpoint.port ?? (endpoint.targetPort === undefined ? '' : String(endpoint.targetPort));
  return port === '' ? [] : [{ target_label: 'endpoint', replacement: port }];
};

const JOB_NAME: RelabelYaml = { source_labels: ['job'], target_label: '__tmp_prometheus_job_name' };

const serviceRules = (monitor: Monitor, endpoint: MonitorEndpoint, settings: OperatorSettings): RelabelYaml[] => {
  const { spec } = monitor;
  const prefix = settings.endpointSlice ? '__meta_kubernetes_endpointslice' : '__meta_kubernetes_endpoint';
  const rules: RelabelYaml[] = [
    JOB_NAME,
    ...selectorRules(spec.selector, serviceLabels),
    ...portRule(endpoint, `${prefix}_port_name`),
    addressTarget(prefix, 'Node', 'node'),
    addressTarget(prefix, 'Pod', 'pod'),
    copy('__meta_kubernetes_namespace', 'namespace'),
    copy('__meta_kubernetes_service_name', 'service'),
    copy('__meta_kubernetes_pod_name', 'pod'),
    copy('__meta_kubernetes_pod_container_name', 'container'),
    ...runningOnly(endpoint),
  ];
  for (const name of spec.targetLabels ?? []) rules.push(copyIfSet(serviceLabels(name)[0], sanitize(name)));
  for (const name of spec.podTargetLabels ?? []) rules.push(copyIfSet(podLabels(name)[0], sanitize(name)));
  rules.push({ ...copy('__meta_kubernetes_service_name', 'job'), replacement: '${1}' });
  if (spec.jobLabel !== undefined && spec.jobLabel !== '')
    rules.push(copyIfSet(serviceLabels(spec.jobLabel)[0], 'job'));
  return rules;
};

const podRules = (monitor: Monitor, endpoint: MonitorEndpoint): RelabelYaml[] => {
  const { spec } = monitor;
  const rules: RelabelYaml[] = [
    JOB_NAME,
    ...runningOnly(endpoint),
    ...selectorRules(spec.selector, podLabels),
    ...portRule(endpoint, '__meta_kubernetes_pod_container_port_name'),
    copy('__meta_kubernetes_namespace', 'namespace'),
    copy('__meta_kubernetes_pod_container_name', 'container'),
    copy('__meta_kubernetes_pod_name', 'pod'),
  ];
  for (const name of spec.podTargetLabels ?? []) rules.push(copyIfSet(podLabels(name)[0], sanitize(name)));
  rules.push({ target_label: 'job', replacement: `${monitor.namespace}/${monitor.name}` });
  if (spec.jobLabel !== undefined && spec.jobLabel !== '') rules.push(copyIfSet(podLabels(spec.jobLabel)[0], 'job'));
  return rules;
};

const discovery = (monitor: Monitor, settings: OperatorSettings): Record<string, unknown> => {
  const selector = monitor.spec.namespaceSelector;
  const role = monitor.kind === 'PodMonitor' ? 'pod' : settings.endpointSlice ? 'endpointslice' : 'endpoints';
  if (selector?.any === true) return { role };
  const names = selector?.matchNames ?? [];
  return { role, namespaces: { names: names.length > 0 ? [...names] : [monitor.namespace] } };
};

/** The smaller of the user's and the enforced limit, 0 = none. */
const limit = (own: number | undefined, enforcedLimit: number): number => {
  if (own === undefined || own === 0) return enforcedLimit;
  return enforcedLimit === 0 ? own : Math.min(own, enforcedLimit);
};

const limits = (monitor: Monitor, settings: OperatorSettings): Record<string, number> => {
  const { spec } = monitor;
  const all: Record<string, number> = {
    sample_limit: limit(spec.sampleLimit, settings.enforcedSampleLimit),
    target_limit: spec.targetLimit ?? 0,
    label_limit: spec.labelLimit ?? 0,
    label_name_length_limit: spec.labelNameLengthLimit ?? 0,
    label_value_length_limit: spec.labelValueLengthLimit ?? 0,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value > 0));
};

/**
 * The scrape job of endpoint number `index`. `$(SHARD)` stays in it, as in the generated file: the pod of each shard
 * replaces it by its number (see `forShard`).
 */
export const operatorScrapeConfig = (
  monitor: Monitor,
  index: number,
  settings: OperatorSettings = OPERATOR_DEFAULTS,
): ScrapeConfigYaml => {
  const endpoint = monitor.endpoints[index]!;
  const pods = monitor.kind === 'PodMonitor';
  const config: Record<string, unknown> = {
    job_name: `${pods ? 'podMonitor' : 'serviceMonitor'}/${monitor.namespace}/${monitor.name}/${index}`,
    honor_labels: endpoint.honorLabels === true && !settings.overrideHonorLabels,
    kubernetes_sd_configs: [discovery(monitor, settings)],
  };
  if (endpoint.honorTimestamps !== undefined) config['honor_timestamps'] = endpoint.honorTimestamps;
  if (endpoint.interval !== undefined && endpoint.interval !== '') config['scrape_interval'] = endpoint.interval;
  if (endpoint.scrapeTimeout !== undefined && endpoint.scrapeTimeout !== '') {
    config['scrape_timeout'] = endpoint.scrapeTimeout;
  }
  const path = endpoint.path ?? '';
  if (path !== '') config['metrics_path'] = path;
  if (endpoint.params !== undefined) config['params'] = endpoint.params;
  if (endpoint.scheme !== undefined && endpoint.scheme !== '') config['scheme'] = endpoint.scheme;
  return {
    ...config,
    relabel_configs: [
      ...(pods ? podRules(monitor, endpoint) : serviceRules(monitor, endpoint, settings)),
      ...endpointName(endpoint),
      ...(endpoint.relabelings ?? []).map(relabelYaml),
      ...enforced(settings, monitor.namespace),
      ...shardRules(settings),
    ],
    ...limits(monitor, settings),
    metric_relabel_configs: [
      ...(endpoint.metricRelabelings ?? []).map(relabelYaml),
      ...enforced(settings, monitor.namespace),
    ],
  };
};

/** The job as the pod of one shard runs it. */
export const forShard = (config: ScrapeConfigYaml, shard: number): ScrapeConfigYaml => ({
  ...config,
  relabel_configs: (config['relabel_configs'] as RelabelYaml[]).map((rule) =>
    rule['regex'] === '$(SHARD)' ? { ...rule, regex: String(shard) } : rule,
  ),
});
