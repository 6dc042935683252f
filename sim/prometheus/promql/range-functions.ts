// Functions over the samples of one series in a range, one number out, or undefined where there is no element.
// Formulas: metrics-path.md 1.6; arithmetic per version from golden/promql. Windows have at least one sample.

import type { RangeBounds, Window } from './context.ts';
import { CompensatedSum, compensatedVariance, dividedMean, quantile, runningCompensatedMean } from './numeric.ts';
import type { VersionRules } from './version.ts';

export interface RangeCall {
  readonly bounds: RangeBounds;
  readonly rules: VersionRules;
  /** Time of the evaluation, Unix milliseconds. */
  readonly atMillis: number;
  /** The scalar argument (quantile, seconds to predict), NaN where there is none. */
  readonly scalar: number;
}

export type RangeFunction = (window: Window, call: RangeCall) => number | undefined;

/**
 * rate, increase, delta. Let `spacing` be the mean distance of the samples. On each side the sampled span is extended
 * to the edge if that is nearer than 1.1 spacings, else by half a spacing; on the left a counter is never extended
 * past the point where its line reaches zero.
 */
const extrapolated =
  (isCounter: boolean, perSecond: boolean): RangeFunction =>
  ({ times, values, from, to }, { bounds }) => {
    if (to - from < 2) return undefined;
    const firstValue = values[from]!;
    let increase = values[to - 1]! - firstValue;
    if (isCounter) {
      let previous = firstValue;
      for (let i = from + 1; i < to; i++) {
        const value = values[i]!;
        if (value < previous) increase += previous;
        previous = value;
      }
    }
    const sampled = (times[to - 1]! - times[from]!) / 1000;
    const spacing = sampled / (to - from - 1);
    const threshold = spacing * 1.1;
    let left = (times[from]! - bounds.startMillis) / 1000;
    let right = (bounds.endMillis - times[to - 1]!) / 1000;
    const toZero = isCounter && increase > 0 && firstValue >= 0 ? sampled * (firstValue / increase) : Infinity;
    if (left >= threshold) left = spacing / 2;
    if (toZero < left) left = toZero;
    if (right >= threshold) right = spacing / 2;
    let factor = (sampled + left + right) / sampled;
    if (perSecond) factor /= (bounds.endMillis - bounds.startMillis) / 1000;
    return increase * factor;
  };

/** irate, idelta: from the last two samples. */
const lastTwo =
  (isRate: boolean): RangeFunction =>
  ({ times, values, from, to }) => {
    if (to - from < 2) return undefined;
    const last = values[to - 1]!;
    const previous = values[to - 2]!;
    const change = isRate && last < previous ? last : last - previous;
    return isRate ? change / ((times[to - 1]! - times[to - 2]!) / 1000) : change;
  };

/** Least-squares line through the samples: its slope per second and its value at `originMillis`. */
const regression = (
  { times, values, from, to }: Window,
  originMillis: number,
  rules: VersionRules,
): { slope: number; value: number } => {
  const first = values[from]!;
  let constant = true;
  const x = new CompensatedSum(rules.compensationForgotten);
  const y = new CompensatedSum(rules.compensationForgotten);
  const xy = new CompensatedSum(rules.compensationForgotten);
  const xx = new CompensatedSum(rules.compensationForgotten);
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (value !== first && i > from) constant = false;
    const seconds = (times[i]! - originMillis) / 1000;
    x.add(seconds);
    y.add(value);
    xy.add(seconds * value);
    xx.add(seconds * seconds);
  }
  if (constant) return Math.abs(first) === Infinity ? { slope: NaN, value: NaN } : { slope: 0, value: first };
  const n = to - from;
  const sumX = x.sum + x.c;
  const sumY = y.sum + y.c;
  const slope = (xy.sum + xy.c - (sumX * sumY) / n) / (xx.sum + xx.c - (sumX * sumX) / n);
  return { slope, value: sumY / n - (slope * sumX) / n };
};

/** The value that no other beats; a NaN is beaten by anything. */
const best =
  (beats: (a: number, b: number) => boolean): RangeFunction =>
  ({ values, from, to }) => {
    let kept = values[from]!;
    for (let i = from + 1; i < to; i++) if (beats(values[i]!, kept) || Number.isNaN(kept)) kept = values[i]!;
    return kept;
  };

const countSteps =
  (counts: (previous: number, value: number) => boolean): RangeFunction =>
  ({ values, from, to }) => {
    let n = 0;
    for (let i = from + 1; i < to; i++) if (counts(values[i - 1]!, values[i]!)) n += 1;
    return n;
  };

export const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ['rate', extrapolated(true, true)],
  ['increase', extrapolated(true, false)],
  ['delta', extrapolated(false, false)],
  ['irate', lastTwo(true)],
  ['idelta', lastTwo(false)],
  ['deriv', (w, { rules }) => (w.to - w.from < 2 ? undefined : regression(w, w.times[w.from]!, rules).slope)],
  [
    'predict_linear',
    (w, { atMillis, scalar, rules }) => {
      if (w.to - w.from < 2) return undefined;
      const { slope, value } = regression(w, atMillis, rules);
      return slope * scalar + value;
    },
  ],
  ['resets', countSteps((previous, value) => value < previous)],
  ['changes', countSteps((previous, value) => value !== previous && !(Number.isNaN(value) && Number.isNaN(previous)))],
  [
    'avg_over_time',
    ({ values, from, to }, { rules }) =>
      (rules.mean === 'divided' ? dividedMean : runningCompensatedMean)(values, from, to),
  ],
  [
    'sum_over_time',
    ({ values, from, to }) => {
      const acc = new CompensatedSum();
      for (let i = from; i < to; i++) acc.add(values[i]!);
      return acc.total;
    },
  ],
  ['count_over_time', ({ from, to }) => to - from],
  ['present_over_time', () => 1],
  ['last_over_time', ({ values, to }) => values[to - 1]],
  ['min_over_time', best((a, b) => a < b)],
  ['max_over_time', best((a, b) => a > b)],
  ['stddev_over_time', ({ values, from, to }, { rules }) => Math.sqrt(compensatedVariance(values, from, to, rules))],
  ['stdvar_over_time', ({ values, from, to }, { rules }) => compensatedVariance(values, from, to, rules)],
  ['quantile_over_time', ({ values, from, to }, { rules, scalar }) => quantile(scalar, values.slice(from, to), rules)],
]);
