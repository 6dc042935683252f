// PromQL as the traps see it: the tree of a rule, or of an adapter query with its template filled in.

import type { Expr, RangeSelector, Selector } from '../../../sim/prometheus/promql/ast.ts';
import { parseQuery } from '../../../sim/prometheus/promql/parse.ts';

/** The tree, null if the text is not PromQL (the reader of rules says so). */
export const treeOf = (text: string): Expr | null => {
  try {
    return parseQuery(text, '2.53');
  } catch {
    return null;
  }
};

const childrenOf = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'range':
      return [expr.selector];
    case 'subquery':
    case 'unary':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'call':
      return expr.args;
    case 'aggregate':
      return [...(expr.param === undefined ? [] : [expr.param]), expr.expr];
  }
};

/** The node and all below it. */
export const nodes = (expr: Expr): readonly Expr[] => [expr, ...childrenOf(expr).flatMap(nodes)];

/** Metric name of a selector, '' if it has none. */
export const metricOf = (selector: Selector): string =>
  selector.matchers.find((matcher) => matcher.name === '__name__' && matcher.kind === '=')?.value ?? '';

export const metricsIn = (expr: Expr): readonly string[] =>
  nodes(expr).flatMap((node) => (node.kind === 'selector' ? [metricOf(node)] : []));

/** Range selectors with the function that reads them. */
export const ranges = (expr: Expr): readonly { readonly of: string; readonly range: RangeSelector }[] =>
  nodes(expr).flatMap((node) =>
    node.kind === 'call'
      ? node.args.flatMap((arg) => (arg.kind === 'range' ? [{ of: node.name, range: arg }] : []))
      : [],
  );

const seriesName = (seriesQuery: string): string => /^[a-zA-Z_:][\w:]*/.exec(seriesQuery)?.[0] ?? 'series';

/** An adapter query as it would reach Prometheus for a pod. */
export const adapterTree = (metricsQuery: string, seriesQuery: string): Expr | null =>
  treeOf(
    metricsQuery
      .replace(/<<\s*\.Series\s*>>/g, seriesName(seriesQuery))
      .replace(/<<\s*\.LabelMatchers\s*>>/g, 'namespace="n",pod=~"p"')
      .replace(/<<\s*\.GroupBy\s*>>/g, 'pod')
      .replace(/<<[^>]*>>/g, 'x'),
  );

/** Is anything of this tree averaged over time, or its range read at all? */
export const isRangeFunction = (name: string): boolean => /_over_time$|^(rate|increase|irate|delta|deriv)$/.test(name);
