// What the traps look at: objects by kind, and the parts of Helm values, wherever they stand.

import { parse } from 'yaml';
import { parsePrometheusDuration } from '../../../model/duration.ts';
import type { ManifestDocument, Path } from '../documents.ts';
import { isRecord, pathText, valueAt } from '../documents.ts';
import type { Located } from './finding.ts';

export interface LintInput {
  readonly documents: readonly ManifestDocument[];
  /** `spec` of every Prometheus resource and `prometheusSpec` of every values file. */
  readonly prometheus: readonly Located[];
  /** Root of kube-prometheus-stack in every values file. */
  readonly stacks: readonly Located[];
  /** Root of the prometheus-adapter values in every values file. */
  readonly adapters: readonly Located[];
  readonly adapterRules: readonly { readonly rule: Located; readonly external: boolean }[];
  /** Every rule of every group of a PrometheusRule or of the values. */
  readonly rules: readonly { readonly rule: Located; readonly group: Located }[];
}

export const at = (located: Located, ...path: Path): Located => ({
  document: located.document,
  path: [...located.path, ...path],
  value: valueAt(located.value, path),
});

export const rootOf = (document: ManifestDocument): Located => ({ document, path: [], value: document.value });

/** Elements of a list, none if it is not one. */
export const elements = (located: Located): readonly Located[] =>
  Array.isArray(located.value) ? located.value.map((_, i) => at(located, i)) : [];

/** Entries of a map. */
export const entries = (located: Located): readonly (readonly [key: string, value: Located])[] =>
  isRecord(located.value) ? Object.keys(located.value).map((key) => [key, at(located, key)] as const) : [];

export const textOf = (located: Located): string =>
  typeof located.value === 'string' || typeof located.value === 'number' ? String(located.value) : '';

export const wherePath = (located: Located): string => pathText(located.path);

/** Seconds of a duration field, null if it is absent or not a duration. */
export const durationOf = (located: Located): number | null => {
  const text = textOf(located);
  return text === '' ? null : parsePrometheusDuration(text);
};

export const ofKind = (input: Pick<LintInput, 'documents'>, ...kinds: readonly string[]): readonly Located[] =>
  input.documents.filter((document) => kinds.includes(document.kind)).map(rootOf);

export const nameOf = (object: Located): string => textOf(at(object, 'metadata', 'name'));
export const namespaceOf = (object: Located): string => textOf(at(object, 'metadata', 'namespace')) || 'default';

/** A part of a values file, in the file of an umbrella chart or in one of its own. */
const chartRoots = (values: readonly Located[], name: string, isOwn: (root: Located) => boolean): readonly Located[] =>
  values.flatMap((root) => (isRecord(at(root, name).value) ? [at(root, name)] : isOwn(root) ? [root] : []));

/** The configuration in the text of a ConfigMap; undefined if that is not YAML. */
const configOf = (text: string): unknown => {
  try {
    return parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const configMapRules = (documents: readonly ManifestDocument[]): LintInput['adapterRules'] =>
  ofKind({ documents }, 'ConfigMap').flatMap((object) => {
    const text = at(object, 'data', 'config.yaml');
    if (!/^\s*(?:rules|externalRules):/m.test(textOf(text))) return [];
    const config = configOf(textOf(text));
    const list = (key: string, external: boolean) =>
      elements({ ...text, value: valueAt(config, [key]) }).map(({ value }) => ({ rule: { ...text, value }, external }));
    return [...list('rules', false), ...list('externalRules', true)];
  });

export const lintInput = (documents: readonly ManifestDocument[]): LintInput => {
  const values = ofKind({ documents }, '');
  const adapters = chartRoots(
    values,
    'prometheus-adapter',
    (root) => isRecord(at(root, 'rules').value) || at(root, 'metricsRelistInterval').value !== undefined,
  );
  const stacks = chartRoots(
    values,
    'kube-prometheus-stack',
    (root) =>
      isRecord(at(root, 'prometheus', 'prometheusSpec').value) ||
      entries(root).some(([key]) => key.startsWith('additionalPrometheusRules')),
  );
  const valueRules = adapters.flatMap((root) => [
    ...elements(at(root, 'rules', 'custom')).map((rule) => ({ rule, external: false })),
    ...elements(at(root, 'rules', 'external')).map((rule) => ({ rule, external: true })),
  ]);
  const prometheus = [
    ...stacks.map((root) => at(root, 'prometheus', 'prometheusSpec')).filter((spec) => isRecord(spec.value)),
    ...ofKind({ documents }, 'Prometheus').map((object) => at(object, 'spec')),
  ];
  const groupLists = [
    ...ofKind({ documents }, 'PrometheusRule').map((object) => at(object, 'spec', 'groups')),
    ...[...stacks, ...prometheus].flatMap((root) => [
      ...entries(at(root, 'additionalPrometheusRulesMap')).map(([, rule]) => at(rule, 'groups')),
      ...elements(at(root, 'additionalPrometheusRules')).map((rule) => at(rule, 'groups')),
    ]),
  ];
  return {
    documents,
    prometheus,
    stacks,
    adapters,
    adapterRules: [...valueRules, ...configMapRules(documents)],
    rules: groupLists
      .flatMap(elements)
      .flatMap((group) => elements(at(group, 'rules')).map((rule) => ({ rule, group }))),
  };
};
