// One reconcile of one HPA as pure functions (hpa.md section 2). `decide` goes up to the PUT of the scale, `conclude`
// takes its answer and gives status, events and memory; the driver makes the calls in between. `reconcile` is both at once.

import type { CompiledHpa } from './compile.ts';
import type { Folded, HpaEvent } from './fold.ts';
import { foldMetrics, warning } from './fold.ts';
import type { LimitReason, Limited } from './limits.ts';
import { limitByPolicies, limitLegacy } from './limits.ts';
import type { HpaMemory } from './memory.ts';
import {
  GOT_SCALE,
  LIMIT_MESSAGE,
  NOT_SCALED_TO_ZERO,
  SCALED_TO_ZERO,
  SCALING_DISABLED,
  STABILISE_MESSAGE,
} from './messages.ts';
import type { MetricOutcome } from './metric-error.ts';
import type { Observation } from './observation.ts';
import { recordScaleEvent } from './scale-events.ts';
import type { StabiliseReason } from './stabilise.ts';
import { stabilise, stabiliseLegacy } from './stabilise.ts';
import type { HpaStatus, MetricStatus } from './status.ts';
import { ConditionDraft, sameStatus } from './status.ts';

/** Which way the reconcile went. */
export type Branch =
  /** The informer lags behind the last status write; nothing was looked at. */
  | 'stale'
  | 'scale-unreadable'
  /** Zero replicas that the HPA did not make. */
  | 'disabled'
  | 'above-max'
  | 'below-min'
  | 'metrics-failed'
  | 'metrics';

export interface HpaDecision {
  readonly branch: Branch;
  /** scale.spec.replicas; 0 if it could not be read. */
  readonly current: number;
  /** What the scale is or becomes. */
  readonly desired: number;
  readonly rescale: boolean;
  /** The reason inside the rescale event; '' if upstream gives none. */
  readonly reason: string;
  readonly outcomes: readonly MetricOutcome[];
  /** Index of the winning metric, −1 if none. */
  readonly winner: number;
  /** Best proposal (negative ones count as 0), after the windows, and the limit that acted. Null off the metrics branch. */
  readonly normalised: {
    readonly raw: number;
    readonly stabilised: number;
    readonly stabiliseReason: StabiliseReason;
    readonly limited: number;
    readonly limitReason: LimitReason;
  } | null;
  /** What failed, null if nothing did. */
  readonly failure: string | null;
}

/** Errors that a reconcile returns; all are queued again. `partial`: it worked with some metric failing. */
export type ReconcileError = 'stale' | 'getScale' | 'metrics' | 'rescale' | 'status' | 'partial';

/** A reconcile up to its PUT. */
export interface Pending {
  readonly decision: HpaDecision;
  readonly memory: HpaMemory;
  readonly observation: Observation;
  readonly conditions: ConditionDraft;
  readonly statuses: readonly (MetricStatus | null)[];
  readonly events: readonly HpaEvent[];
}

/** `atMillis`: clock when the last try was answered. */
export type PutResult =
  | { readonly kind: 'accepted'; readonly atMillis: number }
  | { readonly kind: 'failed'; readonly atMillis: number; readonly message: string };

export interface Reconciled {
  readonly decision: HpaDecision;
  readonly memory: HpaMemory;
  readonly status: HpaStatus;
  /** The status differs from the stored one: PUT hpa/status follows. */
  readonly writesStatus: boolean;
  readonly events: readonly HpaEvent[];
  /** Emitted after the status write, hence after its failure. */
  readonly lateEvents: readonly HpaEvent[];
  readonly error: ReconcileError | null;
}

const NO_DECISION: HpaDecision = {
  branch: 'stale',
  current: 0,
  desired: 0,
  rescale: false,
  reason: '',
  outcomes: [],
  winner: -1,
  normalised: null,
  failure: null,
};

const REASON_ABOVE = 'Current number of replicas above Spec.MaxReplicas';
const REASON_BELOW = 'Current number of replicas below Spec.MinReplicas';

/** Whether zero replicas stay zero without a look at the metrics (hpa.md section 10). */
const staysAtZero = (hpa: CompiledHpa, conditions: ConditionDraft): boolean => {
  if (hpa.settings.rules.zeroReplicas === 'min-decides') return hpa.min !== 0;
  if (!hpa.settings.gates.HPAScaleToZero) {
    conditions.remove('ScaledToZero');
    return true;
  }
  return !conditions.isTrue('ScaledToZero') || (hpa.min === 0 && !hpa.seesZero);
};

/** Windows, then limits, on the path that the spec chooses. */
const normalise = (
  hpa: CompiledHpa,
  memory: HpaMemory,
  current: number,
  raw: number,
  nowMillis: number,
): {
  readonly memory: HpaMemory;
  readonly stabilised: number;
  readonly why: StabiliseReason;
  readonly limited: Limited;
} => {
  const { behavior, min, max } = hpa;
  const known = memory.recommendations ?? [];
  const stabilised =
    behavior === null
      ? stabiliseLegacy(known, raw, hpa.legacyWindowMillis, nowMillis)
      : stabilise(known, raw, current, behavior, nowMillis);
  const limited =
    behavior === null
      ? limitLegacy(current, stabilised.replicas, min, max)
      : limitByPolicies(memory, behavior, current, stabilised.replicas, min, max, nowMillis);
  return {
    memory: { recommendations: stabilised.recommendations, up: memory.up, down: memory.down },
    stabilised: stabilised.replicas,
    why: stabilised.reason,
    limited,
  };
};

const decideByMetrics = (
  hpa: CompiledHpa,
  memory: HpaMemory,
  observation: Observation,
  conditions: ConditionDraft,
  current: number,
  folded: Folded,
): Pending => {
  const nowMillis = observation.answeredMillis?.at(-1) ?? observation.nowMillis;
  const { active, events, statuses, outcomes, winner, failure } = folded;
  if (active !== null) conditions.set('ScalingActive', active.status, active.reason, active.message, nowMillis);
  if (winner < 0) {
    const decision: HpaDecision = {
      ...NO_DECISION,
      branch: 'metrics-failed',
      current,
      desired: current,
      outcomes,
      failure,
    };
    return { decision, memory, observation, conditions, statuses, events };
  }
  const raw = Math.max(0, folded.replicas);
  const { memory: recorded, stabilised, why, limited } = normalise(hpa, memory, current, raw, nowMillis);
  conditions.set('AbleToScale', 'True', why, STABILISE_MESSAGE[why], nowMillis);
  const isLimited = limited.replicas === stabilised ? 'False' : 'True';
  conditions.set('ScalingLimited', isLimited, limited.reason, LIMIT_MESSAGE[limited.reason], nowMillis);

  let reason = '';
  if (raw > current) reason = `${hpa.metrics[winner]!.label} above target`;
  if (raw < current) reason = 'All metrics below target';
  let desired = limited.replicas;
  // From zero at least min, whatever windows and policies said (golden n:zero-min-raised-behavior).
  if (current === 0 && desired < hpa.min) {
    desired = hpa.min;
    if (reason === '') reason = REASON_BELOW;
  }
  const decision: HpaDecision = {
    branch: 'metrics',
    current,
    desired,
    rescale: desired !== current,
    reason,
    outcomes,
    winner,
    normalised: {
      raw,
      stabilised,
      stabiliseReason: why,
      limited: limited.replicas,
      limitReason: limited.reason,
    },
    failure,
  };
  return { decision, memory: recorded, observation, conditions, statuses, events };
};

/** The first half: what the scale should be, and everything known before the PUT. */
export const decide = (hpa: CompiledHpa, memory: HpaMemory, observation: Observation): Pending => {
  const { scale, nowMillis } = observation;
  const conditions = new ConditionDraft(observation.status.conditions);
  const pending = (decision: HpaDecision, kept: HpaMemory, events: readonly HpaEvent[] = []): Pending => ({
    decision,
    memory: kept,
    observation,
    conditions,
    statuses: [],
    events,
  });
  if (!observation.statusSeen && hpa.settings.gates.StaleControllerConsistencyHPA) return pending(NO_DECISION, memory);
  if (scale.kind === 'failed') {
    const message = `the HPA controller was unable to get the target's current scale: ${scale.message}`;
    conditions.set('AbleToScale', 'False', 'FailedGetScale', message, nowMillis);
    const decision: HpaDecision = { ...NO_DECISION, branch: 'scale-unreadable', failure: scale.message };
    return pending(decision, memory, [warning('FailedGetScale', scale.message)]);
  }
  conditions.set('AbleToScale', 'True', 'SucceededGetScale', GOT_SCALE, nowMillis);
  const current = scale.specReplicas;
  // The seed: blocks scale-down for the whole window after a restart (golden n:seed-blocks-scale-down).
  const seeded: HpaMemory =
    memory.recommendations === null
      ? { ...memory, recommendations: [{ replicas: current, atMillis: nowMillis }] }
      : memory;

  if (current === 0 && staysAtZero(hpa, conditions)) {
    conditions.set('ScalingActive', 'False', 'ScalingDisabled', SCALING_DISABLED, nowMillis);
    return pending({ ...NO_DECISION, branch: 'disabled' }, seeded);
  }
  const bounded = (branch: Branch, desired: number, reason: string): Pending =>
    pending({ ...NO_DECISION, branch, current, desired, rescale: true, reason }, seeded);
  if (current > hpa.max) return bounded('above-max', hpa.max, REASON_ABOVE);
  if (current !== 0 && current < hpa.min) return bounded('below-min', hpa.min, REASON_BELOW);
  return decideByMetrics(hpa, seeded, observation, conditions, current, foldMetrics(hpa, observation, scale));
};

const setScaledToZero = (hpa: CompiledHpa, conditions: ConditionDraft, desired: number, atMillis: number): void => {
  if (hpa.settings.rules.zeroReplicas === 'min-decides') return;
  if (!hpa.settings.gates.HPAScaleToZero) conditions.remove('ScaledToZero');
  else if (desired === 0 && hpa.min === 0 && hpa.seesZero) {
    conditions.set('ScaledToZero', 'True', 'ScaledToZero', SCALED_TO_ZERO, atMillis);
  } else conditions.set('ScaledToZero', 'False', 'NotScaledToZero', NOT_SCALED_TO_ZERO, atMillis);
};

/** Errors and late events of a reconcile that ends without a PUT. */
const ENDS: Readonly<Record<Branch, ReconcileError | null>> = {
  stale: 'stale',
  'scale-unreadable': 'getScale',
  disabled: null,
  'above-max': null,
  'below-min': null,
  'metrics-failed': 'metrics',
  metrics: null,
};

/** The second half. `put` is looked at only if the decision rescales, and must be given then. */
export const conclude = (hpa: CompiledHpa, pending: Pending, put: PutResult | null): Reconciled => {
  const { decision, observation, conditions } = pending;
  const { branch, current, desired, rescale, reason } = decision;
  const stored = observation.status;
  let { memory, events } = pending;
  let error: ReconcileError | null = ENDS[branch] ?? (decision.failure === null ? null : 'partial');
  let desiredReplicas = branch === 'metrics-failed' ? stored.desiredReplicas : desired;
  let lastScaleMillis = stored.lastScaleMillis;
  if (rescale && put !== null) {
    const size = `New size: ${desired}; reason: ${reason}`;
    if (put.kind === 'failed') {
      error = 'rescale';
      desiredReplicas = stored.desiredReplicas;
      events = [...events, warning('FailedRescale', `${size}; error: ${put.message}`)];
      const message = `the HPA controller was unable to update the target scale: ${put.message}`;
      conditions.set('AbleToScale', 'False', 'FailedUpdateScale', message, put.atMillis);
    } else {
      events = [...events, { type: 'Normal', reason: 'SuccessfulRescale', message: size }];
      const message = `the HPA controller was able to update the target scale to ${desired}`;
      conditions.set('AbleToScale', 'True', 'SucceededRescale', message, put.atMillis);
      setScaledToZero(hpa, conditions, desired, put.atMillis);
      memory = recordScaleEvent(memory, hpa.behavior, current, desired, put.atMillis);
      lastScaleMillis = put.atMillis;
    }
  }
  const counts = branch !== 'stale' && branch !== 'scale-unreadable';
  const status: HpaStatus = counts
    ? {
        currentReplicas: current,
        desiredReplicas,
        lastScaleMillis,
        observedGeneration: hpa.settings.gates.HPAGeneration ? observation.generation : stored.observedGeneration,
        currentMetrics: pending.statuses,
        conditions: conditions.list,
      }
    : { ...stored, conditions: conditions.list };
  return {
    decision,
    memory,
    status,
    writesStatus: branch !== 'stale' && !sameStatus(status, stored),
    events,
    lateEvents:
      branch === 'metrics-failed'
        ? [warning('FailedComputeMetricsReplicas', decision.failure ?? 'no usable metric')]
        : [],
    error,
  };
};

/** Error that the whole reconcile returns, given whether its status write (if any) failed. */
export const finalError = (result: Reconciled, statusFailed: boolean): ReconcileError | null =>
  statusFailed && (result.error === null || result.error === 'partial') ? 'status' : result.error;

/** Both halves under a clock that stands still, with a PUT that is accepted. */
export const reconcile = (hpa: CompiledHpa, memory: HpaMemory, observation: Observation): Reconciled =>
  conclude(hpa, decide(hpa, memory, observation), { kind: 'accepted', atMillis: observation.nowMillis });
