// Rung 10: does the metric API give a value, one per pod for a metric of pods, as the HPA would ask for it?

import { adapterRuleFor } from '../adapter-rules.ts';
import { readyPods } from '../chain.ts';
import { rawGet } from '../commands.ts';
import type { Facts, ValueFacts, WantedMetric } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, withFact } from '../finding.ts';
import type { Cause } from '../traps.ts';
import { fault, trap } from '../traps.ts';

const refusedBecause = (status: number): Cause =>
  status >= 500
    ? fault(
        'Prometheus is unreachable from the adapter or refuses the query; or a query that gives a scalar where a vector is due',
        'log of the adapter; ask the metricsQuery of the rule, filled in, at Prometheus (T11)',
      )
    : fault(
        'no pod matches the selector, or the query could not be built (template, unmapped resource); the reason is only in the adapter’s log',
        'log of the adapter; resources.overrides of the rule',
      );

/** NaN of external metrics, infinities, and what does not fit. */
const overflowed = (value: string): boolean => value.startsWith('-9223372036854775808');

const judgeOne = (metric: WantedMetric, { answer }: ValueFacts, facts: Facts, expected: string): Finding | null => {
  if (answer.kind === 'refused')
    return broken(`${metric.name}: ${answer.status} ${answer.message}`, expected, refusedBecause(answer.status));
  const { items } = answer;
  const bad = items.find(({ value }) => overflowed(value));
  if (bad !== undefined)
    return broken(
      `${metric.name} of ${bad.object} is ${bad.value}`,
      expected,
      fault(
        'the query gave NaN or infinity: the adapter turns it into the smallest number, and nothing scales up',
        'guard the division: … / (x > 0)',
      ),
    );
  const pods = metric.kind === 'pods' ? readyPods(facts).map(({ name }) => name) : [];
  const without = pods.filter((pod) => !items.some(({ object }) => object === pod));
  if (items.length > 0 && without.length === 0) return null;
  return broken(
    `${metric.name}: ${items.length} values, none for ${few(without.length > 0 ? without : ['anything'])}`,
    expected,
    !facts.subject.recorded.includes(metric.series)
      ? fault(
          'the metricsQuery gives no element for these objects: a matcher too many, or their series are stale',
          'ask the metricsQuery, filled in, at Prometheus',
        )
      : trap('T17'),
  );
};

export const value: Rung = {
  id: 'value',
  title: 'a value for each pod through the metric API',
  needs: ['adapter'],
  commands: (facts) => (facts.values.kind === 'known' ? facts.values.value.map(({ path }) => rawGet(facts, path)) : []),
  judge: (facts) => {
    const wanted = facts.subject.wanted.filter(({ kind }) => kind !== 'resource');
    const expected = `a value of ${wanted.map(({ name }) => name).join(', ') || 'nothing'} for each ready pod`;
    return withFact(facts.values, expected, (values) => {
      const shown: string[] = [];
      const advice: string[] = [];
      for (const metric of wanted) {
        const answered = values.find((each) => each.metric === metric.name);
        if (answered === undefined) continue;
        const finding = judgeOne(metric, answered, facts, expected);
        if (finding !== null) return finding;
        if (answered.answer.kind === 'values')
          shown.push(`${metric.name}: ${few(answered.answer.items.map((item) => `${item.object} ${item.value}`))}`);
        const rule = adapterRuleFor(metric, facts.adapter);
        if (metric.kind === 'external' && rule !== null && !rule.usesMatchers)
          advice.push(`T33: the query of ${metric.name} ignores <<.LabelMatchers>>: it sums over all namespaces`);
      }
      return ok(few(shown), expected, advice);
    });
  },
};
