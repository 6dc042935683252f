// Overrides that follow the HPA's metric back to where it comes from: its series scraped at an interval of their own (two
// endpoints with keep and drop rules), the window of the adapter's query, the interval of the rules in between.

import { formatDuration, parseDuration } from '../../model/duration.ts';
import type { Monitor, MonitorEndpoint, RelabelConfig } from '../../model/kubernetes-monitoring.ts';
import type { Platform } from '../../model/platform.ts';
import type { Seconds } from '../../model/units.ts';
import { hpaSource } from './hpa-source.ts';
import { monitorSelects } from './selection.ts';

/** Suffix of the `endpoint` label of the second endpoint: without it both would write the same `up` series. */
const REST = '-rest';

const metricRule = (action: 'keep' | 'drop', names: readonly string[]): RelabelConfig => ({
  sourceLabels: ['__name__'],
  regex: names.join('|'),
  action,
});

/** A timeout above the interval would make the operator skip the monitor. */
const within = (timeout: string | undefined, interval: Seconds): { readonly scrapeTimeout?: string } => {
  const parsed = timeout === undefined ? null : parseDuration(timeout);
  return timeout === undefined || parsed === null
    ? {}
    : { scrapeTimeout: parsed > interval ? formatDuration(interval) : timeout };
};

/** The endpoint in two: the HPA's series at `interval`, everything else as before; one endpoint where the two agree. */
const split = (endpoint: MonitorEndpoint, interval: Seconds, names: readonly string[]): readonly MonitorEndpoint[] => {
  const text = formatDuration(interval);
  const { scrapeTimeout, ...rest } = endpoint;
  const fast: MonitorEndpoint = { ...rest, interval: text, ...within(scrapeTimeout, interval) };
  if (parseDuration(endpoint.interval ?? '') === interval) return [endpoint];
  const rules = endpoint.metricRelabelings ?? [];
  const regex = names.join('|');
  // An endpoint that was split before: its fast half takes the new interval, its other half stays.
  if (rules.some((rule) => rule.action === 'keep' && rule.regex === regex)) return [fast];
  if (rules.some((rule) => rule.action === 'drop' && rule.regex === regex)) return [endpoint];
  const port = String(endpoint.port ?? endpoint.targetPort ?? 'metrics');
  return [
    { ...fast, metricRelabelings: [...rules, metricRule('keep', names)] },
    {
      ...endpoint,
      relabelings: [...(endpoint.relabelings ?? []), { targetLabel: 'endpoint', replacement: `${port}${REST}` }],
      metricRelabelings: [...rules, metricRule('drop', names)],
    },
  ];
};

/** The series that the HPA reads scraped at `interval`, the rest of the pods' series as before. Null if none is known. */
export const withHpaInterval = (platform: Platform, interval: Seconds): Platform | null => {
  const { series } = hpaSource(platform);
  if (series.length === 0) return null;
  const change = (monitor: Monitor): Monitor =>
    monitorSelects(monitor, platform.deployment, platform.services)
      ? { ...monitor, endpoints: monitor.endpoints.flatMap((endpoint) => split(endpoint, interval, series)) }
      : monitor;
  return { ...platform, monitors: platform.monitors.map(change) };
};

const SELECTOR = /(?:<<\s*\.Series\s*>>|[a-zA-Z_:][\w:]*)\{[^{}]*<<\s*\.LabelMatchers\s*>>[^{}]*\}/g;
const RANGE = /\[\s*\d+(?:ms|[smhd])[\da-z]*\s*\]/g;

/** Ranges of the query replaced by `window`; a query without one averages over it. */
const windowed = (query: string, window: string): string =>
  query.search(RANGE) >= 0
    ? query.replace(RANGE, `[${window}]`)
    : query.replace(SELECTOR, (selector) => `avg_over_time(${selector}[${window}])`);

/** The window of the adapter's queries for the HPA's metrics. Null if no rule of the adapter is known to answer them. */
export const withQueryWindow = (platform: Platform, window: Seconds): Platform | null => {
  const { rules } = hpaSource(platform);
  if (rules.length === 0) return null;
  const { config } = platform.adapter;
  const listOf = (list: 'rules' | 'externalRules'): unknown[] =>
    ((config[list] ?? []) as Readonly<Record<string, unknown>>[]).map((rule, index) =>
      rules.some((at) => at.list === list && at.index === index)
        ? { ...rule, metricsQuery: windowed(String(rule['metricsQuery']), formatDuration(window)) }
        : rule,
    );
  const changed = { ...config, rules: listOf('rules'), externalRules: listOf('externalRules') };
  return { ...platform, adapter: { ...platform.adapter, config: changed } };
};

/** The interval of every group that records a series on the way to the HPA. Null if none does. */
export const withRuleInterval = (platform: Platform, interval: Seconds): Platform | null => {
  const { recorded } = hpaSource(platform);
  if (recorded.length === 0) return null;
  return {
    ...platform,
    ruleGroups: platform.ruleGroups.map(({ file, group }) => ({
      file,
      group: group.rules.some(({ record }) => record !== undefined && recorded.includes(record))
        ? { ...group, interval: formatDuration(interval) }
        : group,
    })),
  };
};
