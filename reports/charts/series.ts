// Curves to points that a chart can carry: step functions clipped to the time shown and thinned to what a screen resolves.

import type { StepFunction } from '../stats/step-function.ts';
import { valueAt } from '../stats/step-function.ts';

export interface Point {
  readonly t: number;
  readonly y: number;
  readonly series: string;
}

/** More than this many points on one curve are not seen. */
const MOST_POINTS = 360;

/** A step function on [from, to) as points for `step-after`; thinned to the value at equal distances if it changes more often. */
export const stepPoints = (f: StepFunction, from: number, to: number, series: string): Point[] => {
  const changes = f.at.filter((t) => t > from && t < to);
  const times =
    changes.length <= MOST_POINTS
      ? [from, ...changes, to]
      : Array.from({ length: MOST_POINTS + 1 }, (_, i) => from + ((to - from) * i) / MOST_POINTS);
  return times.map((t) => ({ t, y: valueAt(f, Math.min(t, to - 1e-6)), series }));
};

/** Length of a bin so that about `count` fit, from a list of round lengths in milliseconds. */
export const roundBin = (durationMillis: number, count: number): number =>
  [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]
    .map((s) => s * 1000)
    .find((ms) => durationMillis / ms <= count) ?? 3_600_000;

/** 'each 10 s', 'each minute', 'each 5 min'. */
export const binName = (ms: number): string =>
  ms < 60_000 ? `each ${ms / 1000} s` : ms === 60_000 ? 'each minute' : `each ${ms / 60_000} min`;
