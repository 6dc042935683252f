// What every kind of arrivals gives: a rate curve, and the points of a unit-rate process that its Λ⁻¹ maps into time.

import type { PerSecond } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { RateCurve } from '../scenario.ts';

export interface ArrivalProcess {
  readonly rate: RateCurve;
  /** The next point of the unit-rate process; never decreases. */
  readonly next: () => number;
}

export const steady = (rate: PerSecond): RateCurve => ({ points: [[seconds(0), rate]], between: 'step' });

/** first, first + 1, first + 2, … */
export const counting = (first: number): (() => number) => {
  let n = first - 1;
  return () => ++n;
};

/** Sums of what `gap` draws. */
export const cumulated = (gap: () => number): (() => number) => {
  let sum = 0;
  return () => (sum += gap());
};
