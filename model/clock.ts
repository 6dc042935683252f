// Time as an argument. `sim` hands out virtual time, `harness` and `cluster` the wall clock; nobody else reads one.

import type { Millis } from './units.ts';

/** Milliseconds since the origin of the run; never decreases. */
export interface Clock {
  readonly now: () => Millis;
}
