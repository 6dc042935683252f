// T20 to T25, T36: alerts and quantiles that never fire, always fire, or say something else than they measure.

import type { Expr } from '../../../sim/prometheus/promql/ast.ts';
import { isComparison } from '../../../sim/prometheus/promql/ast.ts';
import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import { isRangeFunction, metricOf, metricsIn, nodes, treeOf } from './expressions.ts';
import type { LintInput } from './input.ts';
import { at, durationOf, elements, ofKind, textOf } from './input.ts';

interface Threshold {
  readonly side: Expr;
  readonly value: number;
}

/** Comparisons with a number. */
const thresholds = (tree: Expr): readonly Threshold[] =>
  nodes(tree).flatMap((node) =>
    node.kind === 'binary' && isComparison(node.op) && node.right.kind === 'number'
      ? [{ side: node.left, value: node.right.value }]
      : [],
  );

const has = (tree: Expr, test: (node: Expr) => boolean): boolean => nodes(tree).some(test);
const divides = (tree: Expr): boolean => has(tree, (node) => node.kind === 'binary' && node.op === '/');
const wordsOf = (rule: Located): string =>
  `${textOf(at(rule, 'alert'))} ${textOf(at(rule, 'annotations', 'summary'))} ${textOf(at(rule, 'annotations', 'description'))}`;

const ratioWithoutDivision = (rule: Located, tree: Expr): readonly Finding[] => {
  const expr = at(rule, 'expr');
  const rates = thresholds(tree).some(
    ({ side, value }) =>
      value > 0 && value < 1 && !divides(tree) && has(side, (node) => node.kind === 'call' && node.name === 'rate'),
  );
  return rates && /rate|ratio|percent|%/i.test(wordsOf(rule))
    ? [
        finding('T20', 'error', expr, {
          found: `${textOf(expr)} is named a ratio`,
          why: 'it is errors per second of each pod: at 0.05 requests/s it never fires although all fail, at 20/s it fires on 0.6 %',
          fix: 'sum by (namespace) (rate(failed)) / sum by (namespace) (rate(total)) > 0.05, with a floor on the traffic',
        }),
      ]
    : [];
};

/** Targets of the HPAs by metric. */
const hpaTargets = (input: LintInput): ReadonlyMap<string, number> =>
  new Map(
    ofKind(input, 'HorizontalPodAutoscaler')
      .flatMap((hpa) => elements(at(hpa, 'spec', 'metrics')))
      .map(
        (metric) =>
          [
            textOf(at(metric, 'pods', 'metric', 'name')),
            Number(textOf(at(metric, 'pods', 'target', 'averageValue'))),
          ] as const,
      )
      .filter(([name, target]) => name !== '' && target > 0),
  );

const unreachable = (input: LintInput, rule: Located, tree: Expr): readonly Finding[] => {
  const targets = hpaTargets(input);
  return thresholds(tree).flatMap(({ side, value }) => {
    const metric = side.kind === 'selector' ? metricOf(side) : '';
    const target = targets.get(metric);
    return target !== undefined && value > 5 * target
      ? [
          finding('T21', 'warning', at(rule, 'expr'), {
            found: `${metric} > ${value}, while the HPA holds it at ${target} per pod`,
            why: 'active is not queued: the alert cannot fire before the maximum of replicas has failed',
            fix: 'alert on the queue depth, or on replicas at their maximum',
          }),
        ]
      : [];
  });
};

/** Bytes of common cards; a divisor near one is a card's size. */
const isCardSize = (bytes: number): boolean => bytes >= 8e9 && bytes <= 200e9;

const hardCodedCard = (rule: Located, tree: Expr): readonly Finding[] =>
  has(
    tree,
    (node) => node.kind === 'binary' && node.op === '/' && node.right.kind === 'number' && isCardSize(node.right.value),
  ) && metricsIn(tree).some((metric) => /memory|bytes/.test(metric))
    ? [
        finding('T22', 'warning', at(rule, 'expr'), {
          found: `${textOf(at(rule, 'expr'))} divides by the size of one card`,
          why: 'a T4 never gets there, and frameworks that allocate everything at once are always above',
          fix: 'divide by a metric of the total memory, and alert on growth',
        }),
      ]
    : [];

const resettable = (rule: Located, group: Located, tree: Expr): readonly Finding[] => {
  const wait = durationOf(at(rule, 'for'));
  const raw = thresholds(tree).some(
    ({ side }) => !has(side, (node) => node.kind === 'call' && isRangeFunction(node.name)),
  );
  return wait !== null && wait > (durationOf(at(group, 'interval')) ?? 30) && wait < 600 && raw
    ? [
        finding('T23', 'note', at(rule, 'for'), {
          found: `for ${textOf(at(rule, 'for'))} over an instant value`,
          why: 'one failed scrape at an evaluation clears the pending state, and a restart of Prometheus does so for any time under 10 minutes',
          fix: 'compare avg_over_time or min_over_time instead',
        }),
      ]
    : [];
};

const rawBuckets = (where: Located, tree: Expr): readonly Finding[] =>
  has(tree, (node) => {
    if (node.kind !== 'call' || node.name !== 'histogram_quantile') return false;
    const buckets = node.args[1];
    return buckets !== undefined && !has(buckets, (inner) => inner.kind === 'call' && isRangeFunction(inner.name));
  })
    ? [
        finding('T25', 'error', where, {
          found: `${textOf(where)} takes raw buckets`,
          why: 'buckets count since the start of each pod: this is the quantile of its whole life, per pod',
          fix: 'histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))',
        }),
      ]
    : [];

const oddCounters = (where: Located, tree: Expr): readonly Finding[] => {
  const names = nodes(tree).flatMap((node) =>
    node.kind === 'call' && (node.name === 'rate' || node.name === 'increase') ? node.args.flatMap(metricsIn) : [],
  );
  const odd = [...new Set(names)].filter(
    (name) => name !== '' && !name.includes(':') && !/_(?:total|bucket|count|sum)$/.test(name),
  );
  return odd.map((name) =>
    finding('T36', 'note', where, {
      found: `the counter ${name} does not end in _total`,
      why: 'Python and OpenMetrics clients append _total, and then this name returns nothing',
      fix: `check /metrics; it may be called ${name}_total`,
    }),
  );
};

const unsent = (input: LintInput): readonly Finding[] => {
  const off = input.stacks.map((root) => at(root, 'alertmanager', 'enabled')).find((one) => one.value === false);
  const elsewhere = input.prometheus.some(
    (spec) => at(spec, 'alerting').value !== undefined || at(spec, 'alertingEndpoints').value !== undefined,
  );
  const alerts = input.rules.some(({ rule }) => textOf(at(rule, 'alert')) !== '');
  return off !== undefined && !elsewhere && alerts
    ? [
        finding('T24', 'error', off, {
          found: 'alert rules, and no Alertmanager',
          why: 'alerts are evaluated and shown in the interface; nobody is notified',
          fix: 'enable Alertmanager, or set alertingEndpoints',
        }),
      ]
    : [];
};

export const alertTraps = (input: LintInput): readonly Finding[] => [
  ...input.rules.flatMap(({ rule, group }) => {
    const expr = at(rule, 'expr');
    const tree = treeOf(textOf(expr));
    if (tree === null) return [];
    const always = [...rawBuckets(expr, tree), ...oddCounters(expr, tree)];
    return textOf(at(rule, 'alert')) === ''
      ? always
      : [
          ...ratioWithoutDivision(rule, tree),
          ...unreachable(input, rule, tree),
          ...hardCodedCard(rule, tree),
          ...resettable(rule, group, tree),
          ...always,
        ];
  }),
  ...unsent(input),
];
