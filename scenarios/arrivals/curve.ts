// Deterministic spacing along a rate curve: the n-th request where the area under the curve reaches n, as a ramp does.

import type { RateCurve } from '../scenario.ts';
import type { ArrivalProcess } from './process.ts';
import { counting } from './process.ts';

export const curve = (arrivals: { readonly rate: RateCurve }): ArrivalProcess => ({
  rate: arrivals.rate,
  next: counting(1),
});
