// A2, A4, A7, T19, T34: HPAs that do less than they say, or chase their own output.

import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import { adapterTree, metricsIn, nodes, treeOf } from './expressions.ts';
import type { LintInput } from './input.ts';
import { at, elements, nameOf, namespaceOf, ofKind, textOf } from './input.ts';

const SYNC_SECONDS = 15;

const targetOf = (input: LintInput, hpa: Located): Located | undefined =>
  ofKind(input, 'Deployment').find(
    (one) => nameOf(one) === textOf(at(hpa, 'spec', 'scaleTargetRef', 'name')) && namespaceOf(one) === namespaceOf(hpa),
  );

const shortWindow = (hpa: Located): readonly Finding[] => {
  const window = at(hpa, 'spec', 'behavior', 'scaleUp', 'stabilizationWindowSeconds');
  const seconds = Number(textOf(window));
  return seconds > 0 && seconds < SYNC_SECONDS
    ? [
        finding('A2', 'note', window, {
          found: `a scale-up window of ${seconds} s`,
          why: `the HPA looks every ${SYNC_SECONDS} s, so such a window holds only the current recommendation`,
          fix: '0, or more than 15',
        }),
      ]
    : [];
};

const rendersReplicas = (input: LintInput, hpa: Located): readonly Finding[] => {
  const replicas = targetOf(input, hpa);
  const field = replicas === undefined ? undefined : at(replicas, 'spec', 'replicas');
  return field?.value === undefined
    ? []
    : [
        finding('A4', 'warning', field, {
          found: `Deployment ${nameOf(replicas!)} sets replicas ${textOf(field)} and has an HPA`,
          why: 'each upgrade resets the count that the HPA has chosen',
          fix: 'leave replicas out of the Deployment',
        }),
      ];
};

const resourceWithoutRequest = (input: LintInput, hpa: Located): readonly Finding[] => {
  const target = targetOf(input, hpa);
  if (target === undefined) return [];
  const containers = elements(at(target, 'spec', 'template', 'spec', 'containers'));
  return elements(at(hpa, 'spec', 'metrics'))
    .map((metric) => at(metric, 'resource', 'name'))
    .filter((name) => textOf(name) !== '')
    .filter((name) =>
      containers.some((container) => at(container, 'resources', 'requests', textOf(name)).value === undefined),
    )
    .map((name) =>
      finding('A7', 'error', name, {
        found: `HPA ${nameOf(hpa)} uses ${textOf(name)}, which ${nameOf(target)} does not request`,
        why: 'the metric answers an error, and an error of one metric blocks every scale-down; it also needs a resource-metrics server',
        fix: `add a ${textOf(name)} request, or drop the metric`,
      }),
    );
};

const REPLICA_METRIC = /^kube_deployment_(?:status|spec)_replicas/;

/** External metrics that count the replicas of the very workload the HPA scales. */
const ownReplicas = (input: LintInput, hpa: Located): readonly Finding[] => {
  const target = textOf(at(hpa, 'spec', 'scaleTargetRef', 'name'));
  return elements(at(hpa, 'spec', 'metrics')).flatMap((metric) => {
    const name = textOf(at(metric, 'external', 'metric', 'name'));
    const rule = input.adapterRules.find(
      (one) => one.external && (textOf(at(one.rule, 'name', 'as')) || textOf(at(one.rule, 'seriesQuery'))) === name,
    );
    const query =
      rule === undefined ? '' : textOf(at(rule.rule, 'metricsQuery')) + textOf(at(rule.rule, 'seriesQuery'));
    const tree =
      rule === undefined
        ? null
        : adapterTree(textOf(at(rule.rule, 'metricsQuery')), textOf(at(rule.rule, 'seriesQuery')));
    const own =
      tree !== null && metricsIn(tree).some((one) => REPLICA_METRIC.test(one)) && query.includes(`"${target}"`);
    return name !== '' && own
      ? [
          finding('T34', 'error', at(metric, 'external', 'metric', 'name'), {
            found: `HPA ${nameOf(hpa)} scales ${target} by the number of its own replicas`,
            why: 'a loop on its own output: with Value 5, 6 replicas become 8, 13 and then the maximum, while 4 are stuck',
            fix: 'use this metric with AverageValue on another workload',
          }),
        ]
      : [];
  });
};

/** avg over pods as the signal of an HPA. */
const averages = (input: LintInput): readonly Finding[] => {
  const recorded = input.rules
    .filter(({ rule }) =>
      input.adapterRules.some(
        (one) =>
          textOf(at(rule, 'record')) !== '' &&
          textOf(at(one.rule, 'seriesQuery')).startsWith(textOf(at(rule, 'record'))),
      ),
    )
    .map(({ rule }) => ({ where: at(rule, 'expr'), tree: treeOf(textOf(at(rule, 'expr'))) }));
  const asked = input.adapterRules.map(({ rule }) => ({
    where: at(rule, 'metricsQuery'),
    tree: adapterTree(textOf(at(rule, 'metricsQuery')), textOf(at(rule, 'seriesQuery'))),
  }));
  return [...recorded, ...asked]
    .filter(
      ({ tree }) =>
        tree !== null &&
        nodes(tree).some((node) => node.kind === 'aggregate' && node.op === 'avg' && !node.labels.includes('pod')),
    )
    .map(({ where }) =>
      finding('T19', 'warning', where, {
        found: `${textOf(where)} averages over pods`,
        why: 'an average hides one saturated pod and falls when new idle pods join',
        fix: 'sum with AverageValue (External), or the raw series per pod',
      }),
    );
};

export const hpaTraps = (input: LintInput): readonly Finding[] => [
  ...ofKind(input, 'HorizontalPodAutoscaler').flatMap((hpa) => [
    ...shortWindow(hpa),
    ...rendersReplicas(input, hpa),
    ...resourceWithoutRequest(input, hpa),
    ...ownReplicas(input, hpa),
  ]),
  ...averages(input),
];
