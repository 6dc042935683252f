// When was the promise broken, and when was it kept again? Takes the calls of a stretch of time in order of arrival, gives
// the stretches in which the calls of the next 30 s miss the target of their kind: each kind is judged by its own promise, and
// few live sessions that fall behind are not made good by many calls that are answered. Linear in the calls.

import type { RunRecord } from '../../model/record.ts';
import { callsBetween, kindOf } from './calls.ts';
import type { Promised } from './promise.ts';
import { isKept } from './promise.ts';

/** Window over which the promise must hold to count as kept. */
export const RECOVERY_WINDOW_MILLIS = 30_000;

/** Running counts of one promised kind: [i] = among the first i calls of all kinds. */
interface Kind {
  readonly target: number;
  readonly arrivedBefore: Uint32Array;
  readonly keptBefore: Uint32Array;
}

/** The calls of [from, until). */
interface Arrivals {
  readonly at: Float64Array;
  /** 1 = kept. */
  readonly kept: Uint8Array;
  /** Which of `kinds`. */
  readonly own: Uint8Array;
  readonly kinds: readonly Kind[];
  readonly until: number;
}

const arrivalsOf = (run: RunRecord, promises: readonly Promised[], from: number, until: number): Arrivals => {
  const calls = callsBetween(run, from, until);
  const at = Float64Array.from(calls, (call) => run.requests.intendedMillis[call]!);
  const kept = Uint8Array.from(calls, (call) => (isKept(run, promises, call) ? 1 : 0));
  const own = Uint8Array.from(calls, (call) => promises.findIndex(({ kind }) => kind === kindOf(run, call)));
  const kinds = promises.map(({ target }, k): Kind => {
    const [arrivedBefore, keptBefore] = [new Uint32Array(calls.length + 1), new Uint32Array(calls.length + 1)];
    for (let i = 0; i < calls.length; i++) {
      const of = own[i] === k ? 1 : 0;
      arrivedBefore[i + 1] = arrivedBefore[i]! + of;
      keptBefore[i + 1] = keptBefore[i]! + of * kept[i]!;
    }
    return { target, arrivedBefore, keptBefore };
  });
  return { at, kept, own, kinds, until };
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

/** Do the calls of [t, t + 30 s) keep the promise to each of these kinds? A window without calls of a kind does. */
const holdsFrom = (a: Arrivals, t: number, kinds: readonly Kind[]): boolean => {
  const first = indexFrom(a.at, t);
  const end = indexFrom(a.at, t + RECOVERY_WINDOW_MILLIS);
  return kinds.every(
    ({ target, arrivedBefore, keptBefore }) =>
      keptBefore[end]! - keptBefore[first]! >= target * (arrivedBefore[end]! - arrivedBefore[first]!),
  );
};

/** First instant from t on from which the promise holds: t, or just after a broken promise; null if none in time. */
const recovery = (a: Arrivals, t: number): number | null => {
  let start = t;
  for (let i = indexFrom(a.at, t); start + RECOVERY_WINDOW_MILLIS <= a.until; i++) {
    if (holdsFrom(a, start, a.kinds)) return start;
    while (a.kept[i] === 1) i += 1;
    if (i >= a.at.length) return null;
    start = a.at[i]! + 1;
  }
  return null;
};

/**
 * First instant from `from` on at which the calls that arrive in the following 30 s keep the promise to each kind;
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

/** All episodes in which the promise to some kind was broken in [from, until), in time order. */
export const brokenEpisodes = (
  run: RunRecord,
  promises: readonly Promised[],
  from: number,
  until: number,
): readonly Episode[] => {
  const a = arrivalsOf(run, promises, from, until);
  const episodes: Episode[] = [];
  for (let i = 0; i < a.at.length; i++) {
    if (a.kept[i] === 1 || holdsFrom(a, a.at[i]!, [a.kinds[a.own[i]!]!])) continue;
    const end = recovery(a, a.at[i]!);
    episodes.push({ fromMillis: a.at[i]!, untilMillis: end });
    if (end === null) break;
    i = indexFrom(a.at, end) - 1;
  }
  return episodes;
};
