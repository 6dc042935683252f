// tune: wires the search to simulations. Takes a scenario and a budget, gives the answer; what was simulated is remembered
// in the state file, so the same call resumes where an interrupted one stopped.

import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { stream } from '../../model/rng.ts';
import type { Platform } from '../../model/platform.ts';
import type { TuneAnswer } from '../../reports/search/answer.ts';
import { tuneAnswer } from '../../reports/search/answer.ts';
import type { Outcome } from '../../reports/search/outcome.ts';
import { costPerHour, missedPerHour } from '../../reports/search/outcome.ts';
import { leaderOf } from '../../reports/search/race.ts';
import { search } from '../../reports/search/search.ts';
import type { Point, Space } from '../../reports/search/space.ts';
import { currentPoint, gridSize, keyOf, setOf, withLevel } from '../../reports/search/space.ts';
import type { Trial, Trials } from '../../reports/search/trials.ts';
import type { Tried } from '../../reports/search/tried.ts';
import { paretoFront } from '../../reports/score/regret.ts';
import { mean } from '../../reports/stats/quantile.ts';
import type { InputFile } from '../read-scenario.ts';
import { readManifestFiles } from '../read-scenario.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion, readQuestion } from '../question.ts';
import { clairvoyantFloor } from './clairvoyant.ts';
import { DELAY_LEVERS, leversOf } from './levers.ts';
import type { Simulations } from './simulations.ts';

export interface TuneRequest {
  readonly options: ScenarioOptions;
  /** Paired seeds of a finalist. */
  readonly seeds: number;
  /** Simulations in all, those that are remembered included. */
  readonly budget: number;
  /** Money per missed call; null = the scenario's. */
  readonly penaltyPerMiss: number | null;
  readonly simulations: Simulations;
}

export interface Tuned {
  readonly answer: TuneAnswer;
  /** The platform now and as recommended. */
  readonly before: Platform;
  readonly after: Platform;
  /** The YAML that the platform was read from. */
  readonly manifests: readonly InputFile[];
}

const SCREEN_SEEDS = 3;
const RANDOM_POINTS = 10;
/** At most this share of a race goes on: on known landscapes a half finds nothing better (bench/answers.bench.ts). */
const KEEP = 1 / 3;
/** Points of the provisional front that are given all their seeds at the end. */
const FRONT_POINTS = 8;
/** Of the budget, for giving the best level of each lever and the front all their seeds. */
const CLOSING_SHARE = 0.2;

/** Outcomes by point, filled as the search asks. */
class Collected {
  readonly byKey = new Map<string, { readonly point: Point; readonly outcomes: Outcome[] }>();

  add({ point }: Trial, outcome: Outcome): void {
    const key = keyOf(point);
    const known = this.byKey.get(key) ?? { point, outcomes: [] };
    known.outcomes.push(outcome);
    this.byKey.set(key, known);
  }

  all(): readonly Tried[] {
    return [...this.byKey.values()];
  }
}

/** Points that no other dominates on what is known so far, cheapest first. */
const provisionalFront = (tried: readonly Tried[], cost: (o: Outcome) => number): readonly Point[] => {
  const of = (one: Tried, what: (o: Outcome) => number): number => mean(one.outcomes.map(what))!;
  const front = paretoFront(
    tried.map((one) => [
      of(one, missedPerHour),
      of(one, (o) => o.gpuMoneyPerHour),
      of(one, (o) => o.metricMoneyPerMonth),
    ]),
  );
  return tried
    .filter((_, i) => front[i])
    .toSorted((x, y) => of(x, cost) - of(y, cost))
    .slice(0, FRONT_POINTS)
    .map(({ point }) => point);
};

/** The best level that each lever reaches alone, as far as it was tried. */
const bestAlone = (space: Space, trials: Trials): readonly Point[] => {
  const present = currentPoint(space);
  return space.map(({ levels }, lever) =>
    leaderOf(
      trials,
      levels.map((_, level) => withLevel(present, lever, level)).filter((point) => trials.costsOf(point).length > 0),
    ),
  );
};

/** Raises the points one after the other as far as the budget reaches. */
const raiseEach = async (trials: Trials, points: readonly Point[], seeds: number, budget: number): Promise<void> => {
  const within: Point[] = [];
  for (const point of points) {
    if (trials.used + trials.missing([...within, point], seeds) <= budget) within.push(point);
  }
  await trials.raise([...new Map(within.map((point) => [keyOf(point), point])).values()], seeds);
};

/** Throws what reading and simulating throw, and INTERRUPTED. */
export const tune = async (request: TuneRequest): Promise<Tuned> => {
  const { options, seeds, budget, simulations } = request;
  const file = readQuestion(options);
  const manifests = readManifestFiles(file);
  const before = readPlatform(manifests, file.scenario.platform.set);
  const { levers: space, absent } = leversOf(before);
  const penaltyPerMiss = request.penaltyPerMiss ?? file.scenario.prices.perMissedRequest;
  const cost = (outcome: Outcome): number => costPerHour(outcome, penaltyPerMiss);
  const collected = new Collected();
  const evaluate = async (trials: readonly Trial[]): Promise<readonly number[]> => {
    const outcomes = await simulations.run(
      trials.map(({ point, seed }) => ({ seed: file.scenario.seed + seed, set: setOf(space, point) })),
    );
    outcomes.forEach((outcome, i) => collected.add(trials[i]!, outcome));
    return outcomes.map(cost);
  };
  const rules = {
    screenSeeds: Math.min(SCREEN_SEEDS, seeds),
    seeds,
    keep: KEEP,
    clearly: 1.5,
    budget: Math.round(budget * (1 - CLOSING_SHARE)),
    randomPoints: RANDOM_POINTS,
  };
  const { trials, best: found, stopped } = await search(space, rules, evaluate, stream(file.scenario.seed, 'tune'));
  await raiseEach(
    trials,
    [found, ...bestAlone(space, trials), ...provisionalFront(collected.all(), cost)],
    seeds,
    budget,
  );
  const finished = collected.all().filter(({ outcomes }) => outcomes.length >= seeds);
  const best = leaderOf(trials, [found, ...finished.map(({ point }) => point)]);
  const answer = tuneAnswer(
    {
      scenario: file.scenario.name,
      space,
      absent,
      delayLevers: DELAY_LEVERS,
      tried: collected.all(),
      best,
      seeds,
      simulations: trials.used,
      gridPoints: gridSize(space),
      stopped,
      penaltyPerMiss,
      floor: clairvoyantFloor(loadQuestion(options)),
    },
    stream(file.scenario.seed, 'tuneBootstrap'),
  );
  return {
    answer,
    before,
    manifests,
    after: readPlatform(manifests, { ...file.scenario.platform.set, ...answer.recommendedSet }),
  };
};
