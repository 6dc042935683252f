// What a recorded history says about traffic: the rate over time without its noise, the dispersion of the counts, and the
// lengths of the audio behind the latencies. Takes plain series, gives numbers; each estimate names its method.

import type { BatchLaw } from '../../model/service-time.ts';
import { secondsPerWeight } from '../../model/service-time.ts';

/** One value per step; null where there was none. */
export interface TrafficHistory {
  readonly stepSeconds: number;
  /** Unix seconds of the first step. */
  readonly fromSeconds: number;
  /** Requests per second, all pods. */
  readonly rate: readonly (number | null)[];
  /** Requests in process, all pods, and the number of pods. */
  readonly active: readonly (number | null)[];
  readonly pods: readonly (number | null)[];
  /** Cumulative counts of request durations over the whole history, by upper bound in seconds; the last is Infinity. */
  readonly durations: readonly (readonly [le: number, count: number])[];
}

/**
 * Index of dispersion of the counts per step: mean of (N' − N)²/(N' + N) over neighbouring steps. 1 for Poisson counts at any
 * rate that drifts slowly. Null below 10 pairs with requests.
 */
export const dispersion = ({ rate, stepSeconds }: TrafficHistory): number | null => {
  let [sum, pairs] = [0, 0];
  for (let i = 1; i < rate.length; i++) {
    const [a, b] = [rate[i - 1], rate[i]];
    if (a === null || a === undefined || b === null || b === undefined || a + b <= 0) continue;
    sum += ((b - a) * stepSeconds) ** 2 / ((a + b) * stepSeconds);
    pairs += 1;
  }
  return pairs < 10 ? null : sum / pairs;
};

/** Mean rate per block of `steps` steps; a block without a value takes the one before. Offsets in seconds from the start. */
export const rateBlocks = (
  { rate, stepSeconds }: TrafficHistory,
  steps: number,
): readonly (readonly [offsetSeconds: number, rate: number])[] => {
  const blocks: (readonly [number, number])[] = [];
  for (let from = 0; from < rate.length; from += steps) {
    const known = rate.slice(from, from + steps).filter((r) => r !== null);
    const mean = known.length === 0 ? (blocks.at(-1)?.[1] ?? 0) : known.reduce((a, b) => a + b, 0) / known.length;
    blocks.push([from * stepSeconds, mean]);
  }
  return blocks;
};

/**
 * The q-quantile of a cumulative histogram: linear inside the bucket, whose lower bound is 0 for the first; in the last
 * (+Inf) the largest finite bound, as histogram_quantile does (metrics-path.md 1.6). Null without observations.
 */
export const bucketQuantile = (durations: TrafficHistory['durations'], q: number): number | null => {
  const total = durations.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  const at = durations.findIndex(([, count]) => count >= rank);
  const [le, count] = durations[at]!;
  const [lower, below] = at === 0 ? [0, 0] : durations[at - 1]!;
  if (le === Infinity) return lower;
  return count === below ? le : lower + ((le - lower) * (rank - below)) / (count - below);
};

/** Mean requests in process per pod while there were any; at least 1, since a request in process is one. */
export const concurrency = ({ active, pods }: TrafficHistory): number => {
  let [busy, count] = [0, 0];
  active.forEach((n, i) => {
    const p = pods[i];
    if (n === null || p === null || p === undefined || p === 0 || n === 0) return;
    busy += n / p;
    count += 1;
  });
  return count === 0 ? 1 : Math.max(1, busy / count);
};

/** Shortest audio that is believed: below it the latency is overhead. */
const SHORTEST_SECONDS = 0.5;

/** Audio length whose request takes `latency` seconds with `inProcess` at work on its pod (calibration.md 4.1, solved for L). */
export const audioBehind = (law: BatchLaw, latency: number, inProcess: number): number => {
  const alone = law.a + law.b;
  const weight = latency / secondsPerWeight(law, Math.min(law.cap, inProcess));
  return Math.max(SHORTEST_SECONDS, (law.referenceAudio * (weight * alone - law.t0)) / (alone - law.t0));
};
