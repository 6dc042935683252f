// Objectives against a run: what each figure is worth, whether the bound holds, and the verdict. No data fails its
// objective; a generator that could not keep up voids them all (load-generation.md section 8).

import type { RunRecord } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { isOk, judgedSeconds, kindOf, lagSeconds, latencySeconds, scoredCalls, waitSeconds } from '../score/calls.ts';
import type { Figure } from '../score/figure.ts';
import { figure, noData } from '../score/figure.ts';
import type { Promised } from '../score/promise.ts';
import type { Durations, Reaction } from '../score/reaction.ts';
import type { Score } from '../score/score.ts';
import { attainmentOf, quantileFigure, realTimeFactor } from '../score/service.ts';
import type { Dimension } from './figures.ts';
import { FIGURES } from './figures.ts';
import type { Comparator, Objective } from './parse.ts';

export interface ObjectiveResult {
  readonly text: string;
  /** In the unit of the dimension. */
  readonly measured: Figure;
  readonly bound: number;
  readonly dimension: Dimension;
  readonly met: boolean;
}

export type VerdictKind = 'pass' | 'fail' | 'no-data' | 'generator-limited';

export interface Verdict {
  readonly schema: 'surgelab.verdict/1';
  readonly verdict: VerdictKind;
  /** In a sentence. */
  readonly why: string;
  readonly objectives: readonly ObjectiveResult[];
}

const HOLDS: Readonly<Record<Comparator, (value: number, bound: number) => boolean>> = {
  '<=': (v, b) => v <= b,
  '<': (v, b) => v < b,
  '>=': (v, b) => v >= b,
  '>': (v, b) => v > b,
};

const withinOf = (objective: Objective, run: RunRecord, promises: readonly Promised[], call: number): number =>
  objective.filter.withinSeconds ?? promises.find((p) => p.kind === kindOf(run, call))?.withinSeconds ?? 0;

/** Figures over calls. */
const callFigure = (objective: Objective, run: RunRecord, promises: readonly Promised[]): Figure | null => {
  const calls = scoredCalls(run, objective.filter);
  const q = objective.quantile ?? 1;
  const none = 'no such call arrived after the warm-up';
  const sample = (of: (call: number) => number): Figure =>
    quantileFigure(
      calls.map((call) => of(call)),
      q,
      'calls',
    );
  const kept = (): number =>
    attainmentOf(
      calls.map((i) => judgedSeconds(run, i) - withinOf(objective, run, promises, i)),
      0,
    ) ?? NaN;
  const seconds = (run.header.durationMillis - run.header.warmupMillis) / 1000;
  switch (objective.figure) {
    case 'attainment':
      return figure(kept(), none);
    case 'misses':
      return figure(Math.round((1 - kept()) * calls.length), none);
    case 'goodput':
      return figure((kept() * calls.length) / seconds, none);
    case 'outcome': {
      const code = OUTCOMES.indexOf(objective.filter.outcome ?? 'ok');
      const share = calls.filter((i) => run.requests.outcome[i] === code).length / calls.length;
      return figure(share, none);
    }
    case 'latency':
      return sample((i) => latencySeconds(run, i));
    case 'wait':
      return sample((i) => waitSeconds(run, i));
    case 'firstResult':
      return sample((i) => {
        const first = run.requests.firstResultMillis[i]!;
        return Number.isNaN(first) ? Infinity : (first - run.requests.sentMillis[i]!) / 1000;
      });
    case 'lag': {
      const live = calls.filter((i) => kindOf(run, i) === 'stream');
      return quantileFigure(
        live.map((i) => lagSeconds(run, i)),
        q,
        'live sessions',
      );
    }
    case 'rtf': {
      const ok = calls.filter((i) => isOk(run, i) && kindOf(run, i) !== 'stream');
      const took = ok.map((i) => (run.requests.doneMillis[i]! - run.requests.admittedMillis[i]!) / 1000);
      const audio = ok.map((i) => run.schedule.audioSeconds[i]!);
      return figure(realTimeFactor(took, audio), 'no answered call with audio');
    }
    default:
      return null;
  }
};

/** A figure of the load steps that needed a reaction: the quantile over them, or the worst; one without it leaves no data. */
const overSteps = (reactions: readonly Reaction[], q: number | null, of: (r: Reaction) => Figure): Figure => {
  const needed = reactions.filter((r) => r.needed);
  if (needed.length === 0 && reactions.length > 0) return noData('no load step needed another replica');
  const figures = needed.map(of);
  const missing = figures.find((f) => f.kind === 'no-data');
  if (missing !== undefined) return missing;
  const values = ascending(figures.map((f) => (f.kind === 'value' ? f.value : NaN)));
  return figure(quantile(values, q ?? 1, 'nearest-rank'), 'the load never stepped up after the warm-up');
};

const reactionFigure = (objective: Objective, reactions: readonly Reaction[]): Figure | null => {
  const name = objective.figure;
  if (!name.startsWith('reaction.')) return null;
  const part = name.slice('reaction.'.length) as keyof Durations | 'settle' | 'overshoot';
  return overSteps(reactions, objective.quantile, (r) =>
    part === 'settle' || part === 'overshoot' ? r[part] : r.durations[part],
  );
};

const scoreFigure = (objective: Objective, score: Score): Figure => {
  const { cost, metrics, responsiveness, service } = score;
  const elastic = (
    of:
      | 'underPercent'
      | 'overPercentOfSupply'
      | 'overPercentOfDemand'
      | 'underTimePercent'
      | 'overTimePercent'
      | 'instability',
  ) =>
    responsiveness.elasticity.kind === 'no-data'
      ? responsiveness.elasticity
      : figure(responsiveness.elasticity.value[of], 'not a finite number');
  const number = (n: number): Figure => figure(n, 'the run did not record it');
  switch (objective.figure) {
    case 'backlog.max':
      return service.backlogMaxSeconds;
    case 'elasticity.under':
      return elastic('underPercent');
    case 'elasticity.over':
      return elastic(objective.filter.convention === 'demand' ? 'overPercentOfDemand' : 'overPercentOfSupply');
    case 'elasticity.underTime':
      return elastic('underTimePercent');
    case 'elasticity.overTime':
      return elastic('overTimePercent');
    case 'elasticity.instability':
      return elastic('instability');
    case 'replicas.max':
      return number(responsiveness.maxReady);
    case 'cost.gpuHours':
      return cost.gpuHours;
    case 'cost.gpuMoney':
      return cost.money;
    case 'cost.idleShare':
      return cost.idleShare;
    case 'cost.startupWaste':
      return cost.startupWaste;
    case 'cost.drainTail':
      return cost.drainTail;
    case 'storage.bytesPerDay':
      return number(metrics.bytesPerDay);
    case 'storage.retained':
      return number(metrics.retainedBytes);
    case 'storage.samplesPerSecond':
      return number(metrics.samplesPerSecond);
    case 'storage.series':
      return number(metrics.series);
    case 'storage.moneyPerMonth':
      return number(metrics.moneyPerMonth);
    default:
      return noData(`${objective.figure} is not a figure of the score`);
  }
};

/** What the figure of an objective is worth in this run. */
export const measure = (objective: Objective, run: RunRecord, score: Score): Figure =>
  callFigure(objective, run, score.promises) ??
  reactionFigure(objective, score.responsiveness.reactions) ??
  scoreFigure(objective, score);

const summary = (results: readonly ObjectiveResult[]): readonly [VerdictKind, string] => {
  if (results.length === 0) return ['no-data', 'the scenario states no objective, so there is nothing to pass'];
  const empty = results.filter((r) => r.measured.kind === 'no-data');
  const missed = results.filter((r) => r.measured.kind === 'value' && !r.met);
  if (missed.length > 0) {
    return ['fail', `${missed.length} of ${results.length} objectives missed: ${missed.map((r) => r.text).join('; ')}`];
  }
  const first = empty[0];
  return first === undefined
    ? ['pass', results.length === 1 ? 'the one objective is met' : `all ${results.length} objectives met`]
    : ['no-data', `no data for ${first.text}: ${first.measured.kind === 'no-data' ? first.measured.why : ''}`];
};

/**
 * The verdict on a run. A run whose generator was the bottleneck is judged, but its verdict is `generator-limited`.
 *
 * @example evaluate(parseObjectives(['attainment{within=2s} >= 0.99']), run, score(run)).verdict // 'pass'
 */
export const evaluate = (objectives: readonly Objective[], run: RunRecord, score: Score): Verdict => {
  const results = objectives.map((objective): ObjectiveResult => {
    const measured = measure(objective, run, score);
    return {
      text: objective.text,
      measured,
      bound: objective.bound,
      dimension: FIGURES[objective.figure].dimension,
      met: measured.kind === 'value' && HOLDS[objective.comparator](measured.value, objective.bound),
    };
  });
  const [verdict, why] =
    score.generator === 'generator-limited'
      ? ([
          'generator-limited',
          'the load engine, not the service, was the bottleneck: nothing can be concluded',
        ] as const)
      : summary(results);
  return { schema: 'surgelab.verdict/1', verdict, why, objectives: results };
};
