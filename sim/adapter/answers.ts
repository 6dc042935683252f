// What the adapter answers to a metrics request: the query it sends, how it reads the result, and which error the HPA
// sees (metrics-path.md 3.2; golden/adapter README). Listing the pods that a selector matches is left to the caller.

import type { Int64 } from '../autoscaler/int64.ts';
import type { QueryValue, VectorElement } from '../prometheus/promql/value.ts';
import type { Labels } from '../prometheus/store.ts';
import type { TemplateValue } from './go-template.ts';
import { TemplateError } from './go-template.ts';
import type { MetricRequirement } from './metric-selector.ts';
import { UNSUPPORTED_OPERATOR, matcher, selectorMatchers, unprintableOperator } from './metric-selector.ts';
import { customMilli, externalMilli } from './quantities.ts';
import type { CustomMetricName, RegisteredMetric, Registry } from './registry.ts';
import { customKey } from './registry.ts';
import type { ResourceKind } from './resources.ts';
import { findKind, resourceName } from './resources.ts';
import type { Adapter } from './rules.ts';

/** The answer of the query API: a value, or the text of the failure (refused, or Prometheus not reached). */
export type QueryAnswer = QueryValue | { readonly kind: 'failed'; readonly message: string };
export type RunQuery = (text: string) => QueryAnswer;

export interface CustomRequest {
  readonly metric: string;
  /** As in the path: `pods`, `namespaces`, `deployments.apps`. */
  readonly resource: string;
  /** '' for namespaces and nodes. */
  readonly namespace: string;
  /** The objects: those that a selector matched, in the API server's order, or the one of a by-name request. */
  readonly names: readonly string[];
  readonly by: 'selector' | 'name';
  readonly metricSelector: readonly MetricRequirement[];
}

export interface ExternalRequest {
  readonly metric: string;
  readonly namespace: string;
  readonly metricSelector: readonly MetricRequirement[];
}

export interface CustomItem {
  readonly kind: string;
  readonly name: string;
  readonly milli: Int64;
}

export interface ExternalItem {
  /** null for a scalar. */
  readonly labels: Labels | null;
  readonly milli: Int64;
}

export interface AdapterError {
  readonly kind: 'error';
  /** null: a plain Go error, which the API server turns into 500. */
  readonly code: 404 | 500 | null;
  readonly reason: 'NotFound' | 'InternalError' | null;
  readonly message: string;
  /** What only the adapter's log says; '' if nothing. */
  readonly log: string;
}

export type Answer<Item> =
  /** Timestamps: the time of the request for custom metrics, the query time for external ones. */
  | { readonly kind: 'items'; readonly items: readonly Item[]; readonly promql: string }
  | (AdapterError & { readonly promql: string | null });

const error = (code: 404 | 500 | null, message: string, log: string, promql: string | null) => ({
  kind: 'error' as const,
  code,
  reason: code === null ? null : code === 404 ? ('NotFound' as const) : ('InternalError' as const),
  message,
  log,
  promql,
});

const notFound = (metric: string, where: string, log: string, promql: string | null) =>
  error(404, `the server could not find the metric ${metric} for ${where}`, log, promql);

const unavailable = (log: string, promql: string | null) =>
  error(500, 'Internal error occurred: unable to fetch metrics', log, promql);

type Built = { readonly promql: string } | { readonly error: string };

interface TemplateArguments {
  readonly series: string;
  readonly matchers: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly groupBy: readonly string[];
}

const QUERY_TYPE = 'naming.queryTemplateArgs';

const fill = (metric: RegisteredMetric, args: TemplateArguments): Built => {
  const data: Record<string, TemplateValue> = {
    Series: args.series,
    LabelMatchers: args.matchers.join(','),
    LabelValuesByName: args.values,
    GroupBy: args.groupBy.join(','),
    GroupBySlice: args.groupBy,
  };
  try {
    const promql = metric.rule.template.execute(data, QUERY_TYPE);
    return promql === '' ? { error: 'empty query produced by metrics query template' } : { promql };
  } catch (cause) {
    if (cause instanceof TemplateError) return { error: cause.message };
    throw cause;
  }
};

/** Matchers of the metric selector and of the namespace, in this order, and the values by label. */
const commonMatchers = (
  metric: RegisteredMetric,
  requirements: readonly MetricRequirement[],
  namespace: string,
  namespaces: ResourceKind,
): { readonly matchers: string[]; readonly values: Record<string, string> } | { readonly error: string } => {
  const parts = selectorMatchers(requirements);
  const label = namespace === '' ? null : metric.rule.resources.labelFor(namespaces);
  if (label !== null && 'error' in label) return label;
  if (parts === null) return { error: UNSUPPORTED_OPERATOR };
  const matchers = parts.map((part) => part.text);
  const values = Object.fromEntries(parts.map((part) => [part.label, part.value]));
  if (label !== null) {
    matchers.push(matcher(label.label, '=', namespace));
    values[label.label] = namespace;
  }
  return { matchers, values };
};

const namespacesOf = (adapter: Adapter): ResourceKind => findKind(adapter.kinds, 'namespaces')!;

const customQuery = (adapter: Adapter, metric: RegisteredMetric, kind: ResourceKind, request: CustomRequest): Built => {
  const common = commonMatchers(metric, request.metricSelector, request.namespace, namespacesOf(adapter));
  if ('error' in common) return common;
  const label = metric.rule.resources.labelFor(kind);
  if ('error' in label) return label;
  const names = request.names.join('|');
  common.matchers.push(matcher(label.label, request.names.length > 1 ? '=~' : '=', names));
  common.values[label.label] = names;
  return fill(metric, { series: metric.seriesName, ...common, groupBy: [label.label] });
};

/** `pods/asr_active_requests(namespaced)`, as in the adapter's log. */
const logName = ({ resource, metric, namespaced }: CustomMetricName): string =>
  `${resource}/${metric}${namespaced ? '(namespaced)' : ''}`;

interface Fetched {
  readonly elements: readonly VectorElement[];
  readonly label: string;
  readonly kind: ResourceKind;
  readonly promql: string;
}

const fetch = (
  adapter: Adapter,
  registry: Registry,
  request: CustomRequest,
  run: RunQuery,
): Fetched | ReturnType<typeof error> => {
  const namespaced = request.namespace !== '';
  const asked = { resource: request.resource, namespaced, metric: request.metric };
  const missing = (log: string) => notFound(request.metric, request.resource, log, null);
  if (request.names.length === 0) {
    return missing(`no resource names requested while producing a query for metric ${logName(asked)}`);
  }
  const kind = findKind(adapter.kinds, request.resource);
  if (kind === null) return missing('unable to normalize group resource while producing a query');
  const name = { ...asked, resource: resourceName(kind) };
  const metric = registry.custom.get(customKey(name));
  if (metric === undefined) return missing('');
  const built = customQuery(adapter, metric, kind, request);
  if ('error' in built) return missing(`unable to construct query for metric ${logName(name)}: ${built.error}`);
  const { promql } = built;
  const answer = run(promql);
  if (answer.kind === 'failed' || answer.kind === 'error') {
    return unavailable(`unable to fetch metrics from prometheus: ${answer.message}`, promql);
  }
  if (answer.kind !== 'vector') {
    return unavailable(`unexpected results from prometheus: expected vector, got ${answer.kind} on results`, promql);
  }
  const label = metric.rule.resources.labelFor(kind);
  return { elements: answer.elements, label: 'error' in label ? '' : label.label, kind, promql };
};

/**
 * Answers pods/* or a by-name request. Elements are matched to names by the resource's label; of several elements of one
 * object the last in the answer wins, silently. Objects without an element are left out.
 */
export const answerCustom = (
  adapter: Adapter,
  registry: Registry,
  request: CustomRequest,
  run: RunQuery,
): Answer<CustomItem> => {
  const fetched = fetch(adapter, registry, request, run);
  if ('code' in fetched) return fetched;
  const { elements, label, kind, promql } = fetched;
  const nowhere = (log: string) => notFound(request.metric, `${request.resource} ${request.names[0]!}`, log, promql);
  if (request.by === 'name' && elements.length === 0) return nowhere('');
  const values = new Map(elements.map((element) => [element.labels[label] ?? '', element.value]));
  const items: CustomItem[] = [];
  for (const name of request.names) {
    const value = values.get(name);
    if (value !== undefined) items.push({ kind: kind.kind, name, milli: customMilli(value) });
  }
  if (request.by === 'name' && items.length === 0) {
    const where = `${request.namespace}/${request.names[0]!}`;
    const asked = { resource: request.resource, namespaced: request.namespace !== '', metric: request.metric };
    return nowhere(
      `None of the results returned by when fetching metric ${logName(asked)} for "${where}" matched the resource name`,
    );
  }
  const unprintable = items.length > 0 ? unprintableOperator(request.metricSelector) : null;
  return unprintable === null ? { kind: 'items', items, promql } : error(null, unprintable, '', promql);
};

/**
 * Answers an external metric; the HPA adds up all items. The namespace reaches the query only through LabelMatchers,
 * and not at all where the rule says `namespaced: false`.
 */
export const answerExternal = (
  adapter: Adapter,
  registry: Registry,
  request: ExternalRequest,
  run: RunQuery,
): Answer<ExternalItem> => {
  const metric = registry.external.get(request.metric);
  // The error names a resource only for the namespace "default": a quirk of the adapter.
  if (metric === undefined)
    return notFound(request.metric, request.namespace === 'default' ? 'namespaces' : '', '', null);
  const namespace = metric.rule.namespaced ? request.namespace : '';
  const common = commonMatchers(metric, request.metricSelector, namespace, namespacesOf(adapter));
  const built = 'error' in common ? common : fill(metric, { series: metric.seriesName, ...common, groupBy: [] });
  if ('error' in built) return unavailable(`unable to generate a query for the metric: ${built.error}`, null);
  const { promql } = built;
  const answer = run(promql);
  switch (answer.kind) {
    case 'failed':
    case 'error':
      return unavailable(`unable to fetch metrics from prometheus: ${answer.message}`, promql);
    case 'scalar':
      return { kind: 'items', items: [{ labels: null, milli: externalMilli(answer.value) }], promql };
    case 'vector': {
      const items = answer.elements.map(({ labels, value }) => ({ labels, milli: externalMilli(value) }));
      return { kind: 'items', items, promql };
    }
    case 'matrix':
    case 'string':
      return error(null, 'encountered an unexpected query result type', '', promql);
  }
};
