// Quantiles of a sample, with the method in the name of every result. Takes numbers, gives one of them or a blend of two;
// what counts as a sample (misses, warm-up) is decided by the caller. The two methods differ: scoring.md vector S8.

/**
 * nearest-rank: the smallest value with at least q of the sample at or below it (always a value of the sample).
 * type-7: linear interpolation at position (n − 1)q, the default of R, NumPy, d3 and most spreadsheets.
 */
export type QuantileMethod = 'nearest-rank' | 'type-7';

/** Ascending copy; Infinity sorts last. */
export const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

const nearestRank = (sorted: ArrayLike<number>, q: number): number => {
  // 0.07 · 100 is 7.000000000000001 in doubles: the slack keeps it rank 7.
  const rank = Math.ceil(q * sorted.length - 1e-9);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]!;
};

const type7 = (sorted: ArrayLike<number>, q: number): number => {
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low === high ? low : low + (position - below) * (high - low);
};

/**
 * The q-quantile (q in [0, 1]) of an ascending sample, null for an empty one.
 *
 * @example quantile(ascending([1, 3, 9, 1.6]), 0.5, 'nearest-rank') // 1.6
 */
export const quantile = (sorted: ArrayLike<number>, q: number, method: QuantileMethod): number | null => {
  if (sorted.length === 0) return null;
  return method === 'nearest-rank' ? nearestRank(sorted, q) : type7(sorted, q);
};

/** Arithmetic mean, null for an empty sample. */
export const mean = (values: readonly number[] | Float64Array): number | null => {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};
