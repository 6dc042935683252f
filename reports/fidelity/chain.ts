// Differences between a real run and ours as links of chains: a scrape that saw another value leads to another answer,
// another scale, other pods. The first link of the chain that ends in a differing replica count is the cause. Pure.

import { firstFrom } from '../stats/first-from.ts';

/** A link: what differed when; `cause` is null where nothing known explains it. */
export interface Difference {
  readonly atMillis: number;
  readonly what: string;
  readonly cause: string | null;
}

/** A write of the scale may follow from what was recommended this long before: the window of scale-down, and a sync. */
const WINDOW_MILLIS = 320_000;
/** Links further apart than this do not belong to one chain: what differed in between was made good. */
const CHAIN_MILLIS = 90_000;

/** The first link of the chain that ends at `divergedMillis`, in what was found before it. */
export const chainRoot = (found: readonly Difference[], divergedMillis: number): Difference => {
  const before = found.filter(({ atMillis }) => atMillis <= divergedMillis).sort((a, b) => b.atMillis - a.atMillis);
  let root: Difference = { atMillis: divergedMillis, what: 'the HPA wrote another scale', cause: null };
  let reach = WINDOW_MILLIS;
  for (const difference of before) {
    if (difference.atMillis < root.atMillis - reach) break;
    root = difference;
    reach = CHAIN_MILLIS;
  }
  return root;
};

/** Whether one of the ascending instants is in [from, to]. */
export const anyIn = (sorted: Float64Array, from: number, to: number): boolean => {
  const first = firstFrom(sorted, from);
  return first < sorted.length && sorted[first]! <= to;
};
