// Which pods a ReplicaSet deletes first: the eight comparisons of hpa.md section 13 over what the API knows of the pods.
// How many, and deleting them, is left to replica-set.ts.

import type { PodPhase } from './cluster-interface.ts';

export interface VictimView {
  readonly uid: string;
  readonly assigned: boolean;
  readonly phase: PodPhase;
  readonly ready: boolean;
  /** controller.kubernetes.io/pod-deletion-cost. */
  readonly deletionCost: number;
  /** Active pods of the same owner on its node. */
  readonly coLocated: number;
  /** Whole seconds of the API, in milliseconds; null = zero time. */
  readonly readySinceMillis: number | null;
  readonly restarts: number;
  readonly createdMillis: number;
}

const PHASE_RANK: Readonly<Record<PodPhase, number>> = { Pending: 0, Failed: 0, Running: 2 };

/** trunc(log2 of the age in nanoseconds), −1 for an age that is not positive (gate LogarithmicScaleDown). */
export const ageBucket = (nowMillis: number, sinceMillis: number): number =>
  nowMillis <= sinceMillis ? -1 : Math.trunc(Math.log2((nowMillis - sinceMillis) * 1e6));

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Younger bucket first; in one bucket the smaller UID, which ends the comparison. */
const byAge = (a: VictimView, b: VictimView, atA: number, atB: number, nowMillis: number): number => {
  const bucketA = ageBucket(nowMillis, atA);
  const bucketB = ageBucket(nowMillis, atB);
  return bucketA === bucketB ? byText(a.uid, b.uid) : bucketA - bucketB;
};

/**
 * Negative if `a` is deleted before `b`. Not transitive: two pods with the same ready second are equal while a third in
 * their bucket with another second is ordered against both by UID.
 */
export const compareVictims = (a: VictimView, b: VictimView, nowMillis: number): number => {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1;
  if (PHASE_RANK[a.phase] !== PHASE_RANK[b.phase]) return PHASE_RANK[a.phase] - PHASE_RANK[b.phase];
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.deletionCost !== b.deletionCost) return a.deletionCost - b.deletionCost;
  if (a.coLocated !== b.coLocated) return b.coLocated - a.coLocated;
  if (a.ready && b.ready && a.readySinceMillis !== b.readySinceMillis) {
    if (a.readySinceMillis === null) return -1;
    if (b.readySinceMillis === null) return 1;
    return byAge(a, b, a.readySinceMillis, b.readySinceMillis, nowMillis);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.createdMillis !== b.createdMillis) return byAge(a, b, a.createdMillis, b.createdMillis, nowMillis);
  return 0;
};

/**
 * `pods` in the order of deletion: an insertion sort of the given order, as Go's sort does it up to twelve elements. The
 * real controller's input order is that of a map, so where the comparison is not transitive its choice is random and
 * ours is the one that creation order gives (435 of 470 recorded victims; the others follow from other input orders).
 */
export const deletionOrder = <P extends VictimView>(pods: readonly P[], nowMillis: number): readonly P[] => {
  const sorted = [...pods];
  for (let i = 1; i < sorted.length; i++)
    for (let j = i; j > 0 && compareVictims(sorted[j]!, sorted[j - 1]!, nowMillis) < 0; j--)
      [sorted[j], sorted[j - 1]] = [sorted[j - 1]!, sorted[j]!];
  return sorted;
};
