// Waiting with patience: looks again and again until nothing is missing or patience ends. What it means that a wait was in vain
// is said by who waits.

import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  readonly patienceMillis: number;
  /** From an answer to the next look. */
  readonly lookMillis: number;
}

/** A clock in milliseconds and a way to let it go on; a pause that rejects ends the wait. */
export interface Waiter {
  readonly now: () => number;
  readonly pause: (millis: number) => Promise<unknown>;
}

const WALL: Waiter = { now: () => performance.now(), pause: (millis) => pause(millis) };

/** Waits on the wall clock, but rejects as soon as something else does: a process that ended, an interrupted run. */
export const unless = (broken: Promise<never>): Waiter => ({
  ...WALL,
  pause: (millis) => Promise.race([broken, WALL.pause(millis)]),
});

/**
 * Resolves with null, or with what was still missing at the first look after patience ended: there is always one look.
 *
 * @param missing null = it is so; what it throws ends the wait
 * @example await patiently({ patienceMillis: 60_000, lookMillis: 50 }, () => (pods.size < 3 ? `${pods.size} of 3 pods` : null))
 */
export const patiently = async (
  { patienceMillis, lookMillis }: Patience,
  missing: () => Promise<string | null> | string | null,
  waiter = WALL,
): Promise<string | null> => {
  const from = waiter.now();
  for (;;) {
    const what = await missing();
    if (what === null || waiter.now() - from > patienceMillis) return what;
    await waiter.pause(lookMillis);
  }
};
