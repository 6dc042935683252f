// Intervals for means: percentile bootstrap (plain and paired) and batch means. Chance comes in as an Rng, so the same
// stream gives the same interval. Too little data for an interval is null, never a guess.

import type { Rng } from '../../model/rng.ts';
import { ascending, mean, quantile } from './quantile.ts';

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** For instance 0.95. */
  readonly confidence: number;
  /** Independent values behind it. */
  readonly count: number;
  readonly method: 'bootstrap' | 'paired-bootstrap' | 'batch-means';
}

const RESAMPLES = 2000;

/** Percentile bootstrap of the mean, 2000 resamples, type-7 ends; null below two values. */
export const bootstrapMean = (values: readonly number[], rng: Rng, confidence = 0.95): Interval | null => {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  const means = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(rng.uniform() * values.length)]!;
    means[r] = sum / values.length;
  }
  const sorted = ascending(means);
  const tail = (1 - confidence) / 2;
  return {
    mean: centre,
    low: quantile(sorted, tail, 'type-7')!,
    high: quantile(sorted, 1 - tail, 'type-7')!,
    confidence,
    count: values.length,
    method: 'bootstrap',
  };
};

/**
 * Interval of the mean of b − a, pair by pair: the same arrivals and the same random streams on both sides take the
 * common noise out (scoring.md section 7). Pairs with a null on either side are left out.
 */
export const pairedDifference = (
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  rng: Rng,
  confidence = 0.95,
): Interval | null => {
  const differences: number[] = [];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const left = a[i] ?? null;
    const right = b[i] ?? null;
    if (left !== null && right !== null) differences.push(right - left);
  }
  const interval = bootstrapMean(differences, rng, confidence);
  return interval === null ? null : { ...interval, method: 'paired-bootstrap' };
};

/** Two-sided 97.5 % points of Student's t for 1 … 30 degrees of freedom; 1.96 beyond. */
const STUDENT_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/**
 * 95 % interval of the mean of one correlated series, by the means of `batches` consecutive batches of equal length
 * (scoring.md 9.7: waits within one run are correlated, the plain standard error is too small). A remainder that does
 * not fill a batch is left out; null unless each batch has at least two values.
 */
export const batchMeans = (series: ArrayLike<number>, batches = 20): Interval | null => {
  const size = Math.floor(series.length / batches);
  if (size < 2 || batches < 2) return null;
  const means: number[] = [];
  for (let k = 0; k < batches; k++) {
    let sum = 0;
    for (let i = k * size; i < (k + 1) * size; i++) sum += series[i]!;
    means.push(sum / size);
  }
  const centre = mean(means)!;
  const variance = means.reduce((sum, m) => sum + (m - centre) ** 2, 0) / (batches - 1);
  const half = (STUDENT_975[batches - 2] ?? 1.96) * Math.sqrt(variance / batches);
  return {
    mean: centre,
    low: centre - half,
    high: centre + half,
    confidence: 0.95,
    count: batches,
    method: 'batch-means',
  };
};
