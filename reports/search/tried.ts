// A point and what its simulations gave.

import type { Outcome } from './outcome.ts';
import type { Point } from './space.ts';

export interface Tried {
  readonly point: Point;
  /** Of the first seeds, in their order. */
  readonly outcomes: readonly Outcome[];
}
