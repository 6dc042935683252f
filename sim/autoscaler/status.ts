// The HPA's status: what the API server keeps between two reconciles. Building the next one and deciding whether it
// differs from the stored one (only then it is written); reasons and messages as upstream's (hpa.md section 14).

import type { Int64 } from './int64.ts';

export type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited' | 'ScaledToZero';
export type ConditionStatus = 'True' | 'False';

export interface HpaCondition {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  /** Moves only when `status` changes. */
  readonly lastTransitionMillis: number;
}

/** One entry of currentMetrics. */
export interface MetricStatus {
  /** Which metric of the spec: two entries are equal only if this is. */
  readonly identity: string;
  /** Milli: the mean per pod, or the total for Value targets. */
  readonly value: Int64;
  /** Percent of the request, for Utilization targets only. */
  readonly utilization: number | null;
}

export interface HpaStatus {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly lastScaleMillis: number | null;
  readonly observedGeneration: number | null;
  /** Null: that metric failed. */
  readonly currentMetrics: readonly (MetricStatus | null)[];
  readonly conditions: readonly HpaCondition[];
}

/** The status of a new HPA. */
export const EMPTY_STATUS: HpaStatus = {
  currentReplicas: 0,
  desiredReplicas: 0,
  lastScaleMillis: null,
  observedGeneration: null,
  currentMetrics: [],
  conditions: [],
};

const wholeSecond = (millis: number): number => Math.floor(millis / 1000) * 1000;

/** The status as it comes back from the API server, which keeps whole seconds. */
export const storedStatus = (status: HpaStatus): HpaStatus => ({
  ...status,
  lastScaleMillis: status.lastScaleMillis === null ? null : wholeSecond(status.lastScaleMillis),
  conditions: status.conditions.map((c) => ({ ...c, lastTransitionMillis: wholeSecond(c.lastTransitionMillis) })),
});

/** Conditions while a reconcile sets them: order of first appearance, a transition time only on a change of status. */
export class ConditionDraft {
  readonly #list: HpaCondition[];
  constructor(stored: readonly HpaCondition[]) {
    this.#list = stored.slice();
  }

  set(type: ConditionType, status: ConditionStatus, reason: string, message: string, nowMillis: number): void {
    const at = this.#list.findIndex((c) => c.type === type);
    const old = this.#list[at];
    if (old === undefined) {
      this.#list.push({ type, status, reason, message, lastTransitionMillis: nowMillis });
    } else if (old.status !== status || old.reason !== reason || old.message !== message) {
      const lastTransitionMillis = old.status === status ? old.lastTransitionMillis : nowMillis;
      this.#list[at] = { type, status, reason, message, lastTransitionMillis };
    }
  }

  remove(type: ConditionType): void {
    const at = this.#list.findIndex((c) => c.type === type);
    if (at >= 0) this.#list.splice(at, 1);
  }

  isTrue(type: ConditionType): boolean {
    return this.#list.some((c) => c.type === type && c.status === 'True');
  }

  get list(): readonly HpaCondition[] {
    return this.#list;
  }
}

const sameMetric = (a: MetricStatus | null, b: MetricStatus | null): boolean =>
  a === null || b === null
    ? a === b
    : a.value === b.value && a.utilization === b.utilization && a.identity === b.identity;

const sameCondition = (a: HpaCondition, b: HpaCondition): boolean =>
  a === b ||
  (a.type === b.type &&
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.lastTransitionMillis === b.lastTransitionMillis);

const sameList = <T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!same(a[i]!, b[i]!)) return false;
  return true;
};

/** Semantic equality, condition messages included: a message alone causes a write (hpa.md section 2, point 8). */
export const sameStatus = (a: HpaStatus, b: HpaStatus): boolean =>
  a.currentReplicas === b.currentReplicas &&
  a.desiredReplicas === b.desiredReplicas &&
  a.lastScaleMillis === b.lastScaleMillis &&
  a.observedGeneration === b.observedGeneration &&
  sameList(a.currentMetrics, b.currentMetrics, sameMetric) &&
  sameList(a.conditions, b.conditions, sameCondition);
