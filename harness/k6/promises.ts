// Which objectives of a scenario a k6 run can judge by itself: shares of calls over the whole run, as thresholds of a Rate
// each. A quantile below a bound is a share of calls within it, and a call without an answer is outside, which k6's own
// percentiles would leave out. Windows, load steps, cost and metrics are judged from a run folder only.

import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { Objective } from '../../reports/gate/parse.ts';
import type { ScriptPromise } from './script-data.ts';

export interface Promises {
  readonly judged: readonly ScriptPromise[];
  /** Texts of the objectives that k6 cannot judge. */
  readonly left: readonly string[];
}

const promiseOf = (objective: Objective): ScriptPromise | null => {
  const { text, figure, filter, quantile, comparator, bound } = objective;
  const kind = filter.kind === null ? null : REQUEST_KINDS.indexOf(filter.kind);
  const calls = { text, kind, stream: filter.stream };
  const isUpper = comparator === '<=' || comparator === '<';
  if (figure === 'attainment' && filter.withinSeconds !== null && !isUpper)
    return { ...calls, of: 'judged', withinMillis: filter.withinSeconds * 1000, least: bound };
  if ((figure === 'latency' || figure === 'lag') && quantile !== null && isUpper)
    return { ...calls, of: figure, withinMillis: bound * 1000, least: quantile };
  return null;
};

/**
 * @example promisesOf(parseObjectives(['latency{kind=short} p95 <= 2s'])).judged
 * // [{ text: 'latency{kind=short} p95 <= 2s', kind: 0, stream: null, of: 'latency', withinMillis: 2000, least: 0.95 }]
 */
export const promisesOf = (objectives: readonly Objective[]): Promises => {
  const all = objectives.map((objective) => ({ text: objective.text, promise: promiseOf(objective) }));
  return {
    judged: all.flatMap(({ promise }) => (promise === null ? [] : [promise])),
    left: all.flatMap(({ text, promise }) => (promise === null ? [text] : [])),
  };
};
