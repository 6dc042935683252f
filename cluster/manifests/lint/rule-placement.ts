// T1, T32: rules that exist in a file and never reach Prometheus.

import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { LintInput } from './input.ts';
import { at, nameOf, ofKind, rootOf, textOf, wherePath } from './input.ts';

export const rulePlacement = (input: LintInput): readonly Finding[] => {
  const nested = input.prometheus
    .filter((spec) => spec.document.kind === '')
    .flatMap((spec) => ['additionalPrometheusRules', 'additionalPrometheusRulesMap'].map((key) => at(spec, key)))
    .filter((rules) => rules.value !== undefined)
    .map((rules) =>
      finding('T1', 'error', rules, {
        found: `rules under ${wherePath(rules)}`,
        why: 'the chart reads this key only at its root and has no schema: no PrometheusRule is made and no error is shown',
        fix: 'move it to kube-prometheus-stack.additionalPrometheusRulesMap',
      }),
    );
  const open = input.prometheus.some(
    (spec) => at(spec, 'ruleSelectorNilUsesHelmValues').value === false || spec.document.kind === 'Prometheus',
  );
  const unlabelled =
    open || input.stacks.length === 0
      ? []
      : ofKind(input, 'PrometheusRule')
          .filter((rule) => textOf(at(rule, 'metadata', 'labels', 'release')) === '')
          .map((rule) =>
            finding('T32', 'error', at(rootOf(rule.document), 'metadata', 'labels'), {
              found: `PrometheusRule ${nameOf(rule)} has no label release`,
              why: 'ruleSelectorNilUsesHelmValues stays true in the chart, so only rules with the label of the release are loaded',
              fix: 'add the label release: <name of the release>, or set ruleSelectorNilUsesHelmValues: false',
            }),
          );
  return [...nested, ...unlabelled];
};
