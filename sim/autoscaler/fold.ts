// Several metrics → one proposal (hpa.md section 3): the selector is checked first, then each metric in spec order; the
// largest proposal wins, and an invalid metric forbids scaling down.

import type { CompiledHpa } from './compile.ts';
import type { ReadSelector } from './label-selector.ts';
import type { MetricOutcome } from './metric-error.ts';
import type { Observation, ObservedPod, ScaleAnswer } from './observation.ts';
import { propose } from './propose.ts';
import type { MetricStatus } from './status.ts';

/** Normal or Warning event of the HPA object. */
export interface HpaEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export const warning = (reason: string, message: string): HpaEvent => ({ type: 'Warning', reason, message });

/** Condition ScalingActive after the metrics; null = left as it was. */
export interface ScalingActive {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export interface Folded {
  readonly outcomes: readonly MetricOutcome[];
  /** Index of the winning metric, −1 if no proposal may be used. */
  readonly winner: number;
  /** Largest proposal; meaningless without a winner. */
  readonly replicas: number;
  readonly statuses: readonly (MetricStatus | null)[];
  readonly active: ScalingActive | null;
  readonly events: readonly HpaEvent[];
  /** Text of what failed, null if nothing did. */
  readonly failure: string | null;
}

const refused = (active: ScalingActive | null, events: readonly HpaEvent[], failure: string): Folded => ({
  outcomes: [],
  winner: -1,
  replicas: 0,
  statuses: [],
  active,
  events,
  failure,
});

const inactive = (reason: string, message: string): ScalingActive => ({ status: 'False', reason, message });

const badSelector = (event: string, reason: string, message: string): Folded =>
  refused(inactive(reason, message), [warning(event, message)], message);

/** Null if the selector is usable and this HPA alone selects the pods. */
const selectorRefusal = (
  hpa: CompiledHpa,
  observation: Observation,
  { text, parsed }: ReadSelector,
  pods: readonly ObservedPod[] | null,
): Folded | null => {
  if (text === '') {
    return badSelector('SelectorRequired', 'InvalidSelector', "the HPA target's scale is missing a selector");
  }
  if (parsed === null) {
    return badSelector('InvalidSelector', 'InvalidSelector', `couldn't parse the selector "${text}"`);
  }
  if (!observation.registered && hpa.settings.rules.deletedHpa === 'refused') {
    return refused(null, [], 'the HPA was deleted');
  }
  if (pods === null) return refused(null, [], 'unable to list pods');
  if (observation.rivals.length > 0) {
    const message = `pods by selector ${text} are controlled by multiple HPAs: ${observation.rivals.join(', ')}`;
    return badSelector('AmbiguousSelector', 'AmbiguousSelector', message);
  }
  return null;
};

/** The combined proposal of all metrics of `hpa`. Never throws: what fails becomes an outcome. */
export const foldMetrics = (
  hpa: CompiledHpa,
  observation: Observation,
  scale: Extract<ScaleAnswer, { kind: 'found' }>,
): Folded => {
  let listings = 0;
  const list = () => (++listings === observation.failingListing ? null : observation.pods);
  const refusal = selectorRefusal(hpa, observation, scale.selector, list());
  if (refusal !== null) return refusal;

  const context = { hpa, current: scale.specReplicas, statusReplicas: scale.statusReplicas, list };
  const outcomes: MetricOutcome[] = [];
  const statuses: (MetricStatus | null)[] = [];
  const events: HpaEvent[] = [];
  let winner = -1;
  let replicas = 0;
  let failed = 0;
  let firstFailure: ScalingActive | null = null;
  for (let i = 0; i < hpa.metrics.length; i++) {
    const metric = hpa.metrics[i]!;
    const nowMillis = observation.answeredMillis?.[i] ?? observation.nowMillis;
    const outcome = propose(metric, observation.answers[i], context, nowMillis);
    outcomes.push(outcome);
    if (outcome.kind === 'error') {
      statuses.push(null);
      failed++;
      events.push(warning(metric.failure, outcome.text));
      firstFailure ??= inactive(metric.failure, `the HPA was unable to compute the replica count: ${outcome.text}`);
      continue;
    }
    statuses.push({ identity: metric.identity, value: outcome.value, utilization: outcome.utilization });
    // Anything replaces a best of 0, even something smaller (hpa.md trap 22; golden n:fold-zero-then-negative).
    if (replicas === 0 || outcome.replicas > replicas) {
      replicas = outcome.replicas;
      winner = i;
    }
  }
  const failure =
    firstFailure === null
      ? null
      : `invalid metrics (${failed} invalid out of ${hpa.metrics.length}), first: ${firstFailure.message}`;
  const blocked = failed >= hpa.metrics.length || (failed > 0 && replicas < scale.specReplicas);
  if (blocked) return { outcomes, winner: -1, replicas, statuses, active: firstFailure, events, failure };
  const active: ScalingActive = {
    status: 'True',
    reason: 'ValidMetricFound',
    message: hpa.metrics[winner]!.foundMessage,
  };
  return { outcomes, winner, replicas, statuses, active, events, failure };
};
