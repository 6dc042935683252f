// histogram_quantile over classic buckets (metrics-path.md 1.6): linear inside a bucket, lower bound 0 for the first
// bucket if its bound is positive, the largest finite bound for a rank in +Inf, NaN without a +Inf bucket.

interface Bucket {
  readonly bound: number;
  count: number;
}

/** Relative difference below which two neighbouring bucket counts are the same but for rounding. */
const SMALL_DELTA = 1e-12;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

const almostEqual = (a: number, b: number): boolean => {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < SMALL_DELTA * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < SMALL_DELTA;
};

/** Buckets of one histogram in any order; equal bounds are merged by adding. */
export const bucketQuantile = (q: number, unsorted: readonly Bucket[]): number => {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const sorted = unsorted.toSorted((a, b) => a.bound - b.bound || 0);
  if (sorted.at(-1)?.bound !== Infinity) return NaN;
  const buckets: Bucket[] = [];
  for (const { bound, count } of sorted) {
    const last = buckets.at(-1);
    if (last?.bound === bound) last.count += count;
    else buckets.push({ bound, count });
  }
  let previous = buckets[0]!.count;
  for (const bucket of buckets) {
    if (almostEqual(previous, bucket.count) || bucket.count < previous) bucket.count = previous;
    else previous = bucket.count;
  }
  const last = buckets.length - 1;
  if (last < 1) return NaN;
  const observations = buckets[last]!.count;
  if (observations === 0) return NaN;
  const rank = q * observations;
  // A search as in Go's sort.Search, because a NaN count answers "no" wherever it is met.
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (buckets[middle]!.count >= rank) high = middle;
    else low = middle + 1;
  }
  if (low === last) return buckets[last - 1]!.bound;
  const { bound, count } = buckets[low]!;
  if (low === 0) return bound <= 0 ? bound : bound * (rank / count);
  const below = buckets[low - 1]!;
  return below.bound + (bound - below.bound) * ((rank - below.count) / (count - below.count));
};
