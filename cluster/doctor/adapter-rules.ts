// The adapter's rules as the doctor needs them: which rule answers a metric, by which series, and how it asks. Pure.

import type { AdapterRule } from '../../sim/adapter/rules.ts';
import { buildAdapter } from '../../sim/adapter/rules.ts';
import type { AdapterFacts, Fact, MetricKind, WantedMetric } from './facts.ts';

export interface RuleForMetric {
  readonly series: string;
  /** Whether the query gives one element per object whatever there is. */
  readonly aggregates: boolean;
  /** Whether the query asks for the namespace that the HPA is in. */
  readonly usesMatchers: boolean;
  readonly query: string;
}

type Json = Readonly<Record<string, unknown>>;

/** The name with which a series query begins. */
const leadingName = (seriesQuery: string): string | null => /^\s*([a-zA-Z_:][\w:]*)/.exec(seriesQuery)?.[1] ?? null;

/** The first rule whose name for a series is `metric`; null if there is none, or the file is none that starts. */
export const ruleForMetric = (metric: string, kind: MetricKind, config: Json): RuleForMetric | null => {
  const key = kind === 'external' ? 'externalRules' : 'rules';
  const built = buildAdapter(config);
  const texts = config[key];
  if (built.kind === 'refused' || !Array.isArray(texts)) return null;
  const rules: readonly AdapterRule[] = built.adapter[key];
  // The last rule with a name wins, as in the adapter's registry.
  for (const [index, rule] of [...rules.entries()].reverse()) {
    const names = [leadingName(rule.seriesQuery), metric].filter((name) => name !== null);
    const series = names.find((name) => rule.accepts(name) && rule.metricName(name) === metric);
    if (series === undefined) continue;
    const text = (texts[index] as Json)['metricsQuery'];
    const query = typeof text === 'string' ? text : '';
    return {
      series,
      query,
      aggregates: /\bby\s*\(/.test(query) || /\.GroupBy/.test(query),
      usesMatchers: query.includes('.LabelMatchers'),
    };
  }
  return null;
};

export const adapterRuleFor = ({ name, kind }: WantedMetric, adapter: Fact<AdapterFacts>): RuleForMetric | null =>
  adapter.kind === 'unknown' || kind === 'resource' ? null : ruleForMetric(name, kind, adapter.value.config);
