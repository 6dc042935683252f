// Plays the arrivals of a schedule on a clock: row n is due at origin + offset(n), never at the last start plus a gap.
// On wake everything due is started at once. Takes offsets in virtual milliseconds; lateness is the caller's to record.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';

export interface ArrivalsPlayer {
  /** Resolves when the last row was started, or at the stop. */
  readonly done: Promise<undefined>;
  readonly stop: () => void;
}

/** @param rows indices of the schedule in its order, for instance every N-th of a striped engine */
export const playArrivals = (
  clock: ScaledClock,
  offsetMillis: Float64Array,
  rows: Iterable<number>,
  start: (row: number, nowMillis: number) => void,
): ArrivalsPlayer => {
  const iterator = rows[Symbol.iterator]();
  const { promise: done, resolve } = Promise.withResolvers<undefined>();
  let next = iterator.next();
  let cancel: () => void = () => undefined;
  const wake = (): void => {
    while (next.done !== true) {
      const now = clock.now();
      const due = offsetMillis[next.value]!;
      if (due > now) {
        cancel = clock.at(due, wake);
        return;
      }
      start(next.value, now);
      next = iterator.next();
    }
    resolve(undefined);
  };
  wake();
  const stop = (): void => {
    cancel();
    next = { done: true, value: undefined };
    resolve(undefined);
  };
  return { done, stop };
};

/** Rows of worker `worker` of `workers`: index mod workers = worker. */
export const stripe = function* (count: number, worker: number, workers: number): Generator<number> {
  for (let row = worker; row < count; row += workers) yield row;
};
