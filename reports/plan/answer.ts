// The plan checked by simulation: what happens at the forecast and its multiples with the settings of today and with those
// that the plan advises. Takes outcomes, gives rows with intervals.

import type { Rng } from '../../model/rng.ts';
import type { RequestKind } from '../../model/schedule.ts';
import type { Outcome } from '../search/outcome.ts';
import type { Interval } from '../stats/interval.ts';
import { bootstrapMean } from '../stats/interval.ts';
import { mean } from '../stats/quantile.ts';
import type { LoadCase, Plan } from './plan.ts';

export interface PlanCheck extends LoadCase {
  readonly settings: 'present' | 'advised';
  /** Share of the promised kind's calls answered in time; null if none arrived. */
  readonly attainment: Interval | null;
  /** Share of the live sessions that did not fall behind; null without any. */
  readonly live: Interval | null;
  /** Share of the live sessions that pods cut which were told to go; null without sessions. */
  readonly liveCut: number | null;
  /** The low end of every interval is at or above what was promised. */
  readonly kept: boolean;
  readonly gpuHoursPerDay: number;
  readonly moneyPerDay: number;
}

export interface TargetTrial {
  readonly target: number;
  /** Of the kind that is furthest from its promise. */
  readonly attainment: Interval | null;
  readonly kept: boolean;
  readonly moneyPerDay: number;
}

/** Live sessions that the present grace period cuts when a pod is told to go, and the least one that cuts none. */
export interface GraceNeed {
  readonly presentSeconds: number;
  /** Null if none was found up to twice the longest session. */
  readonly leastSeconds: number | null;
  /** Over all seeds, with the present grace period. */
  readonly cut: number;
  readonly sessions: number;
  readonly moneyPerDay: { readonly present: number; readonly least: number | null };
}

export interface PlanAnswer extends Plan {
  readonly schema: 'surgelab.plan/1';
  readonly scenario: string;
  readonly objective: string;
  readonly gpu: string;
  /** Seeds behind each interval. */
  readonly seeds: number;
  readonly scenarioHours: number;
  readonly targets: readonly TargetTrial[];
  /** The HPA target to set; null where the HPA has no plain target. */
  readonly target: number | null;
  /** terminationGracePeriodSeconds to set; null = leave it. */
  readonly graceSeconds: number | null;
  /** Null where no live session is cut at the forecast. */
  readonly grace: GraceNeed | null;
  /** Why no target was enough by itself, and what is; null where a target keeps the promise. */
  readonly binding: string | null;
  readonly checks: readonly PlanCheck[];
  /** Whether the present settings are to be kept: then the advised ones are only what the load was sized for. */
  readonly keep: boolean;
  readonly notes: readonly string[];
}

/** The share kept of one kind's calls, per run; runs without such a call are left out. */
export const attainmentOf = (outcomes: readonly Outcome[], kind: RequestKind, rng: Rng): Interval | null =>
  bootstrapMean(
    outcomes.flatMap(({ kinds }) => {
      const own = kinds.find((one) => one.kind === kind);
      return own === undefined || own.arrived === 0 ? [] : [own.kept / own.arrived];
    }),
    rng,
  );

/** Live sessions of all the runs, and how many of them pods cut that were told to go. */
export const drainedOf = (outcomes: readonly Outcome[]): { readonly sessions: number; readonly cut: number } => {
  const live = outcomes.flatMap(({ kinds }) => kinds.filter(({ kind }) => kind === 'stream'));
  const sum = (of: readonly number[]): number => of.reduce((total, n) => total + n, 0);
  return { sessions: sum(live.map((one) => one.arrived)), cut: sum(live.map((one) => one.cutByDrain)) };
};

export const isKeptAt = (attainment: Interval | null, promised: number): boolean =>
  attainment !== null && attainment.low >= promised;

/** Of shares kept and promised, the one that falls short the most; null without any. */
export const furthest = (shares: readonly (readonly [kept: Interval | null, promised: number])[]): Interval | null =>
  shares.reduce<{ readonly kept: Interval | null; readonly short: number }>(
    (most, [kept, promised]) =>
      kept === null || promised - kept.mean <= most.short ? most : { kept, short: promised - kept.mean },
    { kept: null, short: -Infinity },
  ).kept;

/** GPU-hours and GPU money of a day that is like the run from beginning to end. */
export const perDay = (outcomes: readonly Outcome[]): { readonly gpuHours: number; readonly money: number } => ({
  gpuHours: 24 * mean(outcomes.map((o) => o.gpus))!,
  money: 24 * mean(outcomes.map((o) => o.gpuMoneyPerHour))!,
});

const presentOf = (checks: readonly PlanCheck[]) => checks.filter(({ settings }) => settings === 'present');

/**
 * The present settings keep the promise in every case that was asked, cut no live session, and cost no more at the forecast,
 * the first case: nothing is bought by changing them.
 */
export const isToBeKept = (checks: readonly PlanCheck[]): boolean => {
  const present = presentOf(checks);
  const advised = checks.find(({ settings }) => settings === 'advised');
  return (
    present.length > 0 &&
    present.every(({ kept, liveCut }) => kept && (liveCut ?? 0) === 0) &&
    (advised === undefined || present[0]!.moneyPerDay <= advised.moneyPerDay)
  );
};

/** What the advised settings cost more at the forecast, and the cases in which only they keep the promise. */
export const bought = (
  checks: readonly PlanCheck[],
): { readonly moneyPerDay: number; readonly cases: readonly { present: PlanCheck; advised: PlanCheck }[] } | null => {
  const pairs = presentOf(checks).flatMap((present) =>
    checks
      .filter(({ settings, name }) => settings === 'advised' && name === present.name)
      .map((advised) => ({ present, advised })),
  );
  const first = pairs[0];
  return first === undefined
    ? null
    : {
        moneyPerDay: first.advised.moneyPerDay - first.present.moneyPerDay,
        cases: pairs.filter(({ present, advised }) => advised.kept && !present.kept),
      };
};

/** The cheapest target that keeps the promise; where none does, the one that comes closest. */
export const chooseTarget = (trials: readonly TargetTrial[]): number | null => {
  const kept = trials.filter((trial) => trial.kept);
  if (kept.length > 0) return kept.reduce((a, b) => (b.moneyPerDay < a.moneyPerDay ? b : a)).target;
  const share = (trial: TargetTrial): number => trial.attainment?.mean ?? -1;
  return trials.length === 0 ? null : trials.reduce((a, b) => (share(b) > share(a) ? b : a)).target;
};
