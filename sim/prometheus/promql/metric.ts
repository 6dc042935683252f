// A label set inside a query, with everything that is derived from it kept beside it: its key, itself without the
// metric name, its part for a grouping. A series' label set never changes, so each is derived once and then shared by
// all evaluations; that is what keeps `sum by (pod) (rate(x[5m]))` from copying labels.

import type { Labels, Series } from '../store.ts';
import { labelsKey } from '../store.ts';

export class Metric {
  readonly labels: Labels;
  readonly name: string;
  private keyText: string | undefined;
  private derived: Map<string, Metric> | undefined;

  /** `labels` must have no empty values. */
  constructor(labels: Labels) {
    this.labels = labels;
    this.name = labels['__name__'] ?? '';
  }

  /** Equal for equal label sets. */
  get key(): string {
    return (this.keyText ??= labelsKey(this.labels));
  }

  /** What `make` gives for this label set, made once per `id`. */
  derive(id: string, make: (labels: Labels) => Labels): Metric {
    let metric = this.derived?.get(id);
    if (metric === undefined) {
      metric = new Metric(make(this.labels));
      (this.derived ??= new Map()).set(id, metric);
    }
    return metric;
  }
}

export const EMPTY_METRIC = new Metric({});

const ofSeries = new WeakMap<Series, Metric>();

export const metricOf = (series: Series): Metric => {
  let metric = ofSeries.get(series);
  if (metric === undefined) {
    metric = new Metric(series.labels);
    ofSeries.set(series, metric);
  }
  return metric;
};

/** Only these labels. */
const keepLabels = (labels: Labels, names: readonly string[]): Labels => {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = labels[name];
    if (value !== undefined && value !== '') kept[name] = value;
  }
  return kept;
};

/** All but these labels. */
export const dropLabels = (labels: Labels, names: readonly string[]): Labels => {
  const kept: Record<string, string> = {};
  for (const name in labels) if (!names.includes(name)) kept[name] = labels[name]!;
  return kept;
};

/** With one label set, or removed where the value is empty. */
export const setLabel = (labels: Labels, name: string, value: string): Labels => {
  const changed: Record<string, string> = { ...labels, [name]: value };
  return value === '' ? dropLabels(labels, [name]) : changed;
};

/** A way to cut label sets down: `by`/`on` keep `names`, `without`/`ignoring` drop them. */
export interface LabelCut {
  readonly id: string;
  readonly names: readonly string[];
  readonly keep: boolean;
}

export const labelCut = (keep: boolean, names: readonly string[]): LabelCut => {
  const sorted = [...new Set(names)].sort();
  return { id: `${keep ? 'keep' : 'drop'}:${sorted.join('\u0001')}`, names: sorted, keep };
};

export const cutMetric = (metric: Metric, cut: LabelCut): Metric => {
  if (cut.names.length === 0) return cut.keep ? EMPTY_METRIC : metric;
  return metric.derive(cut.id, (labels) => (cut.keep ? keepLabels : dropLabels)(labels, cut.names));
};
