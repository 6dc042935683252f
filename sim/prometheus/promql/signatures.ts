// Which functions and aggregations exist, and the types of their arguments. Experimental functions are off at default
// flags in both versions and native histograms are not stored here, so neither is listed: using one fails when the
// query is loaded.

import type { AggregateOp, ValueType } from './ast.ts';

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of the last arguments may be left out; -1: the last one may be given any number of times, or not at all. */
  readonly optional: number;
  readonly returns: 'scalar' | 'vector';
}

const vector = (...args: readonly ValueType[]): Signature => ({ args, optional: 0, returns: 'vector' });
const ONE: Signature = vector('vector');
const RANGE: Signature = vector('matrix');
const DATE: Signature = { args: ['vector'], optional: 1, returns: 'vector' };
const SCALAR: Signature = { args: [], optional: 0, returns: 'scalar' };

const named = (names: readonly string[], signature: Signature): [string, Signature][] =>
  names.map((name) => [name, signature]);

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...named(['abs', 'ceil', 'floor', 'exp', 'ln', 'log2', 'log10', 'sqrt', 'sgn', 'deg', 'rad'], ONE),
  ...named(['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'], ONE),
  ...named(['absent', 'sort', 'sort_desc', 'timestamp'], ONE),
  ...named(['rate', 'increase', 'irate', 'delta', 'idelta', 'deriv', 'resets', 'changes'], RANGE),
  ...named(['avg_over_time', 'sum_over_time', 'count_over_time', 'min_over_time', 'max_over_time'], RANGE),
  ...named(['stddev_over_time', 'stdvar_over_time', 'last_over_time', 'present_over_time', 'absent_over_time'], RANGE),
  ...named(['day_of_month', 'day_of_week', 'day_of_year', 'days_in_month', 'hour', 'minute', 'month', 'year'], DATE),
  ...named(['time', 'pi'], SCALAR),
  ['clamp', vector('vector', 'scalar', 'scalar')],
  ['clamp_max', vector('vector', 'scalar')],
  ['clamp_min', vector('vector', 'scalar')],
  ['histogram_quantile', vector('scalar', 'vector')],
  ['label_join', { args: ['vector', 'string', 'string', 'string'], optional: -1, returns: 'vector' }],
  ['label_replace', vector('vector', 'string', 'string', 'string', 'string')],
  ['predict_linear', vector('matrix', 'scalar')],
  ['quantile_over_time', vector('scalar', 'matrix')],
  ['round', { args: ['vector', 'scalar'], optional: 1, returns: 'vector' }],
  ['scalar', { args: ['vector'], optional: 0, returns: 'scalar' }],
  ['vector', vector('scalar')],
]);

/** The type of an aggregation's parameter; undefined where it takes none. */
export const AGGREGATE_PARAM: { readonly [O in AggregateOp]: 'scalar' | 'string' | undefined } = {
  sum: undefined,
  avg: undefined,
  count: undefined,
  min: undefined,
  max: undefined,
  group: undefined,
  stddev: undefined,
  stdvar: undefined,
  topk: 'scalar',
  bottomk: 'scalar',
  quantile: 'scalar',
  count_values: 'string',
};
