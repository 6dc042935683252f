// Instant queries: text to a compiled query, compiled query to an answer at a time. This is the surface that rules,
// the adapter and the conformance replay use; everything else in this folder is behind it.

import type { SampleStore } from '../store.ts';
import type { Expr, ValueType } from './ast.ts';
import { checkTypes } from './check.ts';
import type { Context } from './context.ts';
import { parseQuery } from './parse.ts';
import { Planner } from './plan.ts';
import { EvaluationError, type MatrixSeries, type QueryValue, type VectorElement } from './value.ts';
import { VERSION_RULES, type PrometheusVersion } from './version.ts';

export const DEFAULT_LOOKBACK_MILLIS = 300_000;

export interface CompiledQuery {
  readonly text: string;
  readonly version: PrometheusVersion;
  readonly expr: Expr;
  readonly type: ValueType;
  /** Prefer `evaluate`, which also turns failures into values. */
  readonly run: (context: Context) => QueryValue;
}

export interface EvaluateOptions {
  /** How old a sample an instant selector may still answer with. Default 300,000. */
  readonly lookbackMillis?: number;
}

/**
 * Parses, type-checks and prepares `text` as Prometheus `version` at default flags would.
 * Throws QUERY_INVALID naming the position and the offending part: bad syntax, wrong types, unknown or experimental
 * functions, expressions that do not compile. Compile once and evaluate often: matching series is remembered.
 *
 * @example evaluate(compileQuery('sum by (pod) (rate(asr_total_requests[1m]))', '2.53'), store, atMillis)
 */
export const compileQuery = (text: string, version: PrometheusVersion): CompiledQuery => {
  const expr = parseQuery(text, version);
  const type = checkTypes(expr, text);
  return { text, version, expr, type, run: runner(expr, type, version) };
};

const runner = (expr: Expr, type: ValueType, version: PrometheusVersion): ((context: Context) => QueryValue) => {
  const planner = new Planner(VERSION_RULES[version]);
  switch (type) {
    case 'string': {
      const value = expr.kind === 'string' ? expr.value : '';
      return () => ({ kind: 'string', value });
    }
    case 'scalar': {
      const plan = planner.scalar(expr);
      return (context) => ({ kind: 'scalar', value: plan(context) });
    }
    case 'vector': {
      const plan = planner.vector(expr);
      return (context) => {
        const { metrics, values } = plan(context);
        const elements: VectorElement[] = [];
        for (let i = 0; i < metrics.length; i++) elements.push({ labels: metrics[i]!.labels, value: values[i]! });
        return { kind: 'vector', elements };
      };
    }
    case 'matrix': {
      const plan = planner.range(expr);
      return (context) => {
        const series: (MatrixSeries & { readonly key: string })[] = [];
        plan.visit(context, ({ labels, key }, { times, values, from, to }) => {
          const points: (readonly [number, number])[] = [];
          for (let i = from; i < to; i++) points.push([times[i]!, values[i]!]);
          series.push({ labels, points, key });
        });
        // The engine hands out range vectors sorted by labels, unlike instant ones.
        series.sort((a, b) => (a.key < b.key ? -1 : 1));
        return { kind: 'matrix', series: series.map(({ labels, points }) => ({ labels, points })) };
      };
    }
  }
};

/**
 * The answer at `atMillis` (Unix milliseconds, cut to whole ones) over everything in `store` so far. Elements keep the
 * engine's order: creation order of the series for selectors, first element for groups. What Prometheus would answer
 * with an error is `{ kind: 'error' }`; an exception is a bug.
 */
export const evaluate = (
  query: CompiledQuery,
  store: SampleStore,
  atMillis: number,
  options: EvaluateOptions = {},
): QueryValue => {
  const at = Math.floor(atMillis);
  const lookbackMillis = options.lookbackMillis ?? DEFAULT_LOOKBACK_MILLIS;
  try {
    return query.run({ store, atMillis: at, queryMillis: at, lookbackMillis });
  } catch (error) {
    if (error instanceof EvaluationError) return { kind: 'error', message: error.message };
    throw error;
  }
};
