// From the labels that a page exposes to the labels that are stored: clashes with the target's labels, metric
// relabelling, validity and label limits (metrics-path.md 1.4). Runs once per new series of a target, not per sample.

import type { PrometheusVersion } from '../../model/platform.ts';
import type { LabelPair } from './exposition/series-text.ts';
import { encodeUtf8 } from './exposition/utf8.ts';
import { quote } from './go-text.ts';
import { LabelsBuilder, duplicateName, labelsOf } from './labels-builder.ts';
import { compileRelabelling } from './relabel.ts';
import type { ScrapeConfig } from './scrape-config.ts';
import type { Labels } from './store.ts';

export type StoredLabels =
  | { readonly kind: 'labels'; readonly labels: Labels }
  /** Metric relabelling removed the sample. */
  | { readonly kind: 'dropped' }
  /** The whole scrape fails. */
  | { readonly kind: 'error'; readonly error: string };

const EXPORTED = 'exported_';

/** honor_labels: false. Clashing exposed labels move to exported_…, shorter names first, prefixed again until free. */
const moveClashes = (builder: LabelsBuilder, exposed: LabelsBuilder, target: readonly LabelPair[]): void => {
  const clashes: LabelPair[] = [];
  for (const [name, value] of target) {
    const existing = exposed.get(name);
    if (existing !== '') clashes.push([name, existing]);
    builder.set(name, value);
  }
  clashes.sort((a, b) => a[0].length - b[0].length);
  for (const [name, value] of clashes) {
    let free = EXPORTED + name;
    while (builder.get(free) !== '') free = EXPORTED + free;
    builder.set(free, value);
  }
};

const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const validNames = (pairs: readonly LabelPair[], version: PrometheusVersion): boolean =>
  version === '3'
    ? pairs.every(([name]) => name !== '')
    : pairs.every(([name, value]) => (name === '__name__' ? LEGACY_METRIC.test(value) : LEGACY_LABEL.test(name)));

const show = (pairs: readonly LabelPair[]): string =>
  `{${pairs.map(([name, value]) => `${name}=${quote(encodeUtf8(value))}`).join(', ')}}`;

const cut = (text: string): string => Array.from(text).slice(0, 50).join('');

const limitError = (pairs: readonly LabelPair[], config: ScrapeConfig): string | null => {
  const { labelLimit, labelNameLengthLimit, labelValueLengthLimit } = config;
  const metric = cut(pairs.find(([name]) => name === '__name__')?.[1] ?? '');
  if (labelLimit > 0 && pairs.length > labelLimit) {
    return `label_limit exceeded (metric: ${metric}, number of labels: ${pairs.length}, limit: ${labelLimit})`;
  }
  for (const [name, value] of pairs) {
    const nameLength = encodeUtf8(name).length;
    if (labelNameLengthLimit > 0 && nameLength > labelNameLengthLimit) {
      return `label_name_length_limit exceeded (metric: ${metric}, label name: ${cut(name)}, length: ${nameLength}, limit: ${labelNameLengthLimit})`;
    }
    const length = encodeUtf8(value).length;
    if (labelValueLengthLimit > 0 && length > labelValueLengthLimit) {
      return `label_value_length_limit exceeded (metric: ${metric}, label name: ${cut(name)}, value: ${quote(encodeUtf8(cut(value)))}, length: ${length}, limit: ${labelValueLengthLimit})`;
    }
  }
  return null;
};

/** The mapping of one target: exposed pairs, sorted by name, to stored labels. */
export const sampleLabels = (
  config: ScrapeConfig,
  targetLabels: Labels,
  version: PrometheusVersion,
): ((exposed: readonly LabelPair[]) => StoredLabels) => {
  const target = new LabelsBuilder(Object.entries(targetLabels)).pairs();
  const relabelling = compileRelabelling(config.metricRelabelRules, version);
  return (exposed) => {
    const builder = new LabelsBuilder(exposed);
    if (config.honorLabels) {
      const present = new Set(exposed.map(([name]) => name));
      for (const [name, value] of target) if (!present.has(name)) builder.set(name, value);
    } else moveClashes(builder, new LabelsBuilder(exposed), target);
    if (!relabelling(builder)) return { kind: 'dropped' };
    const pairs = builder.pairs();
    if (pairs.length === 0) return { kind: 'dropped' };
    if (builder.get('__name__') === '') return { kind: 'error', error: 'missing metric name (__name__ label)' };
    if (!validNames(pairs, version)) {
      return { kind: 'error', error: `invalid metric name or label names: ${show(pairs)}` };
    }
    const limit = limitError(pairs, config);
    if (limit !== null) return { kind: 'error', error: limit };
    const twice = duplicateName(pairs);
    if (twice !== null)
      return { kind: 'error', error: `label name ${JSON.stringify(twice)} is not unique: invalid sample` };
    return { kind: 'labels', labels: labelsOf(pairs) };
  };
};

/** Labels of a report series such as `up`: the target's, without exported_ twins of its own labels. */
export const reportLabels = (name: string, targetLabels: Labels): Labels => {
  const builder = new LabelsBuilder([['__name__', name]]);
  for (const [label, value] of new LabelsBuilder(Object.entries(targetLabels)).pairs()) {
    builder.set(EXPORTED + label, '');
    builder.set(label, value);
  }
  return labelsOf(builder.pairs());
};
