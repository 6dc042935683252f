// Service, ServiceMonitor, PodMonitor and PrometheusRule to typed values.

import { parsePrometheusDuration } from '../../model/duration.ts';
import type { Monitor, MonitorEndpoint, RuleGroupJson } from '../../model/kubernetes-monitoring.ts';
import type { Service } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { Cursor } from './cursor.ts';
import { isRecord } from './documents.ts';

export const readService = (object: Cursor): Service => {
  const spec = object.get('spec');
  const service: Service = {
    name: object.get('metadata', 'name').text(),
    namespace: object.get('metadata', 'namespace').text('default'),
    labels: object.get('metadata', 'labels').labels(),
    selector: spec.get('selector').labels(),
    ports: spec
      .get('ports')
      .items()
      .map((port) => {
        const number = port.get('port').integer(undefined, 1);
        const target = port.get('targetPort').value;
        return {
          name: port.get('name').text(''),
          port: number,
          targetPort: typeof target === 'string' || typeof target === 'number' ? target : number,
        };
      }),
  };
  spec.rest([
    'clusterIP',
    'clusterIPs',
    'internalTrafficPolicy',
    'ipFamilies',
    'ipFamilyPolicy',
    'sessionAffinity',
    'type',
  ]);
  return service;
};

const checkDuration = (cursor: Cursor): void => {
  if (cursor.present) cursor.duration(seconds(0));
};

/** Authentication and transport of a scrape do not change its values or times. */
const ENDPOINT_IRRELEVANT = [
  'authorization',
  'basicAuth',
  'bearerTokenFile',
  'bearerTokenSecret',
  'enableHttp2',
  'followRedirects',
  'honorLabels',
  'honorTimestamps',
  'metricRelabelings',
  'oauth2',
  'params',
  'path',
  'port',
  'proxyUrl',
  'relabelings',
  'scheme',
  'targetPort',
  'tlsConfig',
];

const readEndpoint = (endpoint: Cursor): MonitorEndpoint => {
  checkDuration(endpoint.get('interval'));
  checkDuration(endpoint.get('scrapeTimeout'));
  endpoint.rest(ENDPOINT_IRRELEVANT);
  return endpoint.value ?? {};
};

const secondsOf = (value: unknown): number | null =>
  typeof value === 'string' ? parsePrometheusDuration(value) : null;

type MonitorMeta = Pick<Monitor, 'kind' | 'name' | 'namespace' | 'labels'>;

/** The monitor, or null if the operator would skip it: a timeout above the interval (metrics-path.md 1.2). */
const readMonitorSpec = (spec: Cursor, meta: MonitorMeta, ofMeta: readonly string[]): Monitor | null => {
  const { kind } = meta;
  const endpoints = spec.get(kind === 'ServiceMonitor' ? 'endpoints' : 'podMetricsEndpoints');
  const read = endpoints.items().map(readEndpoint);
  if (read.length === 0) endpoints.fail('at least one endpoint');
  const limits = ['sampleLimit', 'targetLimit', 'labelLimit', 'labelNameLengthLimit', 'labelValueLengthLimit'];
  const selector = spec.get('selector');
  if (!selector.present) selector.fail('a label selector');
  spec.rest([
    ...limits,
    'jobLabel',
    'targetLabels',
    'podTargetLabels',
    'selector',
    'namespaceSelector',
    'attachMetadata',
    ...ofMeta,
  ]);
  const late = read.find(({ interval, scrapeTimeout }) => {
    const [every, within] = [secondsOf(interval), secondsOf(scrapeTimeout)];
    return every !== null && within !== null && within > every;
  });
  if (late !== undefined) {
    spec.note(
      `scrapeTimeout ${late.scrapeTimeout!} is above interval ${late.interval!}: the operator skips this whole monitor`,
    );
    return null;
  }
  const dropped = new Set(['endpoints', 'podMetricsEndpoints', ...ofMeta]);
  const rest = Object.fromEntries(
    Object.entries((spec.value ?? {}) as Record<string, unknown>).filter(([key]) => !dropped.has(key)),
  );
  return { ...meta, spec: { ...rest, selector: rest['selector'] ?? {} }, endpoints: read };
};

export const readMonitor = (object: Cursor, kind: Monitor['kind']): Monitor | null =>
  readMonitorSpec(
    object.get('spec'),
    {
      kind,
      name: object.get('metadata', 'name').text(),
      namespace: object.get('metadata', 'namespace').text('default'),
      labels: object.get('metadata', 'labels').labels(),
    },
    [],
  );

/** An entry of additionalServiceMonitors in the values of kube-prometheus-stack; it lives in the stack's namespace. */
export const readMonitorValues = (entry: Cursor): Monitor | null =>
  readMonitorSpec(
    entry,
    {
      kind: 'ServiceMonitor',
      name: entry.get('name').text(),
      namespace: 'default',
      labels: entry.get('additionalLabels').labels(),
    },
    ['name', 'additionalLabels'],
  );

const checkRule = (rule: Cursor): void => {
  rule.get('expr').text();
  if (rule.get('record').present === rule.get('alert').present) rule.fail('either `record` or `alert`');
  checkDuration(rule.get('for'));
  checkDuration(rule.get('keep_firing_for'));
  rule.rest(['labels', 'annotations']);
};

/** Groups under `cursor` (the `groups` list). */
export const readRuleGroups = (cursor: Cursor): readonly RuleGroupJson[] =>
  cursor.items().map((group) => {
    group.get('name').text();
    checkDuration(group.get('interval'));
    checkDuration(group.get('query_offset'));
    group.get('rules').items().forEach(checkRule);
    group.rest(['limit', 'labels', 'partial_response_strategy']);
    const json = isRecord(group.value) ? group.value : {};
    const rules = Array.isArray(json.rules) ? json.rules.filter(isRecord) : [];
    // YAML numbers such as `expr: 1` are texts in the CRD.
    return { ...json, rules: rules.map((rule) => ({ ...rule, expr: String(rule.expr) })) } as unknown as RuleGroupJson;
  });
