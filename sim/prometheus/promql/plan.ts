// A checked expression to functions of (store, time). Each plan is built once per query, so that matchers, label cuts
// and regular expressions are prepared before the first evaluation.

import type { Binary, Call, Expr, Subquery } from './ast.ts';

import { planAggregate } from './aggregate.ts';
import { namesDropped, scalarOp, vectorOperator, vectorScalar } from './binary.ts';
import { typeOf } from './check.ts';
import {
  referenceMillis,
  type Context,
  type RangePlan,
  type ScalarPlan,
  type VectorPlan,
  type Window,
} from './context.ts';
import { absentMetric, planVectorFunction } from './functions.ts';
import type { Metric } from './metric.ts';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import { planRange, planSelector } from './select.ts';
import { EMPTY_VECTOR } from './value.ts';
import type { VersionRules } from './version.ts';

/** The only range function that keeps the metric name. */
const KEEPS_NAME = 'last_over_time';

export class Planner {
  private readonly rules: VersionRules;

  constructor(rules: VersionRules) {
    this.rules = rules;
  }

  /** Plan of an expression of type scalar. */
  scalar(expr: Expr): ScalarPlan {
    switch (expr.kind) {
      case 'number':
        return () => expr.value;
      case 'unary': {
        const inner = this.scalar(expr.expr);
        return expr.op === '-' ? (context) => -inner(context) : inner;
      }
      case 'binary': {
        const [left, right] = [this.scalar(expr.left), this.scalar(expr.right)];
        const apply = scalarOp(expr.op as Parameters<typeof scalarOp>[0]);
        return (context) => apply(left(context), right(context));
      }
      case 'call':
        if (expr.name === 'pi') return () => Math.PI;
        if (expr.name === 'time') return ({ atMillis }) => atMillis / 1000;
        return this.scalarOfVector(expr);
      default:
        throw new TypeError(`not a scalar: ${expr.kind}`);
    }
  }

  private scalarOfVector(call: Call): ScalarPlan {
    const operand = this.vector(call.args[0]!);
    return (context) => {
      const { values } = operand(context);
      return values.length === 1 ? values[0]! : NaN;
    };
  }

  /** Plan of an expression of type instant vector. */
  vector(expr: Expr): VectorPlan {
    switch (expr.kind) {
      case 'selector':
        return planSelector(expr, this.rules);
      case 'unary': {
        const inner = this.vector(expr.expr);
        if (expr.op === '+') return inner;
        return (context) => {
          const { metrics, values } = inner(context);
          return namesDropped(
            metrics,
            values.map((value) => -value),
            this.rules,
          );
        };
      }
      case 'binary':
        return this.binary(expr);
      case 'call':
        return this.call(expr);
      case 'aggregate': {
        const param = expr.param?.kind === 'string' ? undefined : expr.param;
        const label = expr.param?.kind === 'string' ? expr.param.value : undefined;
        return planAggregate(
          expr,
          this.vector(expr.expr),
          param === undefined ? undefined : this.scalar(param),
          label,
          this.rules,
        );
      }
      default:
        throw new TypeError(`not an instant vector: ${expr.kind}`);
    }
  }

  private binary(e: Binary): VectorPlan {
    if (typeOf(e.left) === 'vector' && typeOf(e.right) === 'vector') {
      const [left, right] = [this.vector(e.left), this.vector(e.right)];
      const combine = vectorOperator(e, this.rules);
      return (context) => combine(left(context), right(context));
    }
    const scalarFirst = typeOf(e.left) === 'scalar';
    const vector = this.vector(scalarFirst ? e.right : e.left);
    const scalar = this.scalar(scalarFirst ? e.left : e.right);
    const combine = vectorScalar(e, this.rules, scalarFirst);
    return (context) => combine(vector(context), scalar(context));
  }

  private call(call: Call): VectorPlan {
    const range = call.args.find((arg) => typeOf(arg) === 'matrix');
    if (range !== undefined) return this.rangeCall(call, range);
    const [first] = call.args;
    if (call.name === 'timestamp' && first?.kind === 'selector') {
      const times = planSelector(first, this.rules, 'time');
      return (context) => {
        const { metrics, values } = times(context);
        return namesDropped(metrics, values, this.rules);
      };
    }
    return planVectorFunction(call, { vector: (e) => this.vector(e), scalar: (e) => this.scalar(e) }, this.rules);
  }

  private rangeCall(call: Call, rangeArg: Expr): VectorPlan {
    const range = this.range(rangeArg);
    const { rules } = this;
    if (call.name === 'absent_over_time') {
      const absent = absentMetric(rangeArg.kind === 'range' ? rangeArg.selector : undefined);
      return (context) => {
        const found: Metric[] = [];
        range.visit(context, (metric) => found.push(metric));
        return found.length > 0 ? EMPTY_VECTOR : { metrics: [absent], values: [1] };
      };
    }
    const f = RANGE_FUNCTIONS.get(call.name)!;
    const scalarArg = call.args.find((arg) => arg !== rangeArg);
    const scalarPlan = scalarArg === undefined ? undefined : this.scalar(scalarArg);
    return (context) => {
      const rangeCall = {
        bounds: range.bounds(context),
        rules,
        atMillis: context.atMillis,
        scalar: scalarPlan === undefined ? NaN : scalarPlan(context),
      };
      const metrics: Metric[] = [];
      const values: number[] = [];
      range.visit(context, (metric, window) => {
        const value = f(window, rangeCall);
        if (value === undefined) return;
        metrics.push(metric);
        values.push(value);
      });
      return call.name === KEEPS_NAME ? { metrics, values } : namesDropped(metrics, values, rules);
    };
  }

  /** Plan of an expression of type range vector. */
  range(expr: Expr): RangePlan {
    if (expr.kind === 'range') return planRange(expr, this.rules);
    if (expr.kind === 'subquery') return this.subquery(expr);
    throw new TypeError(`not a range vector: ${expr.kind}`);
  }

  /**
   * A subquery evaluates its expression at the multiples of its step (counted from the epoch) inside the range, whose
   * left edge belongs to it in 2.x only. Series are told apart by their labels over all steps.
   */
  private subquery(e: Subquery): RangePlan {
    const inner = this.vector(e.expr);
    const bounds = (context: Context) => {
      const endMillis = referenceMillis(e.anchor, e.offsetMillis, context);
      return { startMillis: endMillis - e.rangeMillis, endMillis };
    };
    return {
      bounds,
      visit: (context, visit) => {
        const { startMillis, endMillis } = bounds(context);
        let step = Math.ceil(startMillis / e.stepMillis) * e.stepMillis;
        if (step === startMillis && !this.rules.leftEdgeIncluded) step += e.stepMillis;
        const columns = new Map<string, { metric: Metric; times: number[]; values: number[] }>();
        for (; step <= endMillis; step += e.stepMillis) {
          const { metrics, values } = inner({ ...context, atMillis: step });
          for (const [i, metric] of metrics.entries()) {
            let column = columns.get(metric.key);
            if (column === undefined) {
              column = { metric, times: [], values: [] };
              columns.set(metric.key, column);
            }
            column.times.push(step);
            column.values.push(values[i]!);
          }
        }
        for (const { metric, times, values } of columns.values()) {
          const window: Window = {
            times: Float64Array.from(times),
            values: Float64Array.from(values),
            from: 0,
            to: times.length,
          };
          visit(metric, window);
        }
      },
    };
  }
}
