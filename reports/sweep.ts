// Several settings tried on the same schedules: one row per setting with paired differences against the baseline, the
// Pareto front of {missed calls, GPU money, metric money}, regret under the declared penalty, and the point to choose.

import { TestbedError } from '../model/errors.ts';
import type { Rng } from '../model/rng.ts';
import type { Figure } from './score/figure.ts';
import { figure, numberOf } from './score/figure.ts';
import { paretoFront, regrets, totalCost } from './score/regret.ts';
import type { Score } from './score/score.ts';
import type { Interval } from './stats/interval.ts';
import { pairedDifference } from './stats/interval.ts';
import { mean } from './stats/quantile.ts';

export interface SweepPoint {
  /** For people, e.g. '15 s'. */
  readonly label: string;
  /** The setting as a number, in its unit. */
  readonly value: number;
  /** The i-th score of every point is of the same schedule and seed. */
  readonly scores: readonly Score[];
}

export interface SweepRow {
  readonly label: string;
  readonly value: number;
  readonly runs: number;
  /** Means over the runs. Seconds over all load steps. */
  readonly detect: Figure;
  readonly toReady: Figure;
  readonly missed: Figure;
  readonly missedShare: Figure;
  readonly gpuMoneyPerHour: Figure;
  readonly metricMoneyPerMonth: Figure;
  readonly retainedBytes: Figure;
  /** GPU + metrics + penalty · misses, money per hour of the run. */
  readonly totalPerHour: Figure;
  /** Mean of this row minus the baseline, pair by pair; null for the baseline and where there are not two pairs. */
  readonly toReadyAgainstBaseline: Interval | null;
  readonly missedAgainstBaseline: Interval | null;
  readonly totalAgainstBaseline: Interval | null;
  readonly onFront: boolean;
  readonly regret: Figure;
}

export interface Sweep {
  /** What was varied, e.g. 'scrape interval'. */
  readonly setting: string;
  readonly unit: string;
  readonly baseline: string;
  readonly penaltyPerMiss: number;
  readonly rows: readonly SweepRow[];
  /** Label of the row with the least total cost; null if no row has one. */
  readonly recommended: string | null;
  /** Rows whose total cost the runs cannot tell from the recommended one's (paired 95 % interval holds 0). */
  readonly tied: readonly string[];
}

const HOURS_PER_MONTH = 730;

/** Mean of a figure of each load step that needed a reaction; null if such a step has none or there is no such step. */
const stepMean = (score: Score, of: 'detect' | 'toReady'): number | null => {
  const needed = score.responsiveness.reactions.filter((r) => r.needed);
  const values = needed.map((r) => numberOf(r.durations[of]));
  return values.includes(null) ? null : mean(values as number[]);
};

const runHours = (score: Score): number => score.interval.drainedMillis / 3_600_000;

const totalOf = (score: Score): number | null => {
  const gpu = numberOf(score.cost.moneyPerHour);
  const misses = score.service.missed / runHours(score);
  return gpu === null
    ? null
    : totalCost(gpu + score.metrics.moneyPerMonth / HOURS_PER_MONTH, misses, score.penaltyPerMiss);
};

type PerRun = (score: Score) => number | null;
const MEASURES = {
  detect: (s) => stepMean(s, 'detect'),
  toReady: (s) => stepMean(s, 'toReady'),
  missed: (s) => s.service.missed,
  missedShare: (s) => (s.service.arrived === 0 ? null : s.service.missed / s.service.arrived),
  gpuMoneyPerHour: (s) => numberOf(s.cost.moneyPerHour),
  metricMoneyPerMonth: (s) => s.metrics.moneyPerMonth,
  retainedBytes: (s) => s.metrics.retainedBytes,
  totalPerHour: totalOf,
} as const satisfies Record<string, PerRun>;
type Measure = keyof typeof MEASURES;

const valuesOf = (point: SweepPoint, measure: Measure): (number | null)[] => point.scores.map(MEASURES[measure]);

const meanFigure = (point: SweepPoint, measure: Measure): Figure => {
  const values = valuesOf(point, measure);
  const known = values.filter((v) => v !== null);
  return known.length < values.length
    ? { kind: 'no-data', why: `${values.length - known.length} of ${values.length} runs have no such figure` }
    : figure(mean(known), 'no run');
};

const checkPairs = (points: readonly SweepPoint[]): void => {
  const hashes = (point: SweepPoint): string => point.scores.map((s) => s.scheduleHash).join(' ');
  const odd = points.find((point) => hashes(point) !== hashes(points[0]!));
  if (odd !== undefined) {
    throw new TestbedError(
      'SCHEDULE_HASH_MISMATCH',
      `the runs at ${odd.label} were not made from the schedules of the runs at ${points[0]!.label}`,
      { hint: 'simulate every setting on the same compiled schedules and seeds' },
    );
  }
};

/**
 * @param baseline label of the point the others are compared with
 * @param rng resamples the paired intervals
 */
export const sweepOf = (
  setting: string,
  unit: string,
  points: readonly SweepPoint[],
  baseline: string,
  rng: Rng,
): Sweep => {
  checkPairs(points);
  const base = points.find((p) => p.label === baseline);
  if (base === undefined) throw new TestbedError('USAGE', `the baseline ${baseline} is not one of the settings tried`);
  const against = (point: SweepPoint, measure: Measure, other: SweepPoint): Interval | null =>
    point === other ? null : pairedDifference(valuesOf(other, measure), valuesOf(point, measure), rng);

  const totals = points.map((p) => numberOf(meanFigure(p, 'totalPerHour')));
  const known = totals.filter((t) => t !== null);
  const regret = regrets(known);
  const least = known.length === 0 ? null : Math.min(...known);
  const best = least === null ? undefined : points[totals.indexOf(least)];
  const costs = points.map((p) =>
    (['missed', 'gpuMoneyPerHour', 'metricMoneyPerMonth'] as const).map((m) => numberOf(meanFigure(p, m)) ?? Infinity),
  );
  const front = paretoFront(costs);
  let next = 0;
  const rows = points.map((point, i): SweepRow => {
    const of = (measure: Measure): Figure => meanFigure(point, measure);
    return {
      label: point.label,
      value: point.value,
      runs: point.scores.length,
      detect: of('detect'),
      toReady: of('toReady'),
      missed: of('missed'),
      missedShare: of('missedShare'),
      gpuMoneyPerHour: of('gpuMoneyPerHour'),
      metricMoneyPerMonth: of('metricMoneyPerMonth'),
      retainedBytes: of('retainedBytes'),
      totalPerHour: of('totalPerHour'),
      toReadyAgainstBaseline: against(point, 'toReady', base),
      missedAgainstBaseline: against(point, 'missed', base),
      totalAgainstBaseline: against(point, 'totalPerHour', base),
      onFront: front[i]!,
      regret: figure(totals[i] === null ? null : regret[next++]!, 'no total cost'),
    };
  });
  const tied =
    best === undefined
      ? []
      : points.filter((point) => {
          const difference = against(point, 'totalPerHour', best);
          return difference !== null && difference.low <= 0 && difference.high >= 0;
        });
  return {
    setting,
    unit,
    baseline,
    penaltyPerMiss: points[0]?.scores[0]?.penaltyPerMiss ?? 0,
    rows,
    recommended: best?.label ?? null,
    tied: tied.map((point) => point.label),
  };
};
