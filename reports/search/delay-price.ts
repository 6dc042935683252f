// What one second of delay costs: over all trials that differ from the present settings in one delay lever alone, the
// change of missed calls per hour against the change of the time to a new ready pod, seed by seed.

import type { Rng } from '../../model/rng.ts';
import { bootstrapMean } from '../stats/interval.ts';
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
  const interval = bootstrapMean(bySeed.map(slope), rng)!;
  return {
    missedPerHourPerSecond: slope(all),
    moneyPerHourPerSecond: slope(all) * penaltyPerMiss,
    low: interval.low,
    high: interval.high,
    pairs: all.length,
    method: 'least squares through the origin over paired differences; interval: bootstrap of the slopes of the seeds',
  };
};
