// What the adapter knows after a relist: which metric names exist, and by which series and rule each is answered
// (metrics-path.md 3.1; pkg/custom-provider/series_registry.go, pkg/external-provider). Values are never kept.

import { TestbedError } from '../../model/errors.ts';
import type { Selector } from '../prometheus/promql/ast.ts';
import { selectsEverything } from '../prometheus/promql/matchers.ts';
import { parseQuery } from '../prometheus/promql/parse.ts';
import type { PrometheusVersion } from '../prometheus/promql/version.ts';
import type { SampleStore, Series } from '../prometheus/store.ts';
import { isNamespacedKind, resourceName } from './resources.ts';
import type { Adapter, AdapterRule } from './rules.ts';

export interface RegisteredMetric {
  readonly seriesName: string;
  readonly rule: AdapterRule;
}

export interface CustomMetricName {
  /** `pods`, `namespaces`, `deployments.apps`. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly metric: string;
}

export interface Registry {
  /** By `customKey`. */
  readonly custom: ReadonlyMap<string, RegisteredMetric & CustomMetricName>;
  /** By metric name. */
  readonly external: ReadonlyMap<string, RegisteredMetric>;
}

/** Before the first relist. */
export const EMPTY_REGISTRY: Registry = { custom: new Map(), external: new Map() };

export const customKey = ({ resource, namespaced, metric }: CustomMetricName): string =>
  `${resource}/${metric}/${namespaced}`;

export interface Relist {
  readonly registry: Registry;
  /** Why the list of custom metrics stayed as it was; null if it did not. */
  readonly customError: string | null;
  readonly externalError: string | null;
}

const NO_MATCHER = 'match[] must contain at least one non-empty matcher';

/** The selector of a series query, or why /api/v1/series refuses it. */
const seriesSelector = (text: string, version: PrometheusVersion): Selector | { readonly error: string } => {
  try {
    const expr = parseQuery(text, version);
    const plain = expr.kind === 'selector' && expr.offsetMillis === 0 && expr.anchor === undefined;
    if (!plain) return { error: 'not a series selector' };
    return selectsEverything(expr.matchers) ? { error: NO_MATCHER } : expr;
  } catch (error) {
    if (error instanceof TestbedError && error.code === 'QUERY_INVALID') return { error: error.message };
    throw error;
  }
};

/** Series in storage order with a sample or marker at or after `sinceMillis`. */
const livingSeries = (selector: Selector, store: SampleStore, sinceMillis: number): Series[] => {
  const name = selector.matchers.find((m) => m.name === '__name__' && m.kind === '=')?.value;
  const candidates = name === undefined ? store.series : store.named(name);
  return candidates.filter(
    (series) =>
      series.end > series.first &&
      series.times[series.end - 1]! >= sinceMillis &&
      selector.matchers.every((m) => m.matches(series.labels[m.name] ?? '')),
  );
};

type Discovered = readonly (readonly [AdapterRule, readonly Series[]])[];

const discover = (
  rules: readonly AdapterRule[],
  store: SampleStore,
  sinceMillis: number,
  version: PrometheusVersion,
): Discovered | { readonly error: string } => {
  const bySelector = new Map<string, readonly Series[]>();
  const found: [AdapterRule, readonly Series[]][] = [];
  for (const rule of rules) {
    let series = bySelector.get(rule.seriesQuery);
    if (series === undefined) {
      const selector = seriesSelector(rule.seriesQuery, version);
      if ('error' in selector) {
        const cause = `bad_data: invalid parameter "match[]": ${selector.error}`;
        const query = JSON.stringify(rule.seriesQuery);
        return { error: `unable to update list of all metrics: unable to fetch metrics for query ${query}: ${cause}` };
      }
      series = livingSeries(selector, store, sinceMillis);
      bySelector.set(rule.seriesQuery, series);
    }
    found.push([rule, series.filter((each) => rule.accepts(each.labels['__name__'] ?? ''))]);
  }
  return found;
};

const customMetrics = (found: Discovered): Registry['custom'] => {
  const custom = new Map<string, RegisteredMetric & CustomMetricName>();
  for (const [rule, all] of found) {
    for (const series of all) {
      const seriesName = series.labels['__name__'] ?? '';
      const metric = rule.metricName(seriesName);
      if (metric === null) continue;
      const { kinds, namespaced } = rule.resources.resourcesOf(
        Object.keys(series.labels).filter((l) => l !== '__name__'),
      );
      for (const kind of kinds) {
        const name = { resource: resourceName(kind), namespaced: namespaced && isNamespacedKind(kind), metric };
        custom.set(customKey(name), { ...name, seriesName, rule });
      }
    }
  }
  return custom;
};

const externalMetrics = (found: Discovered): Registry['external'] => {
  const external = new Map<string, RegisteredMetric>();
  for (const [rule, all] of found) {
    for (const series of all) {
      const seriesName = series.labels['__name__'] ?? '';
      const metric = rule.metricName(seriesName);
      if (metric !== null) external.set(metric, { seriesName, rule });
    }
  }
  return external;
};

/**
 * One relist at `nowMillis`: every metric whose series have a sample or marker in the last `maxAgeMillis`. If Prometheus
 * refuses one series query, the whole list of that kind (custom or external) stays as it was in `previous`.
 */
export const relist = (
  adapter: Adapter,
  previous: Registry,
  store: SampleStore,
  nowMillis: number,
  maxAgeMillis: number,
  version: PrometheusVersion,
): Relist => {
  const since = nowMillis - maxAgeMillis;
  const custom = discover(adapter.rules, store, since, version);
  const external = discover(adapter.externalRules, store, since, version);
  return {
    registry: {
      custom: 'error' in custom ? previous.custom : customMetrics(custom),
      external: 'error' in external ? previous.external : externalMetrics(external),
    },
    customError: 'error' in custom ? custom.error : null,
    externalError: 'error' in external ? external.error : null,
  };
};
