// The wall clock of a real run, compressed: virtual milliseconds since the origin of the run = monotonic milliseconds
// since the origin × timeScale. The monotonic clock is the machine's, so every process of one host that is given the
// same origin reads the same virtual time.

import type { Clock } from '../../model/clock.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';

export interface ScaledClock extends Clock {
  /** Virtual seconds per real second. */
  readonly timeScale: number;
  /** Monotonic milliseconds of the machine at virtual zero. */
  readonly originMonotonicMillis: number;
  /** Calls `fire` at the virtual moment or as soon after it as the event loop can, never before. Returns the cancel function. */
  readonly at: (virtualMillis: number, fire: () => void) => () => void;
  /** Real milliseconds that a virtual duration takes. */
  readonly real: (virtualMillis: number) => number;
}

/** Milliseconds of CLOCK_MONOTONIC; comparable between processes of one machine. */
export const monotonicMillis = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Monotonic milliseconds minus performance.now(), which run on one clock. The process may lose the processor between the two
 * readings, and its clock would then be off by as long for the whole run: the narrowest of several pairs counts.
 */
const performanceOffset = (): number => {
  let offset = 0;
  let narrowest = Infinity;
  for (let i = 0; i < 20; i++) {
    const before = performance.now();
    const at = monotonicMillis();
    const after = performance.now();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    offset = at - (before + after) / 2;
  }
  return offset;
};

/** Node's timers overflow at 2³¹ ms and then fire at once; a longer wait is done in pieces. */
const LONGEST_TIMER_MILLIS = 0x3fffffff;

/** @param originMonotonicMillis as `monotonicMillis()` reads at virtual zero; may lie in the future */
export const scaledClock = (originMonotonicMillis: number, timeScale: number): ScaledClock => {
  // performance.now() runs on the same monotonic clock, without the cost of a BigInt per reading.
  const offset = performanceOffset() - originMonotonicMillis;
  const now = (): Millis => millis((performance.now() + offset) * timeScale);
  const at = (virtualMillis: number, fire: () => void): (() => void) => {
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const left = (virtualMillis - now()) / timeScale;
      // Node cuts a delay to whole milliseconds and may fire one early: round up, look again.
      timer = setTimeout(
        () => {
          if (now() >= virtualMillis) fire();
          else arm();
        },
        Math.min(Math.max(0, Math.ceil(left)), LONGEST_TIMER_MILLIS),
      );
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  };
  return { timeScale, originMonotonicMillis, now, at, real: (virtualMillis) => virtualMillis / timeScale };
};
