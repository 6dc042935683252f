// What a query gives. Vectors inside an evaluation are two parallel columns (metrics, values), so that no object per
// element is made on the way; the answer that leaves is plain data.

import type { Labels } from '../store.ts';
import type { Metric } from './metric.ts';

export interface VectorElement {
  readonly labels: Labels;
  readonly value: number;
}

export interface MatrixSeries {
  readonly labels: Labels;
  /** [Unix milliseconds, value], times increasing. */
  readonly points: readonly (readonly [number, number])[];
}

/** The answer to an instant query. Elements are in the engine's order; `error` is a failure at evaluation time. */
export type QueryValue =
  | { readonly kind: 'vector'; readonly elements: readonly VectorElement[] }
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'matrix'; readonly series: readonly MatrixSeries[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'error'; readonly message: string };

/** An instant vector in columns: element i is metrics[i] with values[i]. */
export interface Vector {
  readonly metrics: readonly Metric[];
  readonly values: readonly number[];
}

export const EMPTY_VECTOR: Vector = { metrics: [], values: [] };

/** Thrown inside an evaluation, returned from it as `{ kind: 'error' }`. */
export class EvaluationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EvaluationError';
  }
}
