// How sure a choice is: the seeds are resampled, all points on the same ones, and the choice is made again.

import type { Rng } from '../../model/rng.ts';

export interface Sureness {
  /** Share of resamples in which the chosen point is the cheapest. */
  readonly best: number;
  /** Share in which its regret is at most 2 %. */
  readonly within2Percent: number;
  readonly method: string;
}

const RESAMPLES = 1000;
const CLOSE = 0.02;

/** @param costs per point one cost per seed, all of the same seeds; @param chosen index of the chosen point */
export const sureness = (costs: readonly (readonly number[])[], chosen: number, rng: Rng): Sureness => {
  const seeds = costs[chosen]!.length;
  const sums = new Float64Array(costs.length);
  let [best, close] = [0, 0];
  for (let r = 0; r < RESAMPLES; r++) {
    sums.fill(0);
    for (let i = 0; i < seeds; i++) {
      const seed = Math.floor(rng.uniform() * seeds);
      for (let p = 0; p < costs.length; p++) sums[p]! += costs[p]![seed]!;
    }
    const least = Math.min(...sums);
    if (sums[chosen]! <= least) best += 1;
    if (sums[chosen]! <= least * (1 + CLOSE)) close += 1;
  }
  return {
    best: best / RESAMPLES,
    within2Percent: close / RESAMPLES,
    method: `${RESAMPLES} bootstrap resamples of ${seeds} seeds, all points on the same ones`,
  };
};
