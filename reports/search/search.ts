// Finds a cheap point of a space with few simulations. First what each lever does alone, from the present settings; then
// combinations of what helped and points drawn at random; then one lever at a time from the best point, until no lever
// helps or the budget is gone. Every step is a race on common seeds. The evaluator is an argument: tests pass a landscape.

import type { Rng } from '../../model/rng.ts';
import type { RaceRules } from './race.ts';
import { race } from './race.ts';
import type { Point, Space } from './space.ts';
import { currentPoint, keyOf, oneLeverAway, withLevel } from './space.ts';
import type { Evaluate } from './trials.ts';
import { Trials } from './trials.ts';

export interface SearchRules extends RaceRules {
  /** Points drawn at random, so that a good corner far from the present settings is not missed. */
  readonly randomPoints: number;
}

export interface Search {
  readonly trials: Trials;
  readonly best: Point;
  /** Why it stopped. */
  readonly stopped: 'no lever helps' | 'budget';
}

const randomPoint = (space: Space, rng: Rng): Point =>
  space.map(({ levels }) => Math.floor(rng.uniform() * levels.length));

/** Present settings with the best level of each of the `most` levers that help most, for every number of levers from 2. */
const combinations = (space: Space, trials: Trials, from: Point): readonly Point[] => {
  const bestOf = space.map((lever, index) => {
    const points = lever.levels.map((_, level) => withLevel(from, index, level));
    const tried = points.filter((point) => trials.costsOf(point).length > 0);
    const gains = tried.map((point) => -trials.meanDifference(point, from));
    const gain = Math.max(0, ...gains);
    return { index, gain, level: gain === 0 ? from[index]! : tried[gains.indexOf(gain)]![index]! };
  });
  const helping = bestOf.filter(({ gain }) => gain > 0).toSorted((x, y) => y.gain - x.gain);
  return helping.flatMap((_, count) =>
    count === 0
      ? []
      : [helping.slice(0, count + 1).reduce<Point>((point, { index, level }) => withLevel(point, index, level), from)],
  );
};

/** Largest combination first: where levers act on their own it is the optimum. */
const largestFirst = (points: readonly Point[]): readonly Point[] => points.toReversed();

/**
 * @param rng draws the random points
 * @example const { best } = await search(space, rules, async (trials) => trials.map(costOf), stream(1, 'search'))
 */
export const search = async (space: Space, rules: SearchRules, evaluate: Evaluate, rng: Rng): Promise<Search> => {
  const trials = new Trials(evaluate);
  const start = currentPoint(space);
  let best = await race(trials, [start, ...oneLeverAway(space, start)], rules);
  const drawn = Array.from({ length: rules.randomPoints }, () => randomPoint(space, rng));
  best = await race(trials, [best, ...largestFirst(combinations(space, trials, start)), ...drawn], rules);
  const left = new Set<string>();
  while (!left.has(keyOf(best))) {
    left.add(keyOf(best));
    const around = oneLeverAway(space, best);
    if (rules.budget - trials.used < rules.seeds + rules.screenSeeds) return { trials, best, stopped: 'budget' };
    best = await race(trials, [best, ...around], rules);
  }
  return { trials, best, stopped: 'no lever helps' };
};
