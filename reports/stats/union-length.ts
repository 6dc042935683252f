// How long at least one of many intervals was open. Takes begins and ends, gives a length.

import { ascending } from './quantile.ts';

/** The i-th from[i] to to[i], in any order; from[i] ≤ to[i]. */
export interface Intervals {
  readonly from: number[];
  readonly to: number[];
}

/**
 * Length of the union of intervals, in their unit. At any time as many are open as have begun less those that have ended,
 * so begins and ends are sorted each for themselves.
 */
export const unionLength = (parts: Intervals): number => {
  const begins = ascending(parts.from);
  const ends = ascending(parts.to);
  let covered = 0;
  let ended = 0;
  for (let begun = 0; begun < begins.length;) {
    const from = begins[begun]!;
    for (begun += 1; begun > ended;) {
      if (begun < begins.length && begins[begun]! <= ends[ended]!) begun += 1;
      else ended += 1;
    }
    covered += ends[ended - 1]! - from;
  }
  return covered;
};
