// Poisson arrivals along a rate curve: cumulated Exp(1) draws. They are not rescaled to end at a round count, which would
// hide the variance (load-generation.md 6.2).

import { sampler } from '../../model/distribution.ts';
import type { Rng } from '../../model/rng.ts';
import type { RateCurve } from '../scenario.ts';
import type { ArrivalProcess } from './process.ts';
import { cumulated } from './process.ts';

export const poisson = (arrivals: { readonly rate: RateCurve }, rng: Rng): ArrivalProcess => ({
  rate: arrivals.rate,
  next: cumulated(sampler({ kind: 'exponential', mean: 1 }, rng)),
});
