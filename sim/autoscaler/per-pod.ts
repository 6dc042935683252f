// Replicas proposed by a per-pod metric: AverageValue of Pods, Resource and ContainerResource, and Utilization
// (hpa.md sections 6.1 and 6.2). Missing and pending pods damp the step; they never make one.

import type { Tolerance } from './compile.ts';
import { within } from './compile.ts';
import type { MilliTarget } from './compile.ts';
import type { Int64 } from './int64.ts';
import { add, ceilToInt32, divide, lowInt32, multiply, sum } from './int64.ts';
import type { MetricError, MetricOutcome, MetricProposal } from './metric-error.ts';
import { metricError } from './metric-error.ts';
import type { PodGroups } from './pod-classes.ts';

const NOTHING_LEFT = metricError(
  'noUsableMetrics',
  'did not receive metrics for targeted pods (pods might be unready)',
);
const NO_REQUESTS = metricError('noRequestsMatched', 'no metrics returned matched known pods');

const proposal = (replicas: number, value: Int64, utilization: number | null): MetricProposal => ({
  kind: 'proposal',
  replicas,
  value,
  utilization,
});

/** Step b of section 6.1: nothing is missing and nothing pending damps. */
const plainReplicas = (tolerance: Tolerance, ratio: number, ready: number, current: number): number =>
  within(tolerance, ratio) ? current : ceilToInt32(ratio * ready);

/** Steps d and e: the enlarged set may hold the count, it may not turn the direction. */
const dampedReplicas = (
  tolerance: Tolerance,
  ratio: number,
  enlarged: number,
  entries: number,
  current: number,
): number => {
  if (within(tolerance, enlarged) || (ratio < 1 && enlarged > 1) || (ratio > 1 && enlarged < 1)) return current;
  const replicas = ceilToInt32(enlarged * entries);
  return (enlarged < 1 && replicas > current) || (enlarged > 1 && replicas < current) ? current : replicas;
};

/** Target AverageValue. The mean is truncated to whole milli before the ratio (golden n:pods-truncated-mean). */
export const averageProposal = (
  groups: PodGroups,
  target: MilliTarget,
  tolerance: Tolerance,
  current: number,
): MetricOutcome => {
  const { values, unready, missing, ready } = groups;
  if (values.length === 0) return NOTHING_LEFT;
  const total = sum(values);
  const mean = divide(total, values.length);
  const ratio = Number(mean) / target.double;
  const damps = unready.length > 0 && ratio > 1;
  if (!damps && missing.length === 0) {
    return proposal(plainReplicas(tolerance, ratio, ready, current), mean, null);
  }
  // At r = 1 missing pods are left out altogether (hpa.md 6.1 c).
  const filled = ratio === 1 ? 0 : missing.length;
  const entries = values.length + filled + (damps ? unready.length : 0);
  const enlargedTotal = ratio < 1 ? add(total, multiply(target.milli, filled)) : total;
  const enlarged = Number(divide(enlargedTotal, entries)) / target.double;
  return proposal(dampedReplicas(tolerance, ratio, enlarged, entries, current), mean, null);
};

/** Integer percent: int32(sumMetrics·100 / sumRequests), low 32 bits. Null if nothing was requested. */
const utilizationOf = (metrics: Int64, requests: Int64): number | null =>
  requests === 0 ? null : lowInt32(divide(multiply(metrics, 100), requests));

/**
 * Target Utilization; `requests` per listed pod. Samples of unlisted pods are left out of the ratio, but they count in
 * the number of entries that multiplies it (golden family `req`).
 */
export const utilizationProposal = (
  groups: PodGroups,
  requestsOf: () => readonly Int64[] | MetricError,
  percent: number,
  tolerance: Tolerance,
  current: number,
): MetricOutcome => {
  const { values, owners, unready, missing, ready } = groups;
  if (values.length === 0) return NOTHING_LEFT;
  const requests = requestsOf();
  if ('kind' in requests) return requests;
  const requested = (pods: readonly number[]): Int64 => sum(pods.map((pod) => requests[pod]!));

  const used = sum(owners.length === values.length ? values : values.slice(0, owners.length));
  const requestedByOwners = requested(owners);
  const utilization = utilizationOf(used, requestedByOwners);
  if (utilization === null) return NO_REQUESTS;
  const mean = divide(used, owners.length);
  const ratio = utilization / percent;
  const damps = unready.length > 0 && ratio > 1;
  if (!damps && missing.length === 0) {
    return proposal(plainReplicas(tolerance, ratio, ready, current), mean, utilization);
  }
  const filled = ratio === 1 ? [] : missing;
  // Scaling down, a missing pod is taken to use all of its request, or the target if that is more.
  const assumedPercent = Math.max(100, percent);
  const assumed = ratio < 1 ? sum(filled.map((pod) => divide(multiply(requests[pod]!, assumedPercent), 100))) : 0;
  const zeroed = damps ? unready : [];
  const enlargedRequests = add(requestedByOwners, add(requested(filled), requested(zeroed)));
  const enlargedUtilization = utilizationOf(add(used, assumed), enlargedRequests);
  if (enlargedUtilization === null) return NO_REQUESTS;
  const entries = values.length + filled.length + zeroed.length;
  const replicas = dampedReplicas(tolerance, ratio, enlargedUtilization / percent, entries, current);
  return proposal(replicas, mean, utilization);
};
