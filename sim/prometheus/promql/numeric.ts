// The floating-point rules of the query engine: compensated sums, means, quantiles, and the corner cases in which Go's
// math library differs from JavaScript's. Values only; labels and time are elsewhere.

import type { VersionRules } from './version.ts';

/**
 * A running sum with Neumaier's compensation: the result is `sum + c`. At an infinite sum the compensation is forgotten
 * (3.x), or becomes NaN (2.x), which shows where `sum + c` is taken even then.
 */
export class CompensatedSum {
  sum = 0;
  c = 0;
  private readonly forgets: boolean;

  constructor(forgetsAtInfinity = true) {
    this.forgets = forgetsAtInfinity;
  }

  add(value: number): void {
    const { sum } = this;
    const next = sum + value;
    if (this.forgets && (next === Infinity || next === -Infinity)) this.c = 0;
    else if (Math.abs(sum) >= Math.abs(value)) this.c += sum - next + value;
    else this.c += value - next + sum;
    this.sum = next;
  }

  get total(): number {
    return this.sum === Infinity || this.sum === -Infinity ? this.sum : this.sum + this.c;
  }
}

/** Mean of `values[from, to)`, at least one: compensated sum divided by the count, or a mean per step if the sum overflows. */
export const dividedMean = (values: ArrayLike<number>, from: number, to: number): number => {
  const acc = new CompensatedSum();
  acc.sum = values[from]!;
  let incremental = false;
  let count = 1;
  for (let i = from + 1; i < to; i++) {
    count += 1;
    const value = values[i]!;
    if (!incremental) {
      const { sum, c } = acc;
      acc.add(value);
      if (acc.sum !== Infinity && acc.sum !== -Infinity) continue;
      incremental = true;
      acc.sum = sum / (count - 1);
      acc.c = c / (count - 1);
    }
    const share = (count - 1) / count;
    acc.sum *= share;
    acc.c *= share;
    acc.add(value / count);
  }
  return incremental ? acc.sum + acc.c : acc.sum / count + acc.c / count;
};

/** True if an infinite mean stays as it is when `value` joins: same infinity, or a finite value. */
const keepsInfiniteMean = (mean: number, value: number): boolean =>
  (mean === Infinity || mean === -Infinity) && (value === mean || Number.isFinite(value));

/** avg of 2.53: a running mean without compensation. */
export const runningMean = (values: ArrayLike<number>, from: number, to: number): number => {
  let mean = values[from]!;
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!;
    const count = i - from + 1;
    if (!keepsInfiniteMean(mean, value)) mean += value / count - mean / count;
  }
  return mean;
};

/** avg_over_time of 2.53: a running mean with compensation. */
export const runningCompensatedMean = (values: ArrayLike<number>, from: number, to: number): number => {
  const acc = new CompensatedSum();
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    const count = i - from + 1;
    if (!keepsInfiniteMean(acc.sum, value)) acc.add(value / count - acc.sum / count);
  }
  return acc.total;
};

/** Population variance of `values[from, to)` by Welford's method with compensation. */
export const compensatedVariance = (
  values: ArrayLike<number>,
  from: number,
  to: number,
  rules: VersionRules,
): number => {
  const mean = new CompensatedSum(rules.compensationForgotten);
  const aux = new CompensatedSum(rules.compensationForgotten);
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    const delta = value - (mean.sum + mean.c);
    mean.add(delta / (i - from + 1));
    aux.add(delta * (value - (mean.sum + mean.c)));
  }
  return (aux.sum + aux.c) / (to - from);
};

/**
 * Linear-interpolation quantile (Prometheus: rank q*(n-1), weighted mean of its two neighbours) over any values.
 * NaN sorts below all numbers. q < 0 gives -Inf, q > 1 +Inf, NaN or no value NaN. Sorts `values` in place.
 */
export const quantile = (q: number, values: Float64Array, rules: VersionRules): number => {
  const n = values.length;
  if (n === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  values.sort();
  // Float64Array.sort puts NaN last; here NaN is the smallest.
  let nans = 0;
  while (nans < n && Number.isNaN(values[n - 1 - nans])) nans += 1;
  const at = (i: number): number => (i < nans ? NaN : values[i - nans]!);
  const rank = q * (n - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(n - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  if (rules.quantileExactRank && weight === 0) return at(lower);
  return at(lower) * (1 - weight) + at(upper) * weight;
};

/** math.Max of Go: +Inf beats NaN. */
export const goMax = (a: number, b: number): number => (a === Infinity || b === Infinity ? Infinity : Math.max(a, b));
/** math.Min of Go: -Inf beats NaN. */
export const goMin = (a: number, b: number): number =>
  a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
/** math.Pow of Go: 1^NaN and (-1)^±Inf are 1. */
export const goPow = (a: number, b: number): number =>
  a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b;

/** The shortest decimal that reads back as the same number, without an exponent (Go's 'f', -1). */
export const plainDecimal = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign, whole, fraction = '', exponent] = parts;
  const digits = `${whole!}${fraction}`;
  const point = whole!.length + Number(exponent);
  if (point <= 0) return `${sign!}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign!}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign!}${digits.slice(0, point)}.${digits.slice(point)}`;
};
