// When was the promise broken, when was it kept again, and how many calls were let down meanwhile? Takes the calls of a run in
// order of arrival, gives the stretches in which the calls of the next 30 s miss the target of their kind: each kind is judged by
// its own promise, and few live sessions that fall behind are not made good by many calls that are answered. Linear in the calls.

import type { RunRecord } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { firstFrom } from '../stats/first-from.ts';
import { judgedSeconds } from './calls.ts';
import type { LetDown, Promised } from './promise.ts';

/** Window over which the promise must hold to count as kept. */
export const RECOVERY_WINDOW_MILLIS = 30_000;

/** Running counts of one promised kind: [i] = among the first i calls of all kinds. */
interface Kind {
  readonly kind: RequestKind;
  readonly target: number;
  readonly arrivedBefore: Uint32Array;
  readonly keptBefore: Uint32Array;
}

/** The calls of a run in order of arrival, and which promises to them were kept. */
export interface Arrivals {
  readonly at: Float64Array;
  /** 1 = kept. */
  readonly kept: Uint8Array;
  /** Which of `kinds`. */
  readonly own: Uint8Array;
  readonly kinds: readonly Kind[];
}

export const arrivalsOf = (run: RunRecord, promises: readonly Promised[]): Arrivals => {
  const { count, intendedMillis: at } = run.requests;
  const kept = new Uint8Array(count);
  const own = new Uint8Array(count);
  const promised = REQUEST_KINDS.map((kind) => promises.findIndex((promise) => promise.kind === kind));
  for (let i = 0; i < count; i++) {
    own[i] = promised[run.schedule.kind[i]!]!;
    kept[i] = judgedSeconds(run, i) <= promises[own[i]!]!.withinSeconds ? 1 : 0;
  }
  const kinds = promises.map(({ kind, target }, k): Kind => {
    const arrivedBefore = new Uint32Array(count + 1);
    const keptBefore = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) {
      const of = own[i] === k ? 1 : 0;
      arrivedBefore[i + 1] = arrivedBefore[i]! + of;
      keptBefore[i + 1] = keptBefore[i]! + of * kept[i]!;
    }
    return { kind, target, arrivedBefore, keptBefore };
  });
  return { at, kept, own, kinds };
};

/** How many calls of each promised kind arrived in [from, until), and how many of them were let down; kinds without any are left out. */
export const letDown = ({ at, kinds }: Arrivals, from: number, until: number): readonly LetDown[] => {
  const [first, end] = [firstFrom(at, from), firstFrom(at, until)];
  return kinds
    .map(({ kind, arrivedBefore, keptBefore }) => {
      const arrived = arrivedBefore[end]! - arrivedBefore[first]!;
      return { kind, arrived, missed: arrived - keptBefore[end]! + keptBefore[first]! };
    })
    .filter(({ arrived }) => arrived > 0);
};

/** Do the calls of [t, t + 30 s) that arrive before `until` keep the promise to each of these kinds? A window without calls of a kind does. */
const holdsFrom = ({ at }: Arrivals, t: number, until: number, kinds: readonly Kind[]): boolean => {
  const first = firstFrom(at, t);
  const end = firstFrom(at, Math.min(t + RECOVERY_WINDOW_MILLIS, until));
  return kinds.every(
    ({ target, arrivedBefore, keptBefore }) =>
      keptBefore[end]! - keptBefore[first]! >= target * (arrivedBefore[end]! - arrivedBefore[first]!),
  );
};

/**
 * First instant from `from` on at which the calls that arrive in the following 30 s keep the promise to each kind: `from`,
 * or just after a broken promise; null if there is none whose window ends by `until`.
 */
export const keptAgainFrom = (arrivals: Arrivals, from: number, until: number): number | null => {
  const { at, kept, kinds } = arrivals;
  const end = firstFrom(at, until);
  let start = from;
  for (let i = firstFrom(at, from); start + RECOVERY_WINDOW_MILLIS <= until; i++) {
    if (holdsFrom(arrivals, start, until, kinds)) return start;
    while (i < end && kept[i] === 1) i += 1;
    if (i >= end) return null;
    start = at[i]! + 1;
  }
  return null;
};

/** From a call that was let down to the promise being kept again; null = not before the end of the stretch. */
export interface Episode {
  readonly fromMillis: number;
  readonly untilMillis: number | null;
}

/** All episodes in which the promise to some kind was broken in [from, until), in time order. */
export const brokenEpisodes = (arrivals: Arrivals, from: number, until: number): readonly Episode[] => {
  const { at, kept, own, kinds } = arrivals;
  const end = firstFrom(at, until);
  const episodes: Episode[] = [];
  for (let i = firstFrom(at, from); i < end; i++) {
    if (kept[i] === 1 || holdsFrom(arrivals, at[i]!, until, [kinds[own[i]!]!])) continue;
    const untilMillis = keptAgainFrom(arrivals, at[i]!, until);
    episodes.push({ fromMillis: at[i]!, untilMillis });
    if (untilMillis === null) break;
    i = firstFrom(at, untilMillis) - 1;
  }
  return episodes;
};
