// Rung 7: are the series there, one per pod, with the labels by which the adapter finds them?

import { readyPods } from '../chain.ts';
import { askPrometheus, queryPath } from '../commands.ts';
import type { LabelMap } from '../../../model/kubernetes-hpa.ts';
import type { Facts, SeriesElement, WantedMetric } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, undecided } from '../finding.ts';
import { adapterRuleFor } from '../adapter-rules.ts';
import { fault, trap } from '../traps.ts';

const text = (labels: LabelMap): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;

const expectedOf = ({ subject }: Facts): string =>
  `one element per pod with namespace="${subject.namespace}" and pod, of ${
    [...new Set(subject.wanted.filter(({ kind }) => kind !== 'resource').map(({ series }) => series))].join(', ') ||
    'no series'
  }`;

const GONE = fault(
  'scrapes succeed and bring it no longer: what is there answers for 5 minutes after its last sample, and hides it',
  'metricRelabelings of the monitor; whether the application still exposes it',
);

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

/** What the last scrapes brought; a series that no scrape brings any more is none, although it still answers. */
const freshOf = (elements: readonly SeriesElement[], { prometheus }: Facts): readonly SeriesElement[] => {
  const targets = prometheus.kind === 'known' ? (prometheus.value?.targets ?? []) : [];
  const slowest = Math.max(0, ...targets.map(({ intervalSeconds }) => intervalSeconds));
  return slowest === 0 ? elements : elements.filter(({ ageSeconds }) => ageSeconds <= 2 * slowest + 1);
};

/** A metric of pods: which elements belong to which ready pod? */
const ofPods = (metric: WantedMetric, elements: readonly LabelMap[], facts: Facts): Finding | null => {
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

const adviceOn = (metric: WantedMetric, elements: readonly LabelMap[], facts: Facts): readonly string[] => {
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
      // A recorded series comes with its rule, not with a scrape.
      const current = facts.subject.recorded.includes(metric.series) ? elements : freshOf(elements, facts);
      if (current.length === 0)
        return broken(
          `${metric.series}: ${elements.length} elements, the youngest ${Math.min(...elements.map(({ ageSeconds }) => ageSeconds)).toFixed(0)} s old`,
          expected,
          GONE,
        );
      const labels = current.map((each) => each.labels);
      const finding = ofPods(metric, labels, facts);
      if (finding !== null) return finding;
      advice.push(...adviceOn(metric, labels, facts));
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
