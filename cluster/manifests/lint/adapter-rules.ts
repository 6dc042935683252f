// T4, T5, T11, T15, T17, T33, T40: what the adapter's rules answer, and what the HPAs ask for.

import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import { adapterTree, treeOf } from './expressions.ts';
import type { LintInput } from './input.ts';
import { at, elements, nameOf, namespaceOf, ofKind, textOf } from './input.ts';

/** The API name of a rule's metric, null if it depends on the series. */
const answers = (rule: Located): string | null => {
  const series = /^[a-zA-Z_:][\w:]*/.exec(textOf(at(rule, 'seriesQuery')))?.[0] ?? null;
  const as = textOf(at(rule, 'name', 'as'));
  if (as === '') return series;
  return as.includes('$') ? null : as;
};

const customRule = (rule: Located): readonly Finding[] => {
  const query = at(rule, 'metricsQuery');
  const series = at(rule, 'seriesQuery');
  const tree = adapterTree(textOf(query), textOf(series));
  const perPod =
    textOf(query).includes('.GroupBy') || (tree?.kind === 'aggregate' && tree.labels.includes('pod') && !tree.without);
  const withoutPod = tree?.kind === 'aggregate' && !perPod;
  const found: Finding[] = [];
  if (withoutPod) {
    found.push(
      finding('T17', 'error', query, {
        found: `${textOf(query)} aggregates the pod label away`,
        why: 'a Pods metric matches its answers by the pod label, so nothing matches and the HPA reports an error',
        fix: 'add `by (<<.GroupBy>>)`, or use an External metric',
      }),
    );
  } else if (!perPod) {
    found.push(
      finding('T4', 'warning', query, {
        found: `${textOf(query)} has no \`by (<<.GroupBy>>)\``,
        why: 'with two series per pod (a second monitor, a GPU or language label) the last one returned wins, silently',
        fix: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
      }),
    );
  }
  if (!/namespace\s*!=\s*""/.test(textOf(series)) || !/pod\s*!=\s*""/.test(textOf(series))) {
    found.push(
      finding('T5', 'warning', series, {
        found: `seriesQuery ${textOf(series)} takes series without namespace or pod`,
        why: 'a series without the pod label registers nothing for pods, one without namespace is never matched; neither is reported',
        fix: 'add {namespace!="",pod!=""}',
      }),
    );
  }
  return found;
};

const externalRule = (rule: Located): readonly Finding[] => {
  const query = at(rule, 'metricsQuery');
  return textOf(query).includes('.LabelMatchers')
    ? []
    : [
        finding('T33', 'warning', query, {
          found: `${textOf(query)} ignores <<.LabelMatchers>>`,
          why: 'it sums over all namespaces and releases; a second kube-state-metrics doubles it',
          fix: 'sum(<<.Series>>{<<.LabelMatchers>>, …})',
        }),
      ];
};

/** Metrics that HPAs name, with the kind of rule that must answer. */
const wanted = (
  input: LintInput,
): readonly { readonly name: Located; readonly external: boolean; readonly hpa: Located }[] =>
  ofKind(input, 'HorizontalPodAutoscaler').flatMap((hpa) =>
    elements(at(hpa, 'spec', 'metrics')).flatMap((metric) =>
      (['pods', 'object', 'external'] as const)
        .map((type) => ({ name: at(metric, type, 'metric', 'name'), external: type === 'external', hpa }))
        .filter(({ name }) => textOf(name) !== ''),
    ),
  );

const missingRules = (input: LintInput): readonly Finding[] => {
  if (input.adapterRules.length === 0) return [];
  return wanted(input)
    .filter(({ name, external }) => {
      const names = input.adapterRules.filter((rule) => rule.external === external).map(({ rule }) => answers(rule));
      return !names.includes(null) && !names.includes(textOf(name));
    })
    .map(({ name, hpa }) =>
      finding('T40', 'error', name, {
        found: `HPA ${nameOf(hpa)} asks for ${textOf(name)}, which no rule of the adapter answers`,
        why: "rules.custom and rules.external are lists: your values replace the chart's, so a snippet with one new metric removes the old ones",
        fix: 'repeat the rules of every metric that an HPA names',
      }),
    );
};

/** Recorded series that a rule of the adapter reads. */
const recordedSeries = (input: LintInput): readonly Finding[] =>
  input.rules.flatMap(({ rule }) => {
    const record = textOf(at(rule, 'record'));
    const readers = input.adapterRules.filter(
      (one) => record !== '' && textOf(at(one.rule, 'seriesQuery')).startsWith(record),
    );
    const tree = treeOf(textOf(at(rule, 'expr')));
    return readers.flatMap((reader): Finding[] => {
      const series = at(reader.rule, 'seriesQuery');
      const lostPod =
        tree?.kind === 'aggregate' && (tree.without ? tree.labels.includes('pod') : !tree.labels.includes('pod'));
      const delay = finding('T18', 'warning', series, {
        found: `the adapter reads the recorded series ${record}`,
        why: 'a recording rule adds up to one evaluation interval (30 s) to the reaction and saves milliseconds over a few series',
        fix: 'let the adapter read the raw series',
      });
      return !reader.external && lostPod
        ? [
            finding('T17', 'error', series, {
              found: `${record} is recorded without the pod label`,
              why: 'a Pods metric finds no element of any pod in it: the HPA reports an error and holds',
              fix: 'keep the raw series for Pods metrics, or use an External metric',
            }),
            delay,
          ]
        : [delay];
    });
  });

const releaseOf = (input: LintInput): string | undefined => ofKind(input, 'Deployment').map(namespaceOf)[0];

const adapterValues = (input: LintInput): readonly Finding[] =>
  input.adapters.flatMap((root) => {
    const url = at(root, 'prometheus', 'url');
    const namespace = /\/\/[^./]+\.([a-z0-9-]+)\.svc/.exec(textOf(url))?.[1];
    const release = releaseOf(input);
    const found: Finding[] = [];
    if (namespace !== undefined && release !== undefined && namespace !== release) {
      found.push(
        finding('T11', 'warning', url, {
          found: `the adapter asks Prometheus in namespace ${namespace}, the service runs in ${release}`,
          why: 'with a wrong host every refresh fails and every metric answers 404',
          fix: 'leave the URL unset, or use the namespace of the release',
        }),
      );
    }
    if (at(root, 'rules').value !== undefined && at(root, 'rules', 'default').value !== false) {
      found.push(
        finding('T15', 'warning', at(root, 'rules', 'default'), {
          found: 'the default rules of the adapter are on',
          why: 'counters whose names do not end in _total fall into the gauge rule: an ever-growing total reaches the HPA',
          fix: 'rules.default: false, and one rule per metric',
        }),
      );
    }
    return found;
  });

export const adapterRules = (input: LintInput): readonly Finding[] => [
  ...input.adapterRules.flatMap(({ rule, external }) => (external ? externalRule(rule) : customRule(rule))),
  ...missingRules(input),
  ...recordedSeries(input),
  ...adapterValues(input),
];
