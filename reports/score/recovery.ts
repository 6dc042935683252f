// When was the promise broken, and when was it kept again? Takes the calls of a stretch of time in order of arrival, gives
// the stretches in which the calls of the next 30 s miss the target. Linear in the calls.

import type { RunRecord } from '../../model/record.ts';
import { callsBetween } from './calls.ts';
import type { Promised } from './promise.ts';
import { isKept } from './promise.ts';

/** Window over which the promise must hold to count as kept. */
export const RECOVERY_WINDOW_MILLIS = 30_000;

/** The calls of [from, until) with a running count of kept promises. */
interface Arrivals {
  readonly at: Float64Array;
  /** 1 = kept. */
  readonly kept: Uint8Array;
  /** keptBefore[i] = kept promises among the first i calls. */
  readonly keptBefore: Uint32Array;
  readonly target: number;
  readonly until: number;
}

const arrivalsOf = (run: RunRecord, promises: readonly Promised[], from: number, until: number): Arrivals => {
  const calls = callsBetween(run, from, until);
  const at = new Float64Array(calls.length);
  const kept = new Uint8Array(calls.length);
  const keptBefore = new Uint32Array(calls.length + 1);
  for (let i = 0; i < calls.length; i++) {
    at[i] = run.requests.intendedMillis[calls[i]!]!;
    kept[i] = isKept(run, promises, calls[i]!) ? 1 : 0;
    keptBefore[i + 1] = keptBefore[i]! + kept[i]!;
  }
  return { at, kept, keptBefore, target: promises[0]?.target ?? 1, until };
};

/** First call at or after t. */
const indexFrom = (at: Float64Array, t: number): number => {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Do the calls of [t, t + 30 s) keep the promise? A window without calls does. */
const holdsFrom = (a: Arrivals, t: number): boolean => {
  const first = indexFrom(a.at, t);
  const end = indexFrom(a.at, t + RECOVERY_WINDOW_MILLIS);
  return a.keptBefore[end]! - a.keptBefore[first]! >= a.target * (end - first);
};

/** First instant from t on from which the promise holds: t, or just after a broken promise; null if none in time. */
const recovery = (a: Arrivals, t: number): number | null => {
  let start = t;
  for (let i = indexFrom(a.at, t); start + RECOVERY_WINDOW_MILLIS <= a.until; i++) {
    if (holdsFrom(a, start)) return start;
    while (a.kept[i] === 1) i += 1;
    if (i >= a.at.length) return null;
    start = a.at[i]! + 1;
  }
  return null;
};

/**
 * First instant from `from` on at which the calls that arrive in the following 30 s keep the promise to the target share;
 * null if there is none whose window ends by `until`.
 */
export const keptAgainFrom = (
  run: RunRecord,
  promises: readonly Promised[],
  from: number,
  until: number,
): number | null => recovery(arrivalsOf(run, promises, from, until), from);

/** From a call that was let down to the promise being kept again; null = not before the end of the stretch. */
export interface Episode {
  readonly fromMillis: number;
  readonly untilMillis: number | null;
}

/** All episodes of a broken promise in [from, until), in time order. */
export const brokenEpisodes = (
  run: RunRecord,
  promises: readonly Promised[],
  from: number,
  until: number,
): readonly Episode[] => {
  const a = arrivalsOf(run, promises, from, until);
  const episodes: Episode[] = [];
  for (let i = 0; i < a.at.length; i++) {
    if (a.kept[i] === 1 || holdsFrom(a, a.at[i]!)) continue;
    const end = recovery(a, a.at[i]!);
    episodes.push({ fromMillis: a.at[i]!, untilMillis: end });
    if (end === null) break;
    i = indexFrom(a.at, end) - 1;
  }
  return episodes;
};
