// Where the HPA's numbers come from: for each of its metrics the adapter rule that answers it and the exposed series behind
// that rule, through recording rules if there are any. Needed to scrape those series, and only those, faster than the rest.

import type { Platform } from '../../model/platform.ts';
import { buildAdapter } from '../../sim/adapter/rules.ts';
import type { AdapterRule } from '../../sim/adapter/rules.ts';
import type { Selector } from '../../sim/prometheus/promql/ast.ts';
import { parseQuery } from '../../sim/prometheus/promql/parse.ts';

export interface RuleAt {
  readonly list: 'rules' | 'externalRules';
  readonly index: number;
}

export interface HpaSource {
  /** Adapter rules that answer the metrics of the HPA. */
  readonly rules: readonly RuleAt[];
  /** Names of series that pods expose. */
  readonly series: readonly string[];
  /** Recorded series on the way, so that the interval of rules matters. */
  readonly recorded: readonly string[];
}

const NONE: HpaSource = { rules: [], series: [], recorded: [] };

const metricNames = (platform: Platform): readonly string[] =>
  (platform.hpa?.spec.metrics ?? []).flatMap((metric) => {
    const of = metric.pods ?? metric.object ?? metric.external;
    return of === undefined ? [] : [of.metric.name];
  });

/** Names that a query selects by equality, however deep. */
const selectedNames = (node: unknown): readonly string[] => {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(selectedNames);
  if ((node as { kind?: unknown }).kind === 'selector')
    return (node as Selector).matchers.flatMap((m) => (m.name === '__name__' && m.kind === '=' ? [m.value] : []));
  return Object.values(node).flatMap(selectedNames);
};

const seriesOf = (rule: AdapterRule, platform: Platform): readonly string[] => {
  try {
    return selectedNames(parseQuery(rule.seriesQuery, platform.prometheus.version));
  } catch {
    // The adapter answers 404 for a series query that does not parse: the HPA reads nothing through it.
    return [];
  }
};

/** Empty where there is no HPA, no adapter rule for its metrics, or a rule that names no series exactly. */
export const hpaSource = (platform: Platform): HpaSource => {
  const built = buildAdapter(platform.adapter.config);
  if (built.kind !== 'adapter') return NONE;
  const wanted = metricNames(platform);
  const found = (['rules', 'externalRules'] as const).flatMap((list) =>
    built.adapter[list].flatMap((rule, index) => {
      const series = seriesOf(rule, platform).filter((name) => wanted.includes(rule.metricName(name) ?? ''));
      return series.length === 0 ? [] : [{ rule: { list, index }, series }];
    }),
  );
  const recording = new Map(
    platform.ruleGroups.flatMap(({ group }) =>
      group.rules.flatMap(({ record, expr }) => (record === undefined ? [] : [[record, expr] as const])),
    ),
  );
  const [series, recorded] = [new Set<string>(), new Set<string>()];
  const follow = (name: string): void => {
    const expr = recording.get(name);
    if (expr === undefined) series.add(name);
    else if (!recorded.has(name)) {
      recorded.add(name);
      selectedNames(parseQuery(expr, platform.prometheus.version)).forEach(follow);
    }
  };
  found.flatMap((one) => one.series).forEach(follow);
  return { rules: found.map(({ rule }) => rule), series: [...series], recorded: [...recorded] };
};
