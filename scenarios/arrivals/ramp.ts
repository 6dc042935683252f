// A straight ramp of the rate, then steady at its end: the n-th request where the area under the rate reaches n, as k6
// does, so t = 2n/(r0 + √(r0² + 2·a·n)) with a = (r1 − r0)/T.

import type { PerSecond, Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { ArrivalProcess } from './process.ts';
import { counting } from './process.ts';

export const ramp = (arrivals: {
  readonly from: PerSecond;
  readonly to: PerSecond;
  readonly over: Seconds;
}): ArrivalProcess => ({
  rate: {
    points: [
      [seconds(0), arrivals.from],
      [arrivals.over, arrivals.to],
    ],
    between: 'linear',
  },
  next: counting(1),
});
