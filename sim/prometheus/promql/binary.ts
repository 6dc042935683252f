// Binary operators between scalars and instant vectors: which elements match, which labels the result has, what is
// kept. Matching rules follow the engine of both versions, errors in its words.

import { isComparison, isSet, type Binary, type BinaryOp, type Matching } from './ast.ts';
import { cutMetric, dropLabels, labelCut, setLabel, type LabelCut, type Metric } from './metric.ts';
import { goPow } from './numeric.ts';
import { EMPTY_VECTOR, EvaluationError, type Vector } from './value.ts';
import type { VersionRules } from './version.ts';

const ARITHMETIC: { readonly [O in Exclude<BinaryOp, 'and' | 'or' | 'unless'>]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': goPow,
  atan2: Math.atan2,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
};

type ValueOp = keyof typeof ARITHMETIC;

/** Arithmetic, or 1 and 0 for a comparison. */
export const scalarOp = (op: ValueOp): ((a: number, b: number) => number) => ARITHMETIC[op];

const DEFAULT_MATCHING: Matching = { cardinality: 'one-to-one', on: false, labels: [], include: [] };

/** An element without its metric name; it collides with another only if names differed (see `refuseDuplicates`). */
const withoutName = (metric: Metric, rules: VersionRules): Metric =>
  metric.derive(`drop-name:${rules.version}`, (labels) => dropLabels(labels, rules.reservedLabels));

/** Two elements with equal labels fail the query. Only possible where metric names were dropped or labels changed. */
export const refuseDuplicates = (vector: Vector): Vector => {
  const keys = new Set<string>();
  for (const metric of vector.metrics) keys.add(metric.key);
  if (keys.size < vector.metrics.length)
    throw new EvaluationError('vector cannot contain metrics with the same labelset');
  return vector;
};

/** Drops all names and refuses the duplicates that may come of it. */
export const namesDropped = (metrics: readonly Metric[], values: readonly number[], rules: VersionRules): Vector => {
  const first = metrics[0]?.name;
  const vector = { metrics: metrics.map((metric) => withoutName(metric, rules)), values };
  return metrics.every((metric) => metric.name === first) ? vector : refuseDuplicates(vector);
};

/** vector op scalar, or scalar op vector where `scalarFirst`. A filter keeps the vector's value on either side. */
export const vectorScalar = (
  e: Binary,
  rules: VersionRules,
  scalarFirst: boolean,
): ((vector: Vector, scalar: number) => Vector) => {
  const op = e.op as ValueOp;
  const apply = ARITHMETIC[op];
  const compute = scalarFirst ? (v: number, s: number) => apply(s, v) : apply;
  if (!isComparison(op) || e.returnBool)
    return (vector, scalar) =>
      namesDropped(
        vector.metrics,
        vector.values.map((value) => compute(value, scalar)),
        rules,
      );
  return (vector, scalar) => {
    const metrics: Metric[] = [];
    const values: number[] = [];
    for (const [i, value] of vector.values.entries()) {
      if (compute(value, scalar) === 0) continue;
      metrics.push(vector.metrics[i]!);
      values.push(value);
    }
    return { metrics, values };
  };
};

const matchCut = (matching: Matching): LabelCut =>
  matching.on ? labelCut(true, matching.labels) : labelCut(false, [...matching.labels, '__name__']);

const describe = (metric: Metric): string => {
  const pairs = Object.keys(metric.labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(metric.labels[name])}`);
  return `{${pairs.join(', ')}}`;
};

/** and, or, unless: elements are told apart by the matching labels only. */
const setOperator = (e: Binary): ((left: Vector, right: Vector) => Vector) => {
  const cut = matchCut(e.clause ?? DEFAULT_MATCHING);
  const keysOf = (vector: Vector) => vector.metrics.map((metric) => cutMetric(metric, cut).key);
  const pick = (vector: Vector, keep: (key: string) => boolean): Vector => {
    const keys = keysOf(vector);
    return {
      metrics: vector.metrics.filter((_, i) => keep(keys[i]!)),
      values: vector.values.filter((_, i) => keep(keys[i]!)),
    };
  };
  return (left, right) => {
    if (e.op === 'and' && (left.metrics.length === 0 || right.metrics.length === 0)) return EMPTY_VECTOR;
    const other = new Set(keysOf(e.op === 'or' ? left : right));
    if (e.op === 'and') return pick(left, (key) => other.has(key));
    if (e.op === 'unless') return pick(left, (key) => !other.has(key));
    const added = pick(right, (key) => !other.has(key));
    return refuseDuplicates({
      metrics: [...left.metrics, ...added.metrics],
      values: [...left.values, ...added.values],
    });
  };
};

/** vector op vector, one-to-one or with group_left / group_right. */
const vectorVector = (e: Binary, rules: VersionRules): ((left: Vector, right: Vector) => Vector) => {
  const op = e.op as ValueOp;
  const apply = ARITHMETIC[op];
  const matching = e.clause ?? DEFAULT_MATCHING;
  const cut = matchCut(matching);
  const filters = isComparison(op) && !e.returnBool;
  const swapped = matching.cardinality === 'one-to-many';
  const oneToOne = matching.cardinality === 'one-to-one';
  const resultCut = labelCut(matching.on, matching.labels);

  const resultMetric = (many: Metric, one: Metric): Metric => {
    let metric = many;
    if (!filters) metric = withoutName(metric, rules);
    if (oneToOne) metric = cutMetric(metric, resultCut);
    for (const name of matching.include) {
      const value = one.labels[name] ?? '';
      metric = metric.derive(`set:${name}\u0001${value}`, (labels) => setLabel(labels, name, value));
    }
    return metric;
  };

  return (left, right) => {
    if (left.metrics.length === 0 || right.metrics.length === 0) return EMPTY_VECTOR;
    const [many, one] = swapped ? [right, left] : [left, right];
    const oneByKey = new Map<string, number>();
    for (const [i, metric] of one.metrics.entries()) {
      const key = cutMetric(metric, cut);
      const twin = oneByKey.get(key.key);
      if (twin !== undefined)
        throw new EvaluationError(
          `found duplicate series for the match group ${describe(key)} on the ${swapped ? 'left' : 'right'} ` +
            `hand-side of the operation: [${describe(metric)}, ${describe(one.metrics[twin]!)}];` +
            'many-to-many matching not allowed: matching labels must be unique on one side',
        );
      oneByKey.set(key.key, i);
    }
    const metrics: Metric[] = [];
    const values: number[] = [];
    const matched = new Set<string>();
    for (const [i, metric] of many.metrics.entries()) {
      const key = cutMetric(metric, cut).key;
      const j = oneByKey.get(key);
      if (j === undefined) continue;
      const a = swapped ? one.values[j]! : many.values[i]!;
      const b = swapped ? many.values[i]! : one.values[j]!;
      const value = apply(a, b);
      const kept = !filters || value !== 0;
      if (!kept && !rules.duplicateMatchBeforeFilter) continue;
      const result = resultMetric(metric, one.metrics[j]!);
      const seen = oneToOne ? key : `${key}\u0003${result.key}`;
      if (matched.has(seen))
        throw new EvaluationError(
          oneToOne
            ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
            : 'multiple matches for labels: grouping labels must ensure unique matches',
        );
      matched.add(seen);
      if (!kept) continue;
      metrics.push(result);
      values.push(filters ? a : value);
    }
    return refuseDuplicates({ metrics, values });
  };
};

/** The operator of two vectors. */
export const vectorOperator = (e: Binary, rules: VersionRules): ((left: Vector, right: Vector) => Vector) =>
  isSet(e.op) ? setOperator(e) : vectorVector(e, rules);
