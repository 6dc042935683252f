// Rung 7: are the series there, one per pod, with the labels by which the adapter finds them?

import { readyPods } from '../chain.ts';
import { askPrometheus, queryPath } from '../commands.ts';
import type { Facts, SeriesFacts, WantedMetric } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, undecided } from '../finding.ts';
import { adapterRuleFor } from '../adapter-rules.ts';
import { fault, trap } from '../traps.ts';

type Element = SeriesFacts['elements'][number];

const text = (labels: Element): string =>
  `{${Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;

const expectedOf = ({ subject }: Facts): string =>
  `one element per pod with namespace="${subject.namespace}" and pod, of ${
    [...new Set(subject.wanted.filter(({ kind }) => kind !== 'resource').map(({ series }) => series))].join(', ') ||
    'no series'
  }`;

const absent = (name: string, facts: Facts): Finding => {
  const recorded = facts.subject.recorded.includes(name);
  return broken(
    `Prometheus has no series ${name}`,
    expectedOf(facts),
    recorded
      ? fault('the rule that records it has no input, or is not loaded', 'rung 8; ask the expression of the rule')
      : fault(
          'the page of the pod has it and Prometheus does not: metricRelabelings drop it; or nothing exports it',
          'metricRelabelings of the monitor; the exporter (kube-state-metrics) of an external metric',
        ),
  );
};

/** A metric of pods: which elements belong to which ready pod? */
const ofPods = (metric: WantedMetric, elements: readonly Element[], facts: Facts): Finding | null => {
  const { namespace } = facts.subject;
  const expected = expectedOf(facts);
  const pods = readyPods(facts).map(({ name }) => name);
  const own = elements.filter((one) => one['namespace'] === namespace && one['pod'] !== undefined);
  const bare = pods.filter((pod) => !own.some((one) => one['pod'] === pod));
  if (bare.length > 0) {
    const unlabelled = elements.find((one) => one['pod'] === undefined || one['namespace'] === undefined);
    if (unlabelled !== undefined)
      return broken(
        `${metric.series}${text(unlabelled)}`,
        expected,
        trap(
          facts.subject.recorded.includes(metric.series) ? 'T17' : unlabelled['namespace'] === undefined ? 'T3' : 'T5',
        ),
      );
    const renamed = elements.find((one) => one['exported_pod'] !== undefined);
    return broken(
      `no element for ${few(bare)}; there: ${few(elements.slice(0, 2).map(text))}`,
      expected,
      renamed === undefined
        ? fault(
            'metricRelabelings drop or rename it for these pods, or their scrape failed',
            'metricRelabelings of the monitor',
          )
        : trap('T37'),
    );
  }
  const twice = pods.filter((pod) => own.filter((one) => one['pod'] === pod).length > 1);
  const rule = adapterRuleFor(metric, facts.adapter);
  if (twice.length > 0 && rule !== null && !rule.aggregates) {
    const [pod] = twice;
    return broken(
      `${twice.length} pods have several: ${few(own.filter((one) => one['pod'] === pod).map(text), 2)}`,
      expected,
      trap('T4'),
    );
  }
  return null;
};

const adviceOn = (metric: WantedMetric, elements: readonly Element[], facts: Facts): readonly string[] => {
  const strays = elements.filter((one) => one['namespace'] === undefined || one['pod'] === undefined);
  const renamed = elements.some((one) => one['exported_pod'] !== undefined || one['exported_namespace'] !== undefined);
  const perPod = Map.groupBy(elements, (one) => `${one['namespace'] ?? ''}/${one['pod'] ?? ''}`);
  const twice = [...perPod.values()].some((group) => group.length > 1);
  const rule = adapterRuleFor(metric, facts.adapter);
  return [
    ...(strays.length === 0
      ? []
      : [`T3: ${metric.series}${text(strays[0]!)} has no namespace or pod label: sums count it twice`]),
    ...(renamed ? [`T37: ${trap('T37').happens}`] : []),
    ...(twice && rule === null ? [`T4: several elements per pod: ${trap('T4').happens}`] : []),
    ...(!twice && rule !== null && !rule.aggregates
      ? [
          `T4: the adapter’s metricsQuery of ${metric.name} does not aggregate: a second series per pod would win silently`,
        ]
      : []),
  ];
};

export const series: Rung = {
  id: 'series',
  title: 'series present with the labels that the adapter needs',
  needs: ['target'],
  commands: (facts) =>
    facts.subject.wanted
      .filter(({ kind }) => kind !== 'resource')
      .map(({ series: name }) => askPrometheus(facts, queryPath(name))),
  judge: (facts) => {
    const expected = expectedOf(facts);
    const wanted = facts.subject.wanted.filter(({ kind }) => kind !== 'resource');
    if (facts.series.kind === 'unknown') return undecided(facts.series.why, expected);
    const all = facts.series.value;
    const advice: string[] = [];
    for (const metric of wanted) {
      const elements = all.find(({ name }) => name === metric.series)?.elements ?? [];
      if (elements.length === 0) return absent(metric.series, facts);
      if (metric.kind !== 'pods') continue;
      const finding = ofPods(metric, elements, facts);
      if (finding !== null) return finding;
      advice.push(...adviceOn(metric, elements, facts));
    }
    return ok(
      few(
        wanted.map(
          ({ series: name }) => `${name}: ${all.find((one) => one.name === name)?.elements.length ?? 0} elements`,
        ),
      ),
      expected,
      advice,
    );
  },
};
