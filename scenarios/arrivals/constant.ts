// Constant rate: the n-th request at (n − 1)/rate, the first at 0.

import type { PerSecond } from '../../model/units.ts';
import type { ArrivalProcess } from './process.ts';
import { counting, steady } from './process.ts';

export const constant = (arrivals: { readonly rate: PerSecond }): ArrivalProcess => ({
  rate: steady(arrivals.rate),
  next: counting(0),
});
