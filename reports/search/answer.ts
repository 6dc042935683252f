// What a search found, as an answer: the front of {missed calls, GPU money, metric money}, the point to choose with its
// regret and how sure that is, what each lever buys alone, where the time goes and what a second of it costs. Pure.

import type { Rng } from '../../model/rng.ts';
import { paretoFront, regrets } from '../score/regret.ts';
import type { Stage } from '../score/stages.ts';
import type { Interval } from '../stats/interval.ts';
import { pairedDifference } from '../stats/interval.ts';
import { mean } from '../stats/quantile.ts';
import type { DelayPrice } from './delay-price.ts';
import { delayPrice } from './delay-price.ts';
import type { Floor } from './floor.ts';
import type { LeverEffect } from './lever-effects.ts';
import { leverEffects } from './lever-effects.ts';
import type { Outcome } from './outcome.ts';
import { costPerHour, missedPerHour } from './outcome.ts';
import type { Sureness } from './sureness.ts';
import { sureness } from './sureness.ts';
import type { Point, SetValue, Space } from './space.ts';
import { changesBetween, currentPoint, keyOf, setOf } from './space.ts';
import type { Tried } from './tried.ts';

export interface TuneRow {
  /** What differs from the present settings; empty for them. */
  readonly changes: readonly string[];
  readonly runs: number;
  /** Means over the runs. */
  readonly missedShare: number;
  readonly missedPerHour: number;
  readonly gpuMoneyPerHour: number;
  readonly metricMoneyPerMonth: number;
  readonly toReadySeconds: number | null;
  readonly costPerHour: number;
  /** This row minus the present settings, pair by pair; null for them and below two pairs. */
  readonly missedAgainstPresent: Interval | null;
  readonly costAgainstPresent: Interval | null;
  readonly toReadyAgainstPresent: Interval | null;
  readonly onFront: boolean;
  /** J/min J − 1 over the rows. */
  readonly regret: number;
}

export interface TuneAnswer {
  readonly schema: 'surgelab.tune/1';
  readonly scenario: string;
  readonly penaltyPerMiss: number;
  readonly seeds: number;
  readonly simulations: number;
  /** Points of the space that were simulated at all. */
  readonly tried: number;
  readonly gridPoints: number;
  readonly stopped: string;
  /** How far the race took the settings: so many of them stopped after so many seeds, fewest seeds first. */
  readonly race: readonly { readonly seeds: number; readonly settings: number }[];
  /** What a scaler that knows the load beforehand would pay; null where that is not known. */
  readonly floor: Floor | null;
  /** Cost of the recommended settings ÷ floor − 1; null as `floor`. */
  readonly regretToFloor: number | null;
  readonly present: TuneRow;
  readonly recommended: TuneRow;
  readonly recommendedSet: Readonly<Record<string, SetValue>>;
  readonly sureness: Sureness;
  /** Rows with every seed, least cost first; the front is marked. */
  readonly rows: readonly TuneRow[];
  readonly levers: readonly LeverEffect[];
  readonly absent: readonly { readonly name: string; readonly why: string }[];
  /** Where the time goes, seconds; empty where no load step brought a pod. */
  readonly stages: readonly {
    readonly name: Stage['name'];
    readonly present: number;
    /** Null where no step brought a pod with the recommended settings: none was needed, or none came. */
    readonly recommended: number | null;
  }[];
  readonly delay: DelayPrice | null;
  readonly notes: readonly string[];
}

export interface TuneInput {
  readonly scenario: string;
  readonly space: Space;
  readonly absent: TuneAnswer['absent'];
  /** Names of levers whose whole effect is delay. */
  readonly delayLevers: ReadonlySet<string>;
  readonly tried: readonly Tried[];
  readonly best: Point;
  readonly seeds: number;
  readonly simulations: number;
  readonly gridPoints: number;
  readonly stopped: string;
  readonly penaltyPerMiss: number;
  readonly floor: Floor | null;
}

const means = (outcomes: readonly Outcome[], of: (o: Outcome) => number): number => mean(outcomes.map(of))!;

const meanOrNull = (outcomes: readonly Outcome[], of: (o: Outcome) => number | null): number | null => {
  const values = outcomes.map(of);
  return values.includes(null) ? null : mean(values as number[]);
};

/** Null where no load step brought a new pod. */
const stageMean = ({ outcomes }: Tried, name: Stage['name']): number | null =>
  mean(outcomes.flatMap((o) => o.stages.filter((stage) => stage.name === name).map((stage) => stage.seconds)));

const raceOf = (tried: readonly Tried[]): TuneAnswer['race'] =>
  [...Map.groupBy(tried, ({ outcomes }) => outcomes.length)]
    .map(([seeds, of]) => ({ seeds, settings: of.length }))
    .sort((x, y) => x.seeds - y.seeds);

/** Differences below this share of the money are the same money. */
const SAME_MONEY = 0.001;

const notesOf = (rows: readonly TuneRow[]): readonly string[] => {
  const gpu = rows.map((row) => row.gpuMoneyPerHour);
  const notes: string[] = [];
  if (Math.max(...gpu) - Math.min(...gpu) <= SAME_MONEY * Math.max(...gpu)) {
    notes.push(
      'GPU money was the same whatever was set: the nodes of this scenario are paid for in any case, so more replicas look free',
    );
  }
  return notes;
};

/** @param rng resamples the intervals. `tried` must hold the present settings and `best` with all seeds. */
export const tuneAnswer = (input: TuneInput, rng: Rng): TuneAnswer => {
  const { space, penaltyPerMiss, seeds } = input;
  const presentPoint = currentPoint(space);
  const cost = (o: Outcome): number => costPerHour(o, penaltyPerMiss);
  const whole = input.tried.filter(({ outcomes }) => outcomes.length >= seeds);
  const byCost = whole.toSorted((x, y) => means(x.outcomes, cost) - means(y.outcomes, cost));
  const find = (point: Point): Tried => whole.find((one) => keyOf(one.point) === keyOf(point))!;
  const present = find(presentPoint);
  const best = find(input.best);
  const front = paretoFront(
    byCost.map(({ outcomes }) => [
      means(outcomes, missedPerHour),
      means(outcomes, (o) => o.gpuMoneyPerHour),
      means(outcomes, (o) => o.metricMoneyPerMonth),
    ]),
  );
  const regret = regrets(byCost.map(({ outcomes }) => means(outcomes, cost)));
  const against = (one: Tried, of: (o: Outcome) => number | null): Interval | null =>
    one === present ? null : pairedDifference(present.outcomes.map(of), one.outcomes.map(of), rng);
  const rows = byCost.map((one, i): TuneRow => {
    const { outcomes } = one;
    return {
      changes: changesBetween(space, presentPoint, one.point),
      runs: outcomes.length,
      missedShare: means(outcomes, (o) => (o.arrived === 0 ? 0 : o.missed / o.arrived)),
      missedPerHour: means(outcomes, missedPerHour),
      gpuMoneyPerHour: means(outcomes, (o) => o.gpuMoneyPerHour),
      metricMoneyPerMonth: means(outcomes, (o) => o.metricMoneyPerMonth),
      toReadySeconds: meanOrNull(outcomes, (o) => o.toReadySeconds),
      costPerHour: means(outcomes, cost),
      missedAgainstPresent: against(one, missedPerHour),
      costAgainstPresent: against(one, cost),
      toReadyAgainstPresent: against(one, (o) => o.toReadySeconds),
      onFront: front[i]!,
      regret: regret[i]!,
    };
  });
  const rowOf = (one: Tried): TuneRow => rows[byCost.indexOf(one)]!;
  const stages =
    present.outcomes.flatMap((o) => o.stages)[0] === undefined
      ? []
      : present.outcomes.find((o) => o.stages.length > 0)!.stages;
  return {
    schema: 'surgelab.tune/1',
    scenario: input.scenario,
    penaltyPerMiss,
    seeds,
    simulations: input.simulations,
    tried: input.tried.length,
    gridPoints: input.gridPoints,
    stopped: input.stopped,
    race: raceOf(input.tried),
    floor: input.floor,
    regretToFloor:
      input.floor === null || input.floor.costPerHour <= 0
        ? null
        : means(best.outcomes, cost) / input.floor.costPerHour - 1,
    present: rowOf(present),
    recommended: rowOf(best),
    recommendedSet: setOf(space, input.best),
    sureness: sureness(
      byCost.map(({ outcomes }) => outcomes.map(cost)),
      byCost.indexOf(best),
      rng,
    ),
    rows,
    levers: leverEffects(space, input.tried, cost, rng),
    absent: input.absent,
    stages: stages.map(({ name }) => ({
      name,
      present: stageMean(present, name)!,
      recommended: stageMean(best, name),
    })),
    delay: delayPrice(space, input.delayLevers, input.tried, penaltyPerMiss, rng),
    notes: notesOf(rows),
  };
};
