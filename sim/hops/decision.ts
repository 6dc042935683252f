// One line of the record for one HPA sync: what it saw, what each step made of it, and the sentence that says why.
// Takes what the reconcile gave; computes nothing of its own.

import type { Decision, DecisionMetric } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import type { CompiledHpa, CompiledMetric } from '../autoscaler/compile.ts';
import type { HpaDecision, Reconciled } from '../autoscaler/reconcile.ts';
import type { MetricReading } from './metrics-api.ts';

const targetOf = (metric: CompiledMetric): number => {
  switch (metric.kind) {
    case 'pods':
    case 'total':
      return metric.target.double / 1000;
    case 'resource':
      return metric.target.kind === 'average' ? metric.target.of.double / 1000 : metric.target.percent;
    case 'unusable':
      return NaN;
  }
};

const metricsOf = (
  compiled: CompiledHpa,
  { outcomes }: HpaDecision,
  readings: readonly MetricReading[],
): DecisionMetric[] =>
  outcomes.map((outcome, i) => {
    const metric = compiled.metrics[i]!;
    const age = readings[i]?.oldestAgeMillis ?? NaN;
    return {
      name: metric.name,
      target: targetOf(metric),
      value: outcome.kind === 'proposal' ? Number(outcome.value) / 1000 : null,
      proposal: outcome.kind === 'proposal' ? outcome.replicas : null,
      error: outcome.kind === 'error' ? outcome.text : null,
      oldestSampleAgeMillis: Number.isNaN(age) ? null : age,
    };
  });

/** What kept the result from the proposal; the later of two steps if both acted. */
const limitOf = ({ normalised }: HpaDecision): string | null => {
  if (normalised === null) return null;
  if (normalised.limited !== normalised.stabilised) return normalised.limitReason;
  return normalised.stabilised === normalised.raw ? null : normalised.stabiliseReason;
};

const rounded = (value: number): string => String(Math.round(value * 1000) / 1000);

const plural = (count: number): string => `${count} replica${count === 1 ? '' : 's'}`;

const sentence = (decision: HpaDecision, metrics: readonly DecisionMetric[]): string => {
  const { branch, current, desired, winner, normalised, failure } = decision;
  const result = desired === current ? `stays at ${plural(current)}` : `${current} → ${plural(desired)}`;
  switch (branch) {
    case 'stale':
      return 'skipped: the last status write is not visible yet';
    case 'scale-unreadable':
      return `the scale could not be read: ${failure ?? 'no answer'}`;
    case 'disabled':
      return 'scaled to zero by somebody else: the HPA keeps out';
    case 'above-max':
      return `${result}: above the maximum`;
    case 'below-min':
      return `${result}: below the minimum`;
    case 'metrics-failed':
      return `${result}: no usable metric (${failure ?? 'unknown'})`;
    case 'metrics': {
      const metric = metrics[winner]!;
      const { raw, stabilised, limited, stabiliseReason, limitReason } = normalised!;
      const steps = [
        `${metric.name} ${rounded(metric.value ?? NaN)} against target ${rounded(metric.target)} proposes ${raw}`,
      ];
      if (stabilised !== raw) steps.push(`${stabiliseReason} makes it ${stabilised}`);
      if (limited !== stabilised) steps.push(`${limitReason} makes it ${limited}`);
      return `${result}: ${steps.join(', ')}`;
    }
  }
};

export interface SyncOutcome {
  readonly startedMillis: number;
  readonly hpa: string;
  readonly ready: number;
  readonly compiled: CompiledHpa;
  readonly done: Reconciled;
  readonly readings: readonly MetricReading[];
}

export const decisionOf = ({ startedMillis, hpa, ready, compiled, done, readings }: SyncOutcome): Decision => {
  const { decision } = done;
  const metrics = metricsOf(compiled, decision, readings);
  return {
    t: millis(startedMillis),
    hpa,
    current: decision.current,
    ready,
    metrics,
    proposal: decision.normalised?.raw ?? null,
    desired: decision.desired,
    limitedBy: limitOf(decision),
    scaled: decision.rescale,
    why: sentence(decision, metrics),
  };
};
