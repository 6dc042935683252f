// A recorded rate profile times a base rate, steps between its rows. The profile's idc (index of dispersion of counts in
// long bins) becomes the CV of the gamma draws of its row: idc = cv² for a steady rate.

import { sampler } from '../../model/distribution.ts';
import type { Rng } from '../../model/rng.ts';
import { perSecond, seconds } from '../../model/units.ts';
import type { Arrivals, RateCurve } from '../scenario.ts';
import type { RateProfile } from '../traces/read-profile.ts';
import { integratedRate } from './integrated-rate.ts';
import type { ArrivalProcess } from './process.ts';
import { steady } from './process.ts';

type ProfileArrivals = Extract<Arrivals, { kind: 'profile' }>;

/** The part of the profile that plays from the start of the run; its last row holds on. */
const playedFrom = (profile: RateProfile, arrivals: ProfileArrivals): { rate: RateCurve; cv: readonly number[] } => {
  const first = profile.offsetSeconds.findLastIndex((offset) => offset <= arrivals.from);
  const rows = profile.offsetSeconds.slice(Math.max(0, first));
  return {
    rate: {
      between: 'step',
      points: rows.map((offset, i) => [
        seconds(Math.max(0, offset - arrivals.from) / arrivals.speedup),
        perSecond(arrivals.rate * profile.relativeRate[Math.max(0, first) + i]!),
      ]),
    },
    cv: rows.map((_, i) => Math.sqrt(profile.dispersion[Math.max(0, first) + i]!)),
  };
};

export const profile = (arrivals: ProfileArrivals, data: RateProfile, rng: Rng): ArrivalProcess => {
  const { rate, cv } = playedFrom(data, arrivals);
  if (rate.points.length === 0) return { rate: steady(arrivals.rate), next: () => Infinity };
  const { upTo } = integratedRate([rate]);
  const ends = rate.points.slice(1).map(([at]) => upTo(at));
  const draws = cv.map((value) => sampler({ kind: 'gamma', mean: 1, cv: value }, rng));
  let [sum, row] = [0, 0];
  return {
    rate,
    next: () => {
      while (row < ends.length && sum >= ends[row]!) row++;
      return (sum += draws[row]!());
    },
  };
};
