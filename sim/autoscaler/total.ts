// Replicas proposed by an Object or External metric (hpa.md sections 6.3 and 6.4). Value asks for ready pods,
// AverageValue only for scale.status.replicas.

import type { MilliTarget, Tolerance } from './compile.ts';
import { within } from './compile.ts';
import type { Int64 } from './int64.ts';
import { add, ceilToInt32, ceilToInt32Saturating, ceilToInt64, MAX_INT64, sum } from './int64.ts';
import type { MetricError, MetricOutcome, MetricProposal } from './metric-error.ts';
import type { VersionRules } from './versions.ts';

const proposal = (replicas: number, value: Int64): MetricProposal => ({
  kind: 'proposal',
  replicas,
  value,
  utilization: null,
});

/** Ends at MaxInt64, whatever follows, instead of turning negative (from 1.35). Golden family `big`, External Value. */
const saturatingSum = (values: readonly Int64[]): Int64 => {
  let total: Int64 = 0;
  for (const value of values) {
    const next: Int64 = add(total, value);
    if (total > 0 && value > 0 && next < 0) return MAX_INT64;
    total = next;
  }
  return total;
};

/** Sum of the items for a Value target. */
export const externalTotal = (values: readonly Int64[], rules: VersionRules): Int64 =>
  rules.externalValueSum === 'saturates' ? saturatingSum(values) : sum(values);

/**
 * Sum for an AverageValue target: a running sum below 0 is taken for an overflow and becomes MaxInt64, so a truly
 * negative metric does too (golden n:external-negative). Before that fix it wrapped like any other sum.
 */
export const externalAverageTotal = (values: readonly Int64[], rules: VersionRules): Int64 => {
  if (rules.externalAverageOverflow === 'wraps') return sum(values);
  let total: Int64 = 0;
  for (const value of values) {
    total = add(total, value);
    if (total < 0) return MAX_INT64;
  }
  return total;
};

/** `readyPods` is asked only when the ratio is out of tolerance and there is a replica. */
export const valueProposal = (
  total: Int64,
  target: MilliTarget,
  tolerance: Tolerance,
  current: number,
  readyPods: () => number | MetricError,
  rules: VersionRules,
): MetricOutcome => {
  const ratio = Number(total) / target.double;
  if (current === 0) return proposal(ceilToInt32(ratio), total);
  if (within(tolerance, ratio)) return proposal(current, total);
  const ready = readyPods();
  if (typeof ready !== 'number') return ready;
  const convert = rules.valueTargetOverflow === 'saturates' ? ceilToInt32Saturating : ceilToInt32;
  return proposal(convert(ratio * ready), total);
};

/** Holding returns status.replicas; with 0 of them the shown mean is −2^63 (golden n:external-average-status-zero). */
export const totalAverageProposal = (
  total: Int64,
  target: MilliTarget,
  tolerance: Tolerance,
  statusReplicas: number,
  source: 'Object' | 'External',
  rules: VersionRules,
): MetricOutcome => {
  const double = Number(total);
  const holds = within(tolerance, double / (target.double * statusReplicas));
  const saturates = source === 'External' && rules.externalAverageOverflow === 'saturates';
  const convert = saturates ? ceilToInt32Saturating : ceilToInt32;
  const replicas = holds ? statusReplicas : convert(double / target.double);
  // A total that reads 2^63 as a double is shown as MaxInt64, not divided (golden n:overflow-external-average).
  const shown = saturates && double >= 2 ** 63 ? MAX_INT64 : ceilToInt64(double / statusReplicas);
  return proposal(replicas, shown);
};
