// The sample store: series by label set, samples in time order, stale markers kept beside the values.
// Takes appends from the scrape loop and from rules; gives series to the PromQL evaluator and to the adapter's discovery.
// Timestamps are whole milliseconds since the Unix epoch (the resolution of Prometheus' own database).

export type Labels = Readonly<Record<string, string>>;

/** One text per label set, whatever the order of its names; labels with an empty value do not count. */
export const labelsKey = (labels: Labels): string => {
  let key = '';
  // Without a comparator, sort is by code unit: the order of Prometheus for everything but astral characters.
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name]!;
    if (value !== '') key += `${name}\u0001${value}\u0002`;
  }
  return key;
};

/**
 * One series. Live samples are at indices [first, end) of the three arrays; times increase strictly.
 * A sample whose `stale` is 1 is a staleness marker and its value is NaN.
 */
export class Series {
  readonly labels: Labels;
  readonly key: string;
  /** Position in creation order, which is the order in which Prometheus' storage returns series. */
  readonly ordinal: number;
  times = new Float64Array(16);
  values = new Float64Array(16);
  stale = new Uint8Array(16);
  first = 0;
  end = 0;

  constructor(labels: Labels, key: string, ordinal: number) {
    this.labels = labels;
    this.key = key;
    this.ordinal = ordinal;
  }

  /** Makes room for one more sample: reuses the trimmed head of the arrays if that is at least half of them. */
  makeRoom(): void {
    const live = this.end - this.first;
    if (this.first >= this.times.length >> 1) {
      this.times.copyWithin(0, this.first, this.end);
      this.values.copyWithin(0, this.first, this.end);
      this.stale.copyWithin(0, this.first, this.end);
    } else {
      const capacity = this.times.length * 2;
      const times = new Float64Array(capacity);
      const values = new Float64Array(capacity);
      const stale = new Uint8Array(capacity);
      times.set(this.times.subarray(this.first, this.end));
      values.set(this.values.subarray(this.first, this.end));
      stale.set(this.stale.subarray(this.first, this.end));
      this.times = times;
      this.values = values;
      this.stale = stale;
    }
    this.first = 0;
    this.end = live;
  }
}

export type AppendResult = 'appended' | 'duplicate' | 'duplicate-timestamp' | 'out-of-order';

export class SampleStore {
  /** In creation order. A series stays listed after its last sample was trimmed. */
  readonly series: Series[] = [];
  private readonly byKey = new Map<string, Series>();
  private readonly byName = new Map<string, Series[]>();
  /** Series of label sets that were asked for before, by the object: rules write the same ones again and again. */
  private readonly byObject = new WeakMap<Labels, Series>();

  /** The series of this label set, created if it is new; an object that was handed in must not change later. Empty label values are left out, as in Prometheus. */
  seriesFor(labels: Labels): Series {
    const same = this.byObject.get(labels);
    if (same !== undefined) return same;
    const key = labelsKey(labels);
    const series = this.byKey.get(key) ?? this.create(labels, key);
    this.byObject.set(labels, series);
    return series;
  }

  private create(labels: Labels, key: string): Series {
    const kept: Record<string, string> = {};
    for (const name of Object.keys(labels).sort()) if (labels[name] !== '') kept[name] = labels[name]!;
    const series = new Series(kept, key, this.series.length);
    this.series.push(series);
    this.byKey.set(key, series);
    this.byObject.set(kept, series);
    const name = kept['__name__'] ?? '';
    const sameName = this.byName.get(name);
    if (sameName === undefined) this.byName.set(name, [series]);
    else sameName.push(series);
    return series;
  }

  /** All series with this metric name, in creation order. */
  named(name: string): readonly Series[] {
    return this.byName.get(name) ?? [];
  }

  /**
   * Appends one sample. An older timestamp than the newest is refused (no out-of-order window), an equal one is
   * refused as well: 'duplicate' if the value is the same (Prometheus ignores it silently), else 'duplicate-timestamp'.
   */
  append(series: Series, timestampMillis: number, value: number): AppendResult {
    return this.put(series, timestampMillis, value, 0);
  }

  /** Appends a staleness marker. */
  appendStale(series: Series, timestampMillis: number): AppendResult {
    return this.put(series, timestampMillis, NaN, 1);
  }

  private put(series: Series, timestampMillis: number, value: number, stale: 0 | 1): AppendResult {
    if (series.end > series.first) {
      const last = series.times[series.end - 1]!;
      if (timestampMillis < last) return 'out-of-order';
      if (timestampMillis === last) {
        const same = series.stale[series.end - 1] === stale && Object.is(series.values[series.end - 1], value);
        return same ? 'duplicate' : 'duplicate-timestamp';
      }
    }
    if (series.end === series.times.length) series.makeRoom();
    series.times[series.end] = timestampMillis;
    series.values[series.end] = value;
    series.stale[series.end] = stale;
    series.end += 1;
    return 'appended';
  }

  /** Forgets samples older than this. What is left answers every query whose look-back ends at or after it. */
  trim(beforeMillis: number): void {
    for (const series of this.series) {
      let first = series.first;
      while (first < series.end && series.times[first]! < beforeMillis) first += 1;
      series.first = first;
    }
  }
}
