// Functions over whole instant vectors: value by value, by label, by time. Range functions are in range-functions.ts.

import type { Call, Expr, Selector } from './ast.ts';
import { namesDropped, refuseDuplicates } from './binary.ts';
import type { Context, ScalarPlan, VectorPlan } from './context.ts';
import { bucketQuantile } from './histogram.ts';
import { labelNumber } from './literals.ts';
import { EMPTY_METRIC, cutMetric, labelCut, Metric, setLabel } from './metric.ts';
import { goMax, goMin } from './numeric.ts';
import { bottomOrder, sortIndices, topOrder, type Before } from './order.ts';
import { anchoredRegexp, expandTemplate, RegexpError } from './regexp.ts';
import { EMPTY_VECTOR, EvaluationError, type Vector } from './value.ts';
import type { VersionRules } from './version.ts';

const VALUE_FUNCTIONS: ReadonlyMap<string, (value: number) => number> = new Map([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['exp', Math.exp],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sqrt', Math.sqrt],
  ['sgn', (v: number) => (v < 0 ? -1 : v > 0 ? 1 : v)],
  ['deg', (v: number) => (v * 180) / Math.PI],
  ['rad', (v: number) => (v * Math.PI) / 180],
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['asin', Math.asin],
  ['acos', Math.acos],
  ['atan', Math.atan],
  ['sinh', Math.sinh],
  ['cosh', Math.cosh],
  ['tanh', Math.tanh],
  ['asinh', Math.asinh],
  ['acosh', Math.acosh],
  ['atanh', Math.atanh],
]);

const DAY_MILLIS = 86_400_000;
const dayOfYear = (d: Date): number =>
  (Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()) - Date.UTC(d.getUTCFullYear(), 0, 1)) / DAY_MILLIS + 1;

/** Calendar functions of a UTC time. */
const CALENDAR: ReadonlyMap<string, (date: Date) => number> = new Map([
  ['minute', (d: Date) => d.getUTCMinutes()],
  ['hour', (d: Date) => d.getUTCHours()],
  ['day_of_week', (d: Date) => d.getUTCDay()],
  ['day_of_month', (d: Date) => d.getUTCDate()],
  ['day_of_year', dayOfYear],
  ['days_in_month', (d: Date) => new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate()],
  ['month', (d: Date) => d.getUTCMonth() + 1],
  ['year', (d: Date) => d.getUTCFullYear()],
]);

/**
 * What the calendar functions say of NaN, ±Inf and seconds outside int64: Go turns them into the smallest int64 on amd64,
 * which its calendar wraps to Sunday, 4 December 292277026596, 15:30:08.
 */
const BEYOND_TIME: Readonly<Record<string, number>> = {
  minute: 30,
  hour: 15,
  day_of_week: 0,
  day_of_month: 4,
  day_of_year: 339,
  days_in_month: 31,
  month: 12,
  year: 292277026596,
};

const eachValue = (
  operand: VectorPlan,
  rules: VersionRules,
  f: (value: number, context: Context) => number,
): VectorPlan => {
  return (context) => {
    const { metrics, values } = operand(context);
    return namesDropped(
      metrics,
      values.map((value) => f(value, context)),
      rules,
    );
  };
};

const sorted =
  (operand: VectorPlan, before: Before): VectorPlan =>
  (context) => {
    const { metrics, values } = operand(context);
    const order = sortIndices([...metrics.keys()], (a, b) => before(values[b]!, values[a]!));
    return { metrics: order.map((i) => metrics[i]!), values: order.map((i) => values[i]!) };
  };

/** The labels that `absent` can tell: those that one equality matcher fixes, and no other matcher mentions after it. */
export const absentMetric = (selector: Selector | undefined): Metric => {
  const labels: Record<string, string> = {};
  const fixed = new Set<string>();
  for (const { name, kind, value } of selector?.matchers ?? []) {
    if (name === '__name__') continue;
    if (kind === '=' && !fixed.has(name)) {
      fixed.add(name);
      labels[name] = value;
    } else labels[name] = '';
  }
  return new Metric(Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')));
};

const validLabel = (name: string, rules: VersionRules): boolean =>
  rules.utf8Names ? name !== '' : /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);

const labelReplace = (
  operand: VectorPlan,
  [target, replacement, source, pattern]: readonly string[],
  rules: VersionRules,
): VectorPlan => {
  let compiled: ReturnType<typeof anchoredRegexp> | undefined;
  try {
    compiled = anchoredRegexp(pattern!, rules.dotMatchesNewline);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
  }
  const id = `replace:${JSON.stringify([target, replacement, source, pattern, rules.version])}`;
  return (context) => {
    if (compiled === undefined) throw new EvaluationError(`invalid regular expression in label_replace(): ${pattern!}`);
    if (!validLabel(target!, rules))
      throw new EvaluationError(`invalid destination label name in label_replace(): ${target!}`);
    const { regexp, groupNames } = compiled;
    const { metrics, values } = operand(context);
    const replaced = metrics.map((metric) =>
      metric.derive(id, (labels) => {
        const match = regexp.exec(labels[source!] ?? '');
        return match === null ? labels : setLabel(labels, target!, expandTemplate(replacement!, match, groupNames));
      }),
    );
    return refuseDuplicates({ metrics: replaced, values });
  };
};

const labelJoin = (
  operand: VectorPlan,
  [target, separator, ...sources]: readonly string[],
  rules: VersionRules,
): VectorPlan => {
  const id = `join:${JSON.stringify([target, separator, sources])}`;
  return (context) => {
    for (const source of sources)
      if (!validLabel(source, rules)) throw new EvaluationError(`invalid source label name in label_join(): ${source}`);
    if (!validLabel(target!, rules))
      throw new EvaluationError(`invalid destination label name in label_join(): ${target!}`);
    const { metrics, values } = operand(context);
    const joined = metrics.map((metric) =>
      metric.derive(id, (labels) =>
        setLabel(labels, target!, sources.map((source) => labels[source] ?? '').join(separator)),
      ),
    );
    const vector = { metrics: joined, values };
    return rules.labelJoinChecked ? refuseDuplicates(vector) : vector;
  };
};

const histogramQuantile = (quantileOf: ScalarPlan, operand: VectorPlan, rules: VersionRules): VectorPlan => {
  const cut = labelCut(false, ['le']);
  return (context) => {
    const q = quantileOf(context);
    const { metrics, values } = operand(context);
    const histograms = new Map<string, { metric: Metric; buckets: { bound: number; count: number }[] }>();
    for (const [i, metric] of metrics.entries()) {
      const bound = labelNumber(metric.labels['le'] ?? '');
      if (bound === undefined) continue;
      const family = cutMetric(metric, cut);
      const known = histograms.get(family.key);
      const bucket = { bound, count: values[i]! };
      if (known === undefined) histograms.set(family.key, { metric: family, buckets: [bucket] });
      else known.buckets.push(bucket);
    }
    const all = [...histograms.values()];
    return namesDropped(
      all.map((h) => h.metric),
      all.map((h) => bucketQuantile(q, h.buckets)),
      rules,
    );
  };
};

export interface Operands {
  readonly vector: (expr: Expr) => VectorPlan;
  readonly scalar: (expr: Expr) => ScalarPlan;
}

const text = (expr: Expr | undefined): string => (expr?.kind === 'string' ? expr.value : '');

/** The plan of a call that takes no range and gives a vector. `timestamp` of a selector is planned by the caller. */
export const planVectorFunction = (call: Call, plan: Operands, rules: VersionRules): VectorPlan => {
  const [a, b, c] = call.args;
  const each = VALUE_FUNCTIONS.get(call.name);
  if (each !== undefined) return eachValue(plan.vector(a!), rules, each);
  const ofDate = CALENDAR.get(call.name);
  if (ofDate !== undefined) {
    if (a === undefined)
      return ({ atMillis }) => ({
        metrics: [EMPTY_METRIC],
        values: [ofDate(new Date(Math.floor(atMillis / 1000) * 1000))],
      });
    return eachValue(plan.vector(a), rules, (seconds) =>
      Math.abs(seconds) < 2 ** 63 ? ofDate(new Date(Math.trunc(seconds) * 1000)) : BEYOND_TIME[call.name]!,
    );
  }
  switch (call.name) {
    case 'absent': {
      const operand = plan.vector(a!);
      const metric = absentMetric(a!.kind === 'selector' ? a! : undefined);
      return (context) => (operand(context).metrics.length > 0 ? EMPTY_VECTOR : { metrics: [metric], values: [1] });
    }
    case 'clamp':
    case 'clamp_min':
    case 'clamp_max': {
      const operand = plan.vector(a!);
      const low = call.name === 'clamp_max' ? () => -Infinity : plan.scalar(b!);
      const high = call.name === 'clamp_min' ? () => Infinity : plan.scalar(call.name === 'clamp' ? c! : b!);
      return (context): Vector => {
        const [least, most] = [low(context), high(context)];
        const { metrics, values } = operand(context);
        if (most < least) return EMPTY_VECTOR;
        return namesDropped(
          metrics,
          values.map((value) => goMax(least, goMin(most, value))),
          rules,
        );
      };
    }
    case 'round': {
      const nearest = b === undefined ? () => 1 : plan.scalar(b);
      return eachValue(plan.vector(a!), rules, (value, context) => {
        const inverse = 1 / nearest(context);
        return Math.floor(value * inverse + 0.5) / inverse;
      });
    }
    case 'sort':
      return sorted(plan.vector(a!), bottomOrder);
    case 'sort_desc':
      return sorted(plan.vector(a!), topOrder);
    case 'timestamp':
      return eachValue(plan.vector(a!), rules, (_, { atMillis }) => atMillis / 1000);
    case 'vector': {
      const scalar = plan.scalar(a!);
      return (context) => ({ metrics: [EMPTY_METRIC], values: [scalar(context)] });
    }
    case 'histogram_quantile':
      return histogramQuantile(plan.scalar(a!), plan.vector(b!), rules);
    case 'label_replace':
      return labelReplace(plan.vector(a!), call.args.slice(1).map(text), rules);
    case 'label_join':
      return labelJoin(plan.vector(a!), call.args.slice(1).map(text), rules);
    default:
      throw new EvaluationError(`function ${call.name} has no plan`);
  }
};
