// Aggregations over an instant vector: groups in the order of their first element, arithmetic per version
// (golden/promql/README.md). topk and bottomk keep whole elements, count_values makes a label of the value.

import type { Aggregate, AggregateOp } from './ast.ts';
import type { ScalarPlan, VectorPlan } from './context.ts';
import { cutMetric, EMPTY_METRIC, labelCut, setLabel, type LabelCut, type Metric } from './metric.ts';
import { CompensatedSum, dividedMean, plainDecimal, quantile, runningMean } from './numeric.ts';
import { bottomOrder, KeepBest, topOrder } from './order.ts';
import { EvaluationError, type Vector } from './value.ts';
import type { VersionRules } from './version.ts';

/** From the values of one group, at least one, to its value. */
type Fold = (values: readonly number[], rules: VersionRules, param: number) => number;

const sum: Fold = (values, rules) => {
  if (!rules.sumCompensated) {
    let total = values[0]!;
    for (let i = 1; i < values.length; i++) total += values[i]!;
    return total;
  }
  const acc = new CompensatedSum();
  acc.sum = values[0]!;
  for (let i = 1; i < values.length; i++) acc.add(values[i]!);
  return acc.sum + acc.c;
};

const variance: Fold = (values, rules) => {
  let mean = values[0]!;
  let aux = Number.isFinite(mean) || rules.spreadOfNonFinite === 'zero' ? 0 : NaN;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    const delta = value - mean;
    mean += delta / (i + 1);
    aux += delta * (value - mean);
  }
  return aux / values.length;
};

const best =
  (beats: (a: number, b: number) => boolean): Fold =>
  (values) => {
    let kept = values[0]!;
    for (const value of values) if (beats(value, kept) || Number.isNaN(kept)) kept = value;
    return kept;
  };

const FOLDS: { readonly [O in Exclude<AggregateOp, 'topk' | 'bottomk' | 'count_values'>]: Fold } = {
  sum,
  avg: (values, rules) => (rules.mean === 'divided' ? dividedMean : runningMean)(values, 0, values.length),
  count: (values) => values.length,
  group: () => 1,
  min: best((a, b) => a < b),
  max: best((a, b) => a > b),
  stdvar: variance,
  stddev: (values, rules) => Math.sqrt(variance(values, rules, NaN)),
  quantile: (values, rules, q) => quantile(q, Float64Array.from(values), rules),
};

const MAX_INT64 = 2 ** 63;

/** k of topk and bottomk. Go converts it to an int64; what does not fit fails the query. */
const wholeCount = (param: number): number => {
  if (Number.isNaN(param) || param >= MAX_INT64 || param < -MAX_INT64)
    throw new EvaluationError(`Scalar value ${plainDecimal(param)} overflows int64`);
  return Math.trunc(param);
};

const groups = <G>(vector: Vector, cut: LabelCut, make: (metric: Metric) => G): { of: G[]; all: G[] } => {
  const byKey = new Map<string, G>();
  const of: G[] = [];
  for (const metric of vector.metrics) {
    const cutDown = cutMetric(metric, cut);
    let group = byKey.get(cutDown.key);
    if (group === undefined) {
      group = make(cutDown);
      byKey.set(cutDown.key, group);
    }
    of.push(group);
  }
  return { of, all: [...byKey.values()] };
};

interface FoldGroup {
  readonly metric: Metric;
  readonly values: number[];
}

const foldGroups = (vector: Vector, cut: LabelCut, fold: (values: readonly number[]) => number): Vector => {
  if (vector.metrics.length === 0) return vector;
  if (cut.keep && cut.names.length === 0) return { metrics: [EMPTY_METRIC], values: [fold(vector.values)] };
  const { of, all } = groups(vector, cut, (metric): FoldGroup => ({ metric, values: [] }));
  for (const [i, group] of of.entries()) group.values.push(vector.values[i]!);
  return { metrics: all.map((g) => g.metric), values: all.map((g) => fold(g.values)) };
};

/** The plan of `expr` once its operand and parameter have theirs. `text` is the label name of count_values. */
export const planAggregate = (
  expr: Aggregate,
  operand: VectorPlan,
  param: ScalarPlan | undefined,
  text: string | undefined,
  rules: VersionRules,
): VectorPlan => {
  const { op } = expr;
  const cut = expr.without ? labelCut(false, [...expr.labels, ...rules.reservedLabels]) : labelCut(true, expr.labels);

  if (op === 'count_values') {
    const label = text!;
    const valid = rules.utf8Names ? label !== '' : /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label);
    const byValue = expr.without ? cut : labelCut(true, [...expr.labels, label]);
    return (context) => {
      if (!valid) throw new EvaluationError(`invalid label name ${JSON.stringify(label)}`);
      const vector = operand(context);
      const metrics = vector.metrics.map((metric, i) => {
        const value = plainDecimal(vector.values[i]!);
        return metric.derive(`value:${label}\u0001${value}`, (labels) => setLabel(labels, label, value));
      });
      return foldGroups({ metrics, values: vector.values }, byValue, (values) => values.length);
    };
  }
  if (op === 'topk' || op === 'bottomk') {
    const order = op === 'topk' ? topOrder : bottomOrder;
    return (context) => {
      const vector = operand(context);
      if (vector.metrics.length === 0) return vector;
      const k = Math.min(wholeCount(param!(context)), vector.metrics.length);
      if (k < 1) return { metrics: [], values: [] };
      const { of, all } = groups(vector, cut, () => new KeepBest(k, order, vector.values));
      for (const [i, group] of of.entries()) group.offer(i);
      const kept = all.flatMap((group) => group.sorted());
      return { metrics: kept.map((i) => vector.metrics[i]!), values: kept.map((i) => vector.values[i]!) };
    };
  }
  const fold = FOLDS[op];
  return (context) => {
    const vector = operand(context);
    const value = vector.metrics.length === 0 || param === undefined ? NaN : param(context);
    return foldGroups(vector, cut, (values) => fold(values, rules, value));
  };
};
