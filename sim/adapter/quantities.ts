// Metric values as the adapter hands them out: 64-bit milli, cut towards zero, and their canonical Kubernetes text.

import type { Int64 } from '../autoscaler/int64.ts';
import { MIN_INT64, int64 } from '../autoscaler/int64.ts';

const LIMIT = 2 ** 63;

/** int64(x) as amd64 converts: what does not fit, and NaN, becomes the smallest integer. */
const toInt64 = (x: number): Int64 => {
  if (!(x > -LIMIT && x < LIMIT)) return MIN_INT64;
  const whole = Math.trunc(x);
  return Number.isSafeInteger(whole) ? whole + 0 : int64(BigInt(whole));
};

/** Of a pods or object metric: value·1000 cut towards zero; NaN is 0 (adapter pull request 308), ±Inf overflows. */
export const customMilli = (value: number): Int64 => (Number.isNaN(value) ? 0 : toInt64(value * 1000));

/** Of an external metric: the same without the guard, so that NaN is −9223372036854775808m. */
export const externalMilli = (value: number): Int64 => toInt64(value * 1000);

const SUFFIXES = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/**
 * The canonical text of a milli quantity: the largest decimal suffix that leaves a whole number.
 *
 * @example formatMilli(1500) // '1500m'
 */
export const formatMilli = (milli: Int64): string => {
  let value = BigInt(milli);
  if (value === 0n) return '0';
  let suffix = 0;
  for (; value % 1000n === 0n && suffix + 1 < SUFFIXES.length; suffix++) value /= 1000n;
  return `${value}${SUFFIXES[suffix]!}`;
};
