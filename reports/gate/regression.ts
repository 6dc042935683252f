// Did a change make it worse? Takes each gated figure of two sets of runs, paired by schedule and seed, and gives per figure
// the paired difference with its interval and a verdict: better, same, worse, not enough data. Pure.

import type { Rng } from '../../model/rng.ts';
import type { Interval } from '../stats/interval.ts';
import { pairedDifference } from '../stats/interval.ts';
import { mean } from '../stats/quantile.ts';
import { expandedConfidence } from '../stats/small-sample.ts';
import type { Dimension } from './figures.ts';

export type ChangeVerdict = 'better' | 'same' | 'worse' | 'not-enough-data';

/** One figure of both sets; the i-th value of each is of the same schedule and seed, null where the run has none. */
export interface PairedFigure {
  /** As in an objective, e.g. 'latency{kind=short} p95'. */
  readonly name: string;
  readonly dimension: Dimension;
  readonly lowerIsBetter: boolean;
  /** False: told, but decides nothing. */
  readonly gated: boolean;
  readonly before: readonly (number | null)[];
  readonly after: readonly (number | null)[];
}

export interface GateRules {
  /** Of the whole gate: shared among the gated figures (Bonferroni), so that one more figure is not one more false alarm. */
  readonly confidence: number;
  /** A change by less than this share of the figure before is no change; of shares, a tenth of it in absolute terms. */
  readonly tolerance: number;
  /** A loss of this share must be outside the interval, else there is not enough data to say 'same'; of shares, a tenth as well. */
  readonly resolution: number;
  readonly leastPairs: number;
}

export const GATE_RULES: GateRules = { confidence: 0.95, tolerance: 0.01, resolution: 0.1, leastPairs: 5 };

export interface FigureChange {
  readonly name: string;
  readonly dimension: Dimension;
  readonly gated: boolean;
  readonly lowerIsBetter: boolean;
  readonly before: number | null;
  readonly after: number | null;
  /** after − before; null where it could not be computed. */
  readonly change: Interval | null;
  readonly verdict: ChangeVerdict;
  readonly why: string;
}

export interface Change {
  readonly schema: 'surgelab.change/1';
  readonly verdict: ChangeVerdict;
  readonly why: string;
  readonly rules: GateRules;
  readonly figures: readonly FigureChange[];
}

const meanOf = (values: readonly (number | null)[]): number | null => mean(values.filter((v) => v !== null));

/**
 * What counts as a change of a figure: relative, but for shares (attainment 0.99: 1 % of it would be a doubling of the
 * misses) a tenth of the number in absolute terms, 0.1 and 1 percentage points by default.
 */
const scaleOf = ({ dimension }: PairedFigure, before: number): number =>
  dimension === 'share' ? 0.1 : Math.abs(before);

const judge = (
  figure: PairedFigure,
  change: Interval,
  before: number,
  rules: GateRules,
): readonly [ChangeVerdict, string] => {
  // Seen as a loss: positive is worse.
  const [low, high] = figure.lowerIsBetter ? [change.low, change.high] : [-change.high, -change.low];
  const scale = scaleOf(figure, before);
  const slack = rules.tolerance * scale;
  const percent = +(100 * rules.resolution).toPrecision(3);
  const resolved = figure.dimension === 'share' ? `${percent / 10} pp` : `${percent} %`;
  if (low > slack) return ['worse', 'the whole interval is on the worse side'];
  if (high < -slack) return ['better', 'the whole interval is on the better side'];
  return high <= Math.max(rules.resolution * scale, slack)
    ? ['same', `not worse by more than ${resolved}`]
    : ['not-enough-data', `a loss of ${resolved} could hide in the interval: more seeds are needed`];
};

const changeOf = (figure: PairedFigure, confidence: number, rules: GateRules, rng: Rng): FigureChange => {
  const pairs = figure.before.flatMap((value, i) => {
    const other = figure.after[i] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  const common = {
    name: figure.name,
    dimension: figure.dimension,
    gated: figure.gated,
    lowerIsBetter: figure.lowerIsBetter,
    before: meanOf(figure.before),
    after: meanOf(figure.after),
  };
  const missing = figure.before.length - pairs.length;
  if (pairs.length < rules.leastPairs || missing > figure.before.length / 2) {
    const all = figure.before.length;
    const why = `${pairs.length} of ${all} ${all === 1 ? 'pair' : 'pairs'} ${pairs.length === 1 || all === 1 ? 'has' : 'have'} this figure, ${rules.leastPairs} are needed`;
    return { ...common, change: null, verdict: 'not-enough-data', why };
  }
  const before = pairs.map(([value]) => value);
  const after = pairs.map(([, value]) => value);
  const interval = pairedDifference(before, after, rng, expandedConfidence(pairs.length, confidence))!;
  const change = { ...interval, confidence };
  const [verdict, why] = judge(figure, change, mean(before)!, rules);
  return { ...common, change, verdict, why };
};

const summary = (figures: readonly FigureChange[]): readonly [ChangeVerdict, string] => {
  const of = (verdict: ChangeVerdict): readonly string[] =>
    figures.filter((f) => f.gated && f.verdict === verdict).map((f) => f.name);
  const gated = figures.filter((f) => f.gated);
  if (gated.length === 0) return ['not-enough-data', 'nothing is gated: the scenario has no objective'];
  if (of('worse').length > 0) return ['worse', `${of('worse').join(', ')} got worse`];
  if (of('not-enough-data').length > 0)
    return ['not-enough-data', `nothing can be said of ${of('not-enough-data').join(', ')}`];
  if (of('better').length > 0) return ['better', `${of('better').join(', ')} got better, and nothing worse`];
  return ['same', `no change in ${gated.length === 1 ? 'the gated figure' : `the ${gated.length} gated figures`}`];
};

/** @param rng resamples the pairs */
export const compareSets = (figures: readonly PairedFigure[], rng: Rng, rules: GateRules = GATE_RULES): Change => {
  const shared = 1 - (1 - rules.confidence) / Math.max(1, figures.filter((f) => f.gated).length);
  const changes = figures.map((figure) => changeOf(figure, figure.gated ? shared : rules.confidence, rules, rng));
  const [verdict, why] = summary(changes);
  return { schema: 'surgelab.change/1', verdict, why, rules, figures: changes };
};
