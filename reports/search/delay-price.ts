// What one second of delay costs: over all trials that differ from the present settings in one delay lever alone, the
// change of missed calls per hour against the change of the time to a new ready pod, seed by seed.

import type { Rng } from '../../model/rng.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { missedPerHour } from './outcome.ts';
import type { Space } from './space.ts';
import type { Tried } from './tried.ts';
import { currentPoint, keyOf } from './space.ts';

export interface DelayPrice {
  /** Missed calls per hour, and money per hour, that one second more until the new pod is ready costs. */
  readonly missedPerHourPerSecond: number;
  readonly moneyPerHourPerSecond: number;
  /** 95 %, of the missed calls. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
  readonly method: string;
}

/** Changes below this say nothing about a slope. */
const LEAST_SECONDS = 0.5;
const RESAMPLES = 2000;

interface Pair {
  readonly seconds: number;
  readonly missed: number;
}

/** Slope through the origin: Σxy/Σx². */
const slope = (pairs: readonly Pair[]): number =>
  pairs.reduce((sum, p) => sum + p.seconds * p.missed, 0) / pairs.reduce((sum, p) => sum + p.seconds ** 2, 0);

const pairsOf = (one: Tried, base: Tried, seed: number): readonly Pair[] => {
  const [a, b] = [base.outcomes[seed], one.outcomes[seed]];
  if (a === undefined || b === undefined || a.toReadySeconds === null || b.toReadySeconds === null) return [];
  const seconds = b.toReadySeconds - a.toReadySeconds;
  return Math.abs(seconds) < LEAST_SECONDS ? [] : [{ seconds, missed: missedPerHour(b) - missedPerHour(a) }];
};

/** Null where fewer than two seeds have a pair: then nothing can be said. */
export const delayPrice = (
  space: Space,
  delayLevers: ReadonlySet<string>,
  tried: readonly Tried[],
  penaltyPerMiss: number,
  rng: Rng,
): DelayPrice | null => {
  const present = currentPoint(space);
  const base = tried.find(({ point }) => keyOf(point) === keyOf(present))!;
  const alone = tried.filter(({ point }) => {
    const moved = space.filter((_, lever) => point[lever] !== present[lever]);
    return moved.length === 1 && delayLevers.has(moved[0]!.name);
  });
  const bySeed = base.outcomes
    .map((_, seed) => alone.flatMap((one) => pairsOf(one, base, seed)))
    .filter((pairs) => pairs.length > 0);
  if (bySeed.length < 2) return null;
  const all = bySeed.flat();
  // Seeds are resampled, not pairs: the pairs of a seed share its noise. The slope of a seed alone may divide by next to nothing.
  const slopes = ascending(
    Array.from({ length: RESAMPLES }, () =>
      slope(bySeed.flatMap(() => bySeed[Math.floor(rng.uniform() * bySeed.length)]!)),
    ),
  );
  return {
    missedPerHourPerSecond: slope(all),
    moneyPerHourPerSecond: slope(all) * penaltyPerMiss,
    low: quantile(slopes, 0.025, 'type-7')!,
    high: quantile(slopes, 0.975, 'type-7')!,
    pairs: all.length,
    method:
      'least squares through the origin over paired differences; interval: 95 % of the slopes over resampled seeds',
  };
};
