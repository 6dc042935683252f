// A race among points: all run on a few common seeds, then the clearly worse ones stop and the rest runs on, until the
// last few have every seed. Paired differences decide, so the noise that a seed puts on all points alike costs nothing.

import type { Point } from './space.ts';
import { keyOf } from './space.ts';
import type { Trials } from './trials.ts';
import { standardError } from './trials.ts';

export interface RaceRules {
  /** Seeds of the first round. */
  readonly screenSeeds: number;
  /** Seeds of the last round. */
  readonly seeds: number;
  /** At most this share of the points stays after a round (successive halving: 1/2). */
  readonly keep: number;
  /** A point stops when its mean paired difference to the leader is above this many standard errors. */
  readonly clearly: number;
  /** Simulations that may be asked for in all, over all races. */
  readonly budget: number;
}

const unique = (points: readonly Point[]): readonly Point[] => [...new Map(points.map((p) => [keyOf(p), p])).values()];

/** The point with the least mean cost, among points that have the same seeds. */
export const leaderOf = (trials: Trials, points: readonly Point[]): Point =>
  points.reduce((best, point) => (trials.meanDifference(point, best) < 0 ? point : best));

const survivors = (trials: Trials, points: readonly Point[], rules: RaceRules): readonly Point[] => {
  const leader = leaderOf(trials, points);
  const distance = (point: Point): number => trials.meanDifference(point, leader);
  const most = Math.max(2, Math.ceil(points.length * rules.keep));
  return points
    .filter((point) => {
      const differences = trials.differences(point, leader);
      return point === leader || distance(point) <= rules.clearly * standardError(differences);
    })
    .toSorted((x, y) => distance(x) - distance(y))
    .slice(0, most);
};

/**
 * Races `points` (the first is the title holder and is always kept to the end) and gives the winner. Where the budget
 * does not reach for all, the later points are left out; where it does not reach for the last seeds, the title stays.
 */
export const race = async (trials: Trials, points: readonly Point[], rules: RaceRules): Promise<Point> => {
  const [holder, ...rest] = unique(points);
  const left = (): number => rules.budget - trials.used;
  if (holder === undefined) throw new RangeError('a race needs a point');
  // The holder and one challenger must be able to finish.
  const reserve = trials.missing([holder], rules.seeds) + rules.seeds;
  let running: readonly Point[] = [holder];
  for (const point of rest) {
    if (trials.missing([...running, point], rules.screenSeeds) > left() - reserve) break;
    running = [...running, point];
  }
  let seeds = Math.min(rules.screenSeeds, rules.seeds);
  await trials.raise(running, seeds);
  while (seeds < rules.seeds) {
    running = survivors(trials, running, rules);
    seeds = running.length === 1 ? rules.seeds : Math.min(rules.seeds, seeds * 2);
    while (running.length > 1 && trials.missing(running, seeds) > left()) running = running.slice(0, -1);
    if (trials.missing(running, seeds) > left()) break;
    await trials.raise(running, seeds);
  }
  await trials.raise([holder], Math.min(rules.seeds, trials.costsOf(holder).length + Math.max(0, left())));
  const finished = unique([holder, ...running]).filter((point) => trials.costsOf(point).length >= rules.seeds);
  return finished.length === 0 ? holder : leaderOf(trials, finished);
};
