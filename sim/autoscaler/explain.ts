// Why a reconcile decided as it did, for people: the sentence and the row of decisions.ndjson. Made from the decision
// after the fact, so that the hot path builds no text.

import type { Decision, DecisionMetric } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import type { CompiledHpa, CompiledMetric } from './compile.ts';
import type { LimitReason } from './limits.ts';
import type { MetricOutcome } from './metric-error.ts';
import type { HpaDecision, Reconciled } from './reconcile.ts';

const units = (milli: number | bigint): number => Number(milli) / 1000;

const figure = (value: number): string => String(Number(value.toPrecision(4)));

const replicas = (n: number): string => (n === 1 ? '1 replica' : `${n} replicas`);

/** Target in units of the metric; percent for Utilization. */
const targetOf = (metric: CompiledMetric): number => {
  switch (metric.kind) {
    case 'pods':
    case 'total':
      return units(metric.target.milli);
    case 'resource':
      return metric.target.kind === 'utilization' ? metric.target.percent : units(metric.target.of.milli);
    case 'unusable':
      return NaN;
  }
};

const valueOf = (outcome: MetricOutcome): number | null =>
  outcome.kind === 'error' ? null : (outcome.utilization ?? units(outcome.value));

const measured = (metric: CompiledMetric, value: number): string => {
  const target = figure(targetOf(metric));
  if (metric.kind === 'total') {
    const per = metric.per === 'average' ? ' per replica' : '';
    return `${metric.name} is ${figure(value)}${per} against a target of ${target}`;
  }
  return metric.kind === 'resource' && metric.target.kind === 'utilization'
    ? `${metric.name} is at ${figure(value)} % of the request against a target of ${target} %`
    : `${metric.name} averages ${figure(value)} per pod against a target of ${target}`;
};

const LIMITS: Readonly<Record<Exclude<LimitReason, 'DesiredWithinRange'>, string>> = {
  ScaleUpLimit: 'policy allows at most',
  ScaleDownLimit: 'policy allows no fewer than',
  TooManyReplicas: 'maxReplicas is',
  TooFewReplicas: 'minReplicas is',
};

/** What the windows, the policies and min or max did; '' if nothing. */
const restraint = ({ normalised, current, desired }: HpaDecision): string => {
  if (normalised === null) return '';
  const { stabilised, stabiliseReason, limitReason, limited } = normalised;
  const parts: string[] = [];
  if (stabiliseReason !== 'ReadyForNewScale') {
    const direction = stabiliseReason === 'ScaleUpStabilized' ? 'up' : 'down';
    const what = stabilised === current ? `holds ${stabilised}` : `gives ${stabilised}`;
    parts.push(`the scale-${direction} window ${what}`);
  }
  if (limitReason !== 'DesiredWithinRange') {
    parts.push(`${LIMITS[limitReason]} ${limited}${limitReason.startsWith('Scale') ? ' now' : ''}`);
  }
  if (desired !== limited) parts.push(`from zero it goes to minReplicas, ${desired}`);
  return parts.map((part) => `; ${part}`).join('');
};

const byMetrics = (hpa: CompiledHpa, decision: HpaDecision): string => {
  const { outcomes, winner, normalised } = decision;
  const outcome = outcomes[winner];
  const metric = hpa.metrics[winner];
  if (outcome?.kind !== 'proposal' || metric === undefined || normalised === null) return '';
  const failed = outcomes.filter((o) => o.kind === 'error').length;
  const without = failed === 0 ? '' : ` (${failed} of ${outcomes.length} metrics failed)`;
  return `${measured(metric, valueOf(outcome) ?? NaN)} → ${replicas(normalised.raw)}${without}${restraint(decision)}`;
};

/**
 * The sentence a person reads.
 *
 * @example why(hpa, d) // 'asr_active_requests averages 7.2 per pod against a target of 4 → 6 replicas; policy allows at most 3 now'
 */
export const why = (hpa: CompiledHpa, decision: HpaDecision): string => {
  const { current, desired, failure } = decision;
  switch (decision.branch) {
    case 'stale':
      return 'skipped: the controller has not seen its own last status write yet';
    case 'scale-unreadable':
      return `the scale could not be read: ${failure ?? ''}`;
    case 'disabled':
      return 'scaling is disabled: the target has no replicas, and not because of this HPA';
    case 'above-max':
      return `${replicas(current)} are above maxReplicas ${desired}: metrics, windows and policies do not count`;
    case 'below-min':
      return `${replicas(current)} are below minReplicas ${desired}: metrics, windows and policies do not count`;
    case 'metrics-failed':
      return `no usable proposal, ${replicas(current)} stay: ${failure ?? ''}`;
    case 'metrics':
      return byMetrics(hpa, decision);
  }
};

/** What kept the count from the proposal: the reason of the condition that acted last, null if nothing did. */
export const limitedBy = ({ normalised }: HpaDecision): string | null => {
  if (normalised === null) return null;
  if (normalised.limitReason !== 'DesiredWithinRange') return normalised.limitReason;
  return normalised.stabiliseReason === 'ReadyForNewScale' ? null : normalised.stabiliseReason;
};

/** What only the driver knows about a reconcile. */
export interface DecisionContext {
  readonly atMillis: number;
  /** Name of the HPA. */
  readonly hpa: string;
  /** Ready pods at that moment. */
  readonly ready: number;
  /** Age of the oldest sample behind each metric at its query, null if unknown. */
  readonly sampleAgeMillis: readonly (number | null)[];
  /** Whether the PUT was accepted. */
  readonly scaled: boolean;
}

const metricRow = (metric: CompiledMetric, outcome: MetricOutcome | undefined, age: number | null): DecisionMetric => {
  const value = outcome === undefined ? null : valueOf(outcome);
  return {
    name: metric.name,
    value,
    target: targetOf(metric),
    proposal: outcome?.kind === 'proposal' ? outcome.replicas : null,
    error: outcome?.kind === 'error' ? outcome.text : null,
    // What was not answered shows no sample, however old the newest is.
    oldestSampleAgeMillis: value === null ? null : age,
  };
};

/** One line of decisions.ndjson. Metrics that were not read have neither value nor error. */
export const decisionRow = (hpa: CompiledHpa, { decision }: Reconciled, context: DecisionContext): Decision => ({
  t: millis(context.atMillis),
  hpa: context.hpa,
  current: decision.current,
  ready: context.ready,
  metrics: hpa.metrics.map((metric, i) => metricRow(metric, decision.outcomes[i], context.sampleAgeMillis[i] ?? null)),
  proposal: decision.normalised?.raw ?? null,
  desired: decision.desired,
  limitedBy: limitedBy(decision),
  scaled: context.scaled,
  why: why(hpa, decision),
});
