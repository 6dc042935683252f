// What an evaluation carries along, and the three kinds of plan that a checked expression is turned into. A plan is
// made once per query; it may keep what it derived from the store's series, never a result.

import type { SampleStore } from '../store.ts';
import type { Metric } from './metric.ts';
import type { Vector } from './value.ts';
import type { TimeAnchor } from './ast.ts';

export interface Context {
  readonly store: SampleStore;
  /** Time of this step, whole Unix milliseconds. Inside a subquery it moves. */
  readonly atMillis: number;
  /** Time of the query itself, which `@ start()` and `@ end()` mean. */
  readonly queryMillis: number;
  readonly lookbackMillis: number;
}

/** Live samples [from, to) of one series inside a range; no stale markers, at least one sample. */
export interface Window {
  times: Float64Array;
  values: Float64Array;
  from: number;
  to: number;
}

/** The two ends of a range, after offset and anchor. */
export interface RangeBounds {
  readonly startMillis: number;
  readonly endMillis: number;
}

export type VectorPlan = (context: Context) => Vector;
export type ScalarPlan = (context: Context) => number;
export interface RangePlan {
  readonly bounds: (context: Context) => RangeBounds;
  /** Calls `visit` for every series with samples in the range; the window is only valid during the call. */
  readonly visit: (context: Context, visit: (metric: Metric, window: Window) => void) => void;
}

/** The time that a selector or subquery with this anchor and offset looks at. */
export const referenceMillis = (anchor: TimeAnchor | undefined, offsetMillis: number, context: Context): number => {
  const base = anchor === undefined ? context.atMillis : anchor.kind === 'time' ? anchor.millis : context.queryMillis;
  return base - offsetMillis;
};
