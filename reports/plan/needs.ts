// How many replicas a load needs: the offered load through the capacity curve, with growth, and with what must be spare for
// the load that comes while a new node is on its way. Pure arithmetic on step functions.

import { replicasFor } from '../score/demand.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import type { StepFunction } from '../stats/step-function.ts';
import { area, maximum, stepFunction, valueAt } from '../stats/step-function.ts';

/** Largest load per replica count, weight per second. */
export interface Capacity {
  readonly capacity: readonly number[];
}

export interface Needs {
  /** Replicas, never below 1. Peak: the most at any time. */
  readonly peak: number;
  /** Enough for 99 % of the time. */
  readonly p99: number;
  /** Fewest at any time. */
  readonly trough: number;
  readonly mean: number;
}

/** Live sessions over time, and how many of them one replica keeps up with. */
export interface SessionLoad {
  readonly open: StepFunction;
  readonly perReplica: number;
}

/** Replicas over time that carry `factor` times the load: the more of what the requests and what the sessions need. */
export const replicasOver = (
  load: StepFunction,
  factor: number,
  capacity: Capacity,
  sessions: SessionLoad | null = null,
): StepFunction => {
  const times = sessions === null ? load.at : [...new Set([...load.at, ...sessions.open.at])].sort((a, b) => a - b);
  return stepFunction(
    times.map((t) => {
      const requests = replicasFor(capacity, factor * valueAt(load, t));
      const live = sessions === null ? 0 : Math.ceil((factor * valueAt(sessions.open, t)) / sessions.perReplica);
      return [t, Math.max(1, requests, live)] as const;
    }),
  );
};

const GRID_MILLIS = 1000;

/** Values on a grid of 1 s over [from, to). */
const onGrid = (f: StepFunction, from: number, to: number): number[] =>
  Array.from({ length: Math.max(1, Math.floor((to - from) / GRID_MILLIS)) }, (_, i) =>
    valueAt(f, from + i * GRID_MILLIS),
  );

export const needsOf = (replicas: StepFunction, from: number, to: number): Needs => {
  const values = ascending(onGrid(replicas, from, to));
  return {
    peak: maximum(replicas, from, to),
    p99: quantile(values, 0.99, 'nearest-rank')!,
    trough: values[0]!,
    mean: area(replicas, from, to) / (to - from),
  };
};

/** The most by which the need rises within `leadMillis`: replicas whose nodes must be warm, since none can come in time. */
export const spareFor = (replicas: StepFunction, leadMillis: number, from: number, to: number): number => {
  let most = 0;
  for (let t = from; t < to; t += GRID_MILLIS) {
    const ahead = maximum(replicas, t, Math.min(to, t + leadMillis + GRID_MILLIS));
    most = Math.max(most, ahead - valueAt(replicas, t));
  }
  return most;
};
