// What Prometheus stored, as its HTTP API tells: series with their samples at their true timestamps, grouped by the target
// they came from. Staleness markers cannot be asked for; where Prometheus writes them follows from what is missing. Pure.

import { TestbedError } from '../../model/errors.ts';
import type { RuleSample } from '../../sim/prometheus/rules/rule.ts';
import type { Labels } from '../../sim/prometheus/store.ts';

export interface StoredSeries {
  readonly labels: Labels;
  /** Unix milliseconds, increasing. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

type Sample = readonly [seconds: number, value: string];

interface QueryBody {
  readonly status?: string;
  readonly error?: string;
  readonly data?: {
    readonly resultType?: string;
    readonly result?: readonly {
      readonly metric: Labels;
      readonly value?: Sample;
      readonly values?: readonly Sample[];
    }[];
  };
}

const FLOATS: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity, NaN };
const floatOf = (text: string): number => FLOATS[text] ?? Number(text);

/**
 * The series of an answer to a query: a range selector's raw samples, or one sample each. Throws TARGET_FAILED with
 * Prometheus' own words.
 *
 * @example storedSeries(JSON.parse(answer)) // [{ labels: { __name__: 'up', … }, times: [1795819994250], values: [1] }]
 */
export const storedSeries = (body: unknown): readonly StoredSeries[] => {
  const { status, error, data } = body as QueryBody;
  if (status !== 'success' || data?.result === undefined)
    throw new TestbedError('TARGET_FAILED', `Prometheus did not answer a query: ${error ?? JSON.stringify(body)}`);
  return data.result.map(({ metric, value, values }) => {
    const samples = values ?? (value === undefined ? [] : [value]);
    return {
      labels: metric,
      // The API prints seconds with three digits.
      times: samples.map(([seconds]) => Math.round(seconds * 1000)),
      values: samples.map(([, text]) => floatOf(text)),
    };
  });
};

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Series of several windows, oldest first, put together; windows do not overlap. */
export const joinedSeries = (windows: readonly (readonly StoredSeries[])[]): readonly StoredSeries[] => {
  const byKey = new Map<string, { labels: Labels; times: number[]; values: number[] }>();
  for (const { labels, times, values } of windows.flat()) {
    const key = keyOf(labels);
    const series = byKey.get(key) ?? { labels, times: [], values: [] };
    byKey.set(key, series);
    series.times.push(...times);
    series.values.push(...values);
  }
  return [...byKey.values()];
};

/** One target of a job: its own series `up`, how long its scrapes took, and everything that its pages brought. */
export interface StoredTarget {
  readonly labels: Labels;
  /** Label `pod`; '' for a target that is none. */
  readonly pod: string;
  /** Every scrape, failed ones with value 0. */
  readonly up: StoredSeries;
  readonly durationSeconds: ReadonlyMap<number, number>;
  /** All but the two above. */
  readonly series: readonly StoredSeries[];
}

const without = (labels: Labels, name: string): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => key !== name));

/** Groups series by target, in the order in which targets were first scraped. */
export const targetsOf = (series: readonly StoredSeries[]): readonly StoredTarget[] => {
  const ups = series.filter(({ labels }) => labels['__name__'] === 'up');
  const names = [...new Set(ups.flatMap(({ labels }) => Object.keys(labels)))].filter((name) => name !== '__name__');
  const identity = (labels: Labels): string => JSON.stringify(names.map((name) => labels[name] ?? ''));
  const grouped = Map.groupBy(series, ({ labels }) => identity(labels));
  return ups
    .map((up): StoredTarget => {
      const own = grouped.get(identity(up.labels)) ?? [];
      const duration = own.find(({ labels }) => labels['__name__'] === 'scrape_duration_seconds');
      return {
        labels: without(up.labels, '__name__'),
        pod: up.labels['pod'] ?? '',
        up,
        durationSeconds: new Map(duration?.times.map((t, i) => [t, duration.values[i]!])),
        series: own.filter((each) => each !== up && each !== duration),
      };
    })
    .sort((a, b) => (a.up.times[0] ?? 0) - (b.up.times[0] ?? 0));
};

/** A sample or marker, as it stands in the database. */
export interface StoredSample {
  readonly series: StoredSeries;
  readonly atMillis: number;
  readonly value: number;
  readonly stale: boolean;
}

/**
 * Every sample of a target in order of time, and the staleness markers between and behind them: one for each series of
 * the page at a scrape that no longer brought it, one for everything after the last scrape of a target that is gone.
 *
 * @param goneMillis stamp of the markers of a vanished target, Unix; null = it is still there
 */
export const samplesOf = (target: StoredTarget, goneMillis: number | null): readonly StoredSample[] => {
  const out: StoredSample[] = [];
  const { up } = target;
  const durations: StoredSeries = {
    labels: { ...target.labels, __name__: 'scrape_duration_seconds' },
    times: [...target.durationSeconds.keys()],
    values: [...target.durationSeconds.values()],
  };
  for (const series of [up, durations, ...target.series]) {
    let next = 0;
    let present = false;
    const marker = (atMillis: number): void => {
      out.push({ series, atMillis, value: NaN, stale: true });
      present = false;
    };
    for (const atMillis of up.times) {
      if (series.times[next] === atMillis) {
        out.push({ series, atMillis, value: series.values[next]!, stale: false });
        present = true;
        next += 1;
      } else if (present) marker(atMillis);
    }
    if (goneMillis !== null && present) marker(goneMillis);
  }
  return out.sort((a, b) => a.atMillis - b.atMillis);
};

/** What one rule group wrote. */
export interface StoredGroup {
  readonly name: string;
  readonly intervalMillis: number;
  readonly series: readonly StoredSeries[];
}

/** The evaluations that wrote something, with a marker where a series of the one before is missing. */
export const evaluationsOf = ({ series }: StoredGroup): readonly (readonly RuleSample[])[] => {
  const valueAt = series.map(({ times, values }) => new Map(times.map((t, i) => [t, values[i]!])));
  const slots = [...new Set(series.flatMap(({ times }) => times))].sort((a, b) => a - b);
  return slots.map((timestampMillis, n) =>
    series.flatMap(({ labels }, i): RuleSample[] => {
      const value = valueAt[i]!.get(timestampMillis);
      if (value !== undefined) return [{ labels, timestampMillis, value }];
      return valueAt[i]!.has(slots[n - 1] ?? NaN) ? [{ labels, timestampMillis, value: 'stale' }] : [];
    }),
  );
};
