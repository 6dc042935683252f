// Virtual time inside a VU of k6: wall clock for the origin, the run's monotonic duration from then on, so that a step of
// the wall clock moves nothing. Only for code that runs in a VU, not in the init context.

import exec from 'k6/execution';
import { clearTimeout, setTimeout } from 'k6/timers';

export interface VuClock {
  /** Virtual milliseconds since the origin of the run. */
  readonly now: () => number;
  /** Calls `fire` at the moment or as soon after it as the event loop can, never before; returns how to cancel it. */
  readonly at: (millis: number, fire: () => void) => () => void;
  /** Resolves at the moment; at once if it is past. */
  readonly until: (millis: number) => Promise<void>;
  /** Real milliseconds that a virtual duration takes. */
  readonly real: (millis: number) => number;
}

/** A longer wait is done in pieces: timers of some runtimes overflow. */
const LONGEST_TIMER_MILLIS = 1e9;

export const vuClock = (originEpochMillis: number, timeScale: number): VuClock => {
  const { instance } = exec;
  // Date.now() counts whole milliseconds: read both clocks just after it ticked.
  const before = Date.now();
  let wall = before;
  while (wall === before) wall = Date.now();
  const offset = wall - instance.currentTestRunDuration - originEpochMillis;
  const now = (): number => (instance.currentTestRunDuration + offset) * timeScale;
  const at = (millis: number, fire: () => void): (() => void) => {
    let timer = 0;
    const arm = (): void => {
      const left = (millis - now()) / timeScale;
      timer = setTimeout(
        () => {
          if (now() >= millis) fire();
          else arm();
        },
        Math.min(Math.max(0, left), LONGEST_TIMER_MILLIS),
      );
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  };
  return {
    now,
    at,
    until: (millis) => (millis <= now() ? Promise.resolve() : new Promise((resolve) => void at(millis, resolve))),
    real: (millis) => millis / timeScale,
  };
};
