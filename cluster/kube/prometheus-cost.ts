// What Prometheus itself costs, in its own words: two readings of its /metrics, at the origin and at the end, and the
// storage record of a run made from them and from the samples that it stored. Pure.

import type { JobStorage, StorageRecord } from '../../model/record.ts';
import type { Platform } from '../../model/platform.ts';
import { StorageMeter } from '../../sim/hops/storage.ts';
import { SampleStore } from '../../sim/prometheus/store.ts';
import type { StoredGroup, StoredTarget } from './stored-series.ts';
import { evaluationsOf, samplesOf } from './stored-series.ts';

/** One reading of its own page; NaN where it does not say. */
export interface PrometheusReading {
  readonly atUnix: number;
  /** Unix time at which its process started, which tells one process from the next. */
  readonly startedSeconds: number;
  readonly headSeries: number;
  /** Counter: samples and markers of all jobs and rules. */
  readonly samplesAppended: number;
  readonly walBytes: number;
  readonly headChunks: number;
  readonly headChunkBytes: number;
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
  /** Last evaluation of all rule groups together. */
  readonly ruleSeconds: number;
}

/** Sum of the samples of `name` whose text holds `label`; NaN if there is none. */
const sumOf = (page: string, name: string, label = ''): number => {
  let sum = NaN;
  for (const line of page.split('\n')) {
    if (!line.startsWith(name)) continue;
    const after = line[name.length];
    if ((after !== ' ' && after !== '{') || !line.includes(label)) continue;
    sum = (Number.isNaN(sum) ? 0 : sum) + Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
};

/** Reads the page of Prometheus 2.53 to 3.x. */
export const prometheusReading = (page: string, atUnix: number): PrometheusReading => ({
  atUnix,
  startedSeconds: sumOf(page, 'process_start_time_seconds'),
  headSeries: sumOf(page, 'prometheus_tsdb_head_series'),
  samplesAppended: sumOf(page, 'prometheus_tsdb_head_samples_appended_total'),
  walBytes: sumOf(page, 'prometheus_tsdb_wal_storage_size_bytes'),
  headChunks: sumOf(page, 'prometheus_tsdb_head_chunks'),
  headChunkBytes: sumOf(page, 'prometheus_tsdb_head_chunks_storage_size_bytes'),
  memoryBytes: sumOf(page, 'process_resident_memory_bytes'),
  cpuSeconds: sumOf(page, 'process_cpu_seconds_total'),
  ruleSeconds: sumOf(page, 'prometheus_rule_group_last_duration_seconds'),
});

/** One job's targets, with the stretch in which each was scraped. */
export interface StoredJob {
  readonly job: string;
  readonly intervalMillis: number;
  readonly targets: readonly {
    readonly target: StoredTarget;
    /** Milliseconds since the origin; the target was there from before it where negative. */
    readonly foundMillis: number;
    /** Null = until the end. */
    readonly lostMillis: number | null;
    /** Stamp of its staleness markers, Unix; null = none were written. */
    readonly markerUnix: number | null;
  }[];
}

export interface StorageQuestion {
  readonly platform: Platform;
  readonly jobs: readonly StoredJob[];
  /** Of the platform's rules; absent = not asked for. */
  readonly groups?: readonly StoredGroup[];
  readonly epochMillis: number;
  readonly endMillis: number;
  readonly pricePerGbMonth: number;
  readonly before: PrometheusReading;
  readonly after: PrometheusReading;
}

/** Adds what was stored after the origin, in the order in which it was stored. */
const fill = (meter: StorageMeter, { jobs, groups = [], epochMillis, endMillis }: StorageQuestion): void => {
  const store = new SampleStore();
  const changes = jobs.flatMap(({ job, intervalMillis, targets }) =>
    targets.flatMap(({ foundMillis, lostMillis }) => [
      { job, intervalMillis, change: 1, at: Math.max(0, foundMillis) },
      ...(lostMillis === null || lostMillis > endMillis ? [] : [{ job, intervalMillis, change: -1, at: lostMillis }]),
    ]),
  );
  for (const { job, change, intervalMillis, at } of changes.sort((a, b) => a.at - b.at))
    meter.targets(job, change, intervalMillis, at);
  const inside = (unix: number): boolean => unix >= epochMillis && unix <= epochMillis + endMillis;
  for (const { job, targets } of jobs) {
    const append = meter.appender(job);
    for (const { target, markerUnix } of targets) {
      target.up.times.forEach((at, i) => {
        if (inside(at)) meter.scraped(job, target.up.values[i] === 1);
      });
      for (const { series, atMillis, value, stale } of samplesOf(target, markerUnix))
        if (inside(atMillis)) append(store.seriesFor(series.labels), atMillis, value, stale);
    }
  }
  groups.forEach((group, i) => {
    for (const samples of evaluationsOf(group))
      if (inside(samples[0]!.timestampMillis)) meter.evaluated(i, group, { samples }, store);
  });
};

const orElse = (measured: number, computed: number): number => (measured >= 0 ? measured : computed);

/** Of a counter, between the readings; NaN where it is of another process: Prometheus was restarted. */
const increase = (
  before: PrometheusReading,
  after: PrometheusReading,
  counter: 'samplesAppended' | 'cpuSeconds',
): number => {
  const isAnother = after.startedSeconds > before.startedSeconds || after[counter] < before[counter];
  return isAnother ? NaN : after[counter] - before[counter];
};

/** Samples and markers that it says it appended between the readings; NaN where it was restarted. */
export const appendedBetween = (before: PrometheusReading, after: PrometheusReading): number =>
  increase(before, after, 'samplesAppended');

/** Each job's share of the log goes by its share of all samples that went into it, those of rules and others included. */
const withLog = (jobs: readonly JobStorage[], bytes: number, appended: number): readonly JobStorage[] =>
  bytes > 0 && appended > 0 ? jobs.map((job) => ({ ...job, walBytes: (bytes * job.samples) / appended })) : jobs;

/**
 * Samples, scrapes and series are counted in what Prometheus gave back; log, head series, memory and processor are its own
 * figures; chunk bytes are the exact coding of the samples, since the head tells its chunks only when they are closed.
 */
export const measuredStorage = (question: StorageQuestion): StorageRecord => {
  const { platform, endMillis, pricePerGbMonth, before, after } = question;
  const meter = new StorageMeter();
  fill(meter, question);
  const computed = meter.record(platform, endMillis, pricePerGbMonth);
  const seconds = (after.atUnix - before.atUnix) / 1000;
  return {
    ...computed,
    jobs: withLog(computed.jobs, after.walBytes - before.walBytes, appendedBetween(before, after)),
    headSeries: orElse(after.headSeries, computed.headSeries),
    memoryBytes: orElse(after.memoryBytes, computed.memoryBytes),
    cpuCores: orElse(increase(before, after, 'cpuSeconds') / seconds, computed.cpuCores),
  };
};

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;

/** What Prometheus says of itself, in a sentence for the run's notes. */
export const costNote = (before: PrometheusReading, after: PrometheusReading, jobs: readonly StoredJob[]): string => {
  const millis = jobs
    .flatMap(({ targets }) => targets.flatMap(({ target }) => [...target.durationSeconds.values()]))
    .map((seconds) => 1000 * seconds)
    .sort((a, b) => a - b);
  const seconds = (after.atUnix - before.atUnix) / 1000;
  const text = (value: number, unit: string, digits = 1): string =>
    Number.isNaN(value) ? `? ${unit}` : `${value.toFixed(digits)} ${unit}`;
  return (
    `Prometheus itself: ${text(appendedBetween(before, after) / seconds, 'samples/s')}, ` +
    `${text(after.headSeries, 'series', 0)} and ${text(after.headChunks, 'chunks', 0)} in the head ` +
    `(${text(after.headChunkBytes / 1e3, 'kB', 0)} on disk), log ${text(after.walBytes / 1e3, 'kB', 0)}, ` +
    `memory ${text(after.memoryBytes / 1e6, 'MB', 0)}, ` +
    `${text(increase(before, after, 'cpuSeconds') / seconds, 'cores', 3)}; a scrape took ` +
    `${text(quantile(millis, 0.5), 'ms')} at the median and ${text(quantile(millis, 0.95), 'ms')} at 95 %, ` +
    `the last evaluation of all rules ${text(1000 * after.ruleSeconds, 'ms')}`
  );
};
