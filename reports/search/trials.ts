// What is known of each point: its cost on the first n seeds, in the order of the seeds, so that any two points can be
// compared pair by pair on the seeds that both have.

import { mean } from '../stats/quantile.ts';
import type { Point } from './space.ts';
import { keyOf } from './space.ts';

export interface Trial {
  readonly point: Point;
  /** Place in the list of seeds. */
  readonly seed: number;
}

/** Costs of the trials, in their order; whoever evaluates decides how many run at once. */
export type Evaluate = (trials: readonly Trial[]) => Promise<readonly number[]>;

export class Trials {
  readonly points = new Map<string, Point>();
  private readonly costs = new Map<string, number[]>();
  private readonly evaluate: Evaluate;
  /** Simulations asked for so far. */
  used = 0;

  constructor(evaluate: Evaluate) {
    this.evaluate = evaluate;
  }

  /** Cost per seed, from the first seed on; empty for a point that was never tried. */
  costsOf(point: Point): readonly number[] {
    return this.costs.get(keyOf(point)) ?? [];
  }

  /** How many simulations it takes until all of `points` have `seeds` seeds. */
  missing(points: readonly Point[], seeds: number): number {
    return points.reduce((sum, point) => sum + Math.max(0, seeds - this.costsOf(point).length), 0);
  }

  /** Runs what is missing until all of `points` have `seeds` seeds, in one batch. */
  async raise(points: readonly Point[], seeds: number): Promise<void> {
    const trials = points.flatMap((point): Trial[] => {
      const from = this.costsOf(point).length;
      return Array.from({ length: Math.max(0, seeds - from) }, (_, i) => ({ point, seed: from + i }));
    });
    if (trials.length === 0) return;
    const costs = await this.evaluate(trials);
    this.used += trials.length;
    trials.forEach(({ point }, i) => {
      const key = keyOf(point);
      this.points.set(key, point);
      const known = this.costs.get(key) ?? [];
      known.push(costs[i]!);
      this.costs.set(key, known);
    });
  }

  /** cost(point) − cost(other) on each seed that both have. */
  differences(point: Point, other: Point): readonly number[] {
    const [a, b] = [this.costsOf(point), this.costsOf(other)];
    return Array.from({ length: Math.min(a.length, b.length) }, (_, i) => a[i]! - b[i]!);
  }

  /** Mean difference to `other` over the seeds that both have; Infinity if there is none. */
  meanDifference(point: Point, other: Point): number {
    return mean(this.differences(point, other)) ?? Infinity;
  }
}

/** Standard error of the mean; Infinity below two values. */
export const standardError = (values: readonly number[]): number => {
  const n = values.length;
  if (n < 2) return Infinity;
  const centre = mean(values)!;
  const variance = values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (n - 1);
  return Math.sqrt(variance / n);
};
