// Gamma renewal arrivals along a rate curve: cumulated Gamma(shape 1/cv², scale cv²) draws, mean 1. cv = 1 is Poisson,
// above 1 bursty, below 1 regular; in long bins the index of dispersion of a steady rate tends to cv².

import { sampler } from '../../model/distribution.ts';
import type { Rng } from '../../model/rng.ts';
import type { RateCurve } from '../scenario.ts';
import type { ArrivalProcess } from './process.ts';
import { cumulated } from './process.ts';

export const gamma = (arrivals: { readonly rate: RateCurve; readonly cv: number }, rng: Rng): ArrivalProcess => ({
  rate: arrivals.rate,
  next: cumulated(sampler({ kind: 'gamma', mean: 1, cv: arrivals.cv }, rng)),
});
