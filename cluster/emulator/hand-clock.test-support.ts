// A clock for tests that is moved by hand: virtual time without an engine.

import { millis } from '../../model/units.ts';
import type { ScaledClock } from './scaled-clock.ts';

/** A clock that stands still until it is moved; what is due on the way happens at its instant. */
export const handClock = (): ScaledClock & { readonly moveTo: (at: number) => void } => {
  let now = 0;
  let due: { at: number; fire: () => void }[] = [];
  return {
    timeScale: 1,
    originMonotonicMillis: 0,
    now: () => millis(now),
    at: (at, fire) => {
      const entry = { at, fire };
      due.push(entry);
      return () => {
        due = due.filter((one) => one !== entry);
      };
    },
    real: (virtual) => virtual,
    moveTo: (at) => {
      for (;;) {
        const next = due.toSorted((x, y) => x.at - y.at)[0];
        if (next === undefined || next.at > at) break;
        due = due.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.fire();
      }
      now = at;
    },
  };
};
