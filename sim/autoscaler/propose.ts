// The proposal of one metric of the spec from its answer: picks the samples, lists the pods, hands over to the formula of
// its type. Errors come out in the order in which the controller would meet them.

import type { CompiledHpa, CompiledMetric } from './compile.ts';
import type { MetricError, MetricOutcome } from './metric-error.ts';
import { metricError } from './metric-error.ts';
import type { MetricAnswer, ObservedPod, ResourceUsage } from './observation.ts';
import { averageProposal, utilizationProposal } from './per-pod.ts';
import type { TimedSample } from './pod-classes.ts';
import { cpuUnready, groupPods } from './pod-classes.ts';
import { podRequests } from './pod-requests.ts';
import { externalAverageTotal, externalTotal, totalAverageProposal, valueProposal } from './total.ts';
import { add } from './int64.ts';
import type { Int64 } from './int64.ts';

/** What all metrics of one reconcile share. `list` gives the pods; a listing can fail. */
export interface MetricContext {
  readonly hpa: CompiledHpa;
  readonly current: number;
  readonly statusReplicas: number;
  readonly list: () => readonly ObservedPod[] | null;
}

const LIST_FAILED = metricError('podList', 'unable to get pods while calculating replica count');
const NO_PODS = metricError('noPods', 'no pods returned by selector while calculating replica count');
const NO_METRICS = metricError('noMetrics', 'unable to get metrics: no metrics returned');
const WRONG_ANSWER = metricError('api', 'unable to get metrics: the answer is of another kind');

/** Listed pods, at least one. */
const somePods = (context: MetricContext): readonly ObservedPod[] | MetricError => {
  const pods = context.list();
  return pods === null ? LIST_FAILED : pods.length === 0 ? NO_PODS : pods;
};

/** Value targets count Running pods with Ready = True, terminating ones too (hpa.md section 6.3). */
const readyPods = (context: MetricContext): number | MetricError => {
  const pods = somePods(context);
  if ('kind' in pods) return metricError(pods.code, `unable to calculate ready pods: ${pods.text}`);
  return pods.reduce((n, pod) => (pod.phase === 'Running' && pod.ready === 'True' ? n + 1 : n), 0);
};

/** Usage of the named container, or of all; null if it (or one of them) lacks the resource. */
const usageOf = ({ containers }: ResourceUsage, container: string | null): Int64 | null => {
  if (container !== null) return containers.find((c) => c.name === container)?.milli ?? null;
  if (containers.length === 0) return null;
  let total: Int64 = 0;
  for (const { milli } of containers) {
    if (milli === null) return null;
    total = add(total, milli);
  }
  return total;
};

const resourceSamples = (items: readonly ResourceUsage[], container: string | null): TimedSample[] => {
  // The last item of a pod replaces earlier ones only if it has a usage.
  const samples: TimedSample[] = [];
  for (const item of items) {
    const milli = usageOf(item, container);
    if (milli === null) continue;
    const { podName, timestampMillis, windowMillis } = item;
    samples.push({ podName, milli, timestampMillis, windowMillis });
  }
  return samples;
};

const proposePods = (
  metric: Extract<CompiledMetric, { kind: 'pods' }>,
  answer: MetricAnswer,
  context: MetricContext,
): MetricOutcome => {
  if (answer.kind !== 'pods') return WRONG_ANSWER;
  if (answer.items.length === 0) return NO_METRICS;
  const pods = somePods(context);
  if ('kind' in pods) return pods;
  return averageProposal(groupPods(pods, answer.items, null), metric.target, context.hpa.tolerance, context.current);
};

const proposeResource = (
  metric: Extract<CompiledMetric, { kind: 'resource' }>,
  answer: MetricAnswer,
  context: MetricContext,
  nowMillis: number,
): MetricOutcome => {
  if (answer.kind !== 'resource') return WRONG_ANSWER;
  if (answer.items.length === 0) return NO_METRICS;
  const pods = somePods(context);
  if ('kind' in pods) return pods;
  const { settings, tolerance } = context.hpa;
  const rule = metric.resource === 'cpu' ? cpuUnready(settings.flags, nowMillis) : null;
  const groups = groupPods(pods, resourceSamples(answer.items, metric.container), rule);
  if (metric.target.kind === 'average') return averageProposal(groups, metric.target.of, tolerance, context.current);
  const requests = () => podRequests(pods, metric.resource, metric.container, settings);
  return utilizationProposal(groups, requests, metric.target.percent, tolerance, context.current);
};

const proposeTotal = (
  metric: Extract<CompiledMetric, { kind: 'total' }>,
  answer: MetricAnswer,
  context: MetricContext,
): MetricOutcome => {
  const { hpa, current, statusReplicas } = context;
  const { rules } = hpa.settings;
  let total: Int64;
  if (metric.source === 'Object') {
    if (answer.kind !== 'object') return WRONG_ANSWER;
    total = answer.milli;
  } else {
    if (answer.kind !== 'external') return WRONG_ANSWER;
    if (answer.milli.length === 0) return NO_METRICS;
    total = metric.per === 'value' ? externalTotal(answer.milli, rules) : externalAverageTotal(answer.milli, rules);
  }
  return metric.per === 'value'
    ? valueProposal(total, metric.target, hpa.tolerance, current, () => readyPods(context), rules)
    : totalAverageProposal(total, metric.target, hpa.tolerance, statusReplicas, metric.source, rules);
};

/** The proposal of `metric`, or why there is none. `nowMillis` = clock when the answer came. */
export const propose = (
  metric: CompiledMetric,
  answer: MetricAnswer | undefined,
  context: MetricContext,
  nowMillis: number,
): MetricOutcome => {
  if (metric.kind === 'unusable') return metricError('spec', metric.problem);
  if (answer === undefined) return WRONG_ANSWER;
  if (answer.kind === 'failed') return metricError('api', `unable to get metric ${metric.name}: ${answer.message}`);
  switch (metric.kind) {
    case 'pods':
      return proposePods(metric, answer, context);
    case 'resource':
      return proposeResource(metric, answer, context, nowMillis);
    case 'total':
      return proposeTotal(metric, answer, context);
  }
};
