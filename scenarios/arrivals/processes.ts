// One table from kind to arrival process. Traces are not in it: their rows are not drawn (trace.ts).

import type { Rng } from '../../model/rng.ts';
import type { Arrivals } from '../scenario.ts';
import type { RateProfile } from '../traces/read-profile.ts';
import { constant } from './constant.ts';
import { curve } from './curve.ts';
import { gamma } from './gamma.ts';
import { poisson } from './poisson.ts';
import type { ArrivalProcess } from './process.ts';
import { profile } from './profile.ts';
import { ramp } from './ramp.ts';

export type DrawnArrivals = Exclude<Arrivals, { kind: 'trace' }>;

/** The process behind `arrivals`; `profileNamed` hands out the rate profiles that the scenario names. */
export const arrivalProcess = (
  arrivals: DrawnArrivals,
  rng: Rng,
  profileNamed: (file: string) => RateProfile,
): ArrivalProcess => {
  switch (arrivals.kind) {
    case 'constant':
      return constant(arrivals);
    case 'ramp':
      return ramp(arrivals);
    case 'curve':
      return curve(arrivals);
    case 'poisson':
      return poisson(arrivals, rng);
    case 'gamma':
      return gamma(arrivals, rng);
    case 'profile':
      return profile(arrivals, profileNamed(arrivals.file), rng);
  }
};
