// What storing the metrics costs: as the run measured it, and what other scrape intervals would cost by the formula of
// scoring.md section 6. Bytes are exact in the run's StorageRecord; here they are only turned into days and months.

import type { RunRecord, StorageRecord } from '../../model/record.ts';
import { scenarioOf } from './scenario-of.ts';

const DAY = 86_400;
const GB = 1e9;

export interface MetricShape {
  readonly targets: number;
  readonly seriesPerTarget: number;
  readonly intervalSeconds: number;
  readonly retentionDays: number;
  readonly bytesPerSample: number;
}

export interface MetricEstimate {
  readonly samplesPerSecond: number;
  readonly samples: number;
  readonly sampleBytes: number;
  readonly indexBytes: number;
  readonly walBytes: number;
}

/**
 * retention · targets · series ÷ interval · B, plus 316 B of index per series and day and a WAL of 3 h at 10 B per sample
 * (scoring.md section 6). The index constant fits S = 30 s; metrics-path.md 2.3 has it per interval.
 */
export const metricEstimate = (shape: MetricShape): MetricEstimate => {
  const series = shape.targets * shape.seriesPerTarget;
  const samplesPerSecond = series / shape.intervalSeconds;
  const samples = samplesPerSecond * shape.retentionDays * DAY;
  return {
    samplesPerSecond,
    samples,
    sampleBytes: samples * shape.bytesPerSample,
    indexBytes: series * 316 * shape.retentionDays,
    walBytes: 3 * 3600 * samplesPerSecond * 10,
  };
};

/** Money per month for bytes on a disk priced per GB-month (GB = 10⁹ bytes). */
export const diskMoneyPerMonth = (bytes: number, pricePerGbMonth: number): number => (bytes / GB) * pricePerGbMonth;

export interface IntervalCost {
  readonly intervalSeconds: number;
  readonly retainedBytes: number;
  readonly moneyPerMonth: number;
}

export interface MetricCost {
  readonly samplesPerSecond: number;
  readonly series: number;
  readonly bytesPerDay: number;
  readonly retainedBytes: number;
  readonly retentionDays: number;
  readonly memoryBytes: number;
  readonly cpuCores: number;
  readonly moneyPerMonth: number;
  /** The jobs of this run at other intervals, by the formula; empty if nothing was scraped. */
  readonly atIntervals: readonly IntervalCost[];
}

const INTERVALS = [2, 5, 10, 15, 30, 60];

const atInterval = (storage: StorageRecord, intervalSeconds: number, pricePerGbMonth: number): IntervalCost => {
  const retentionDays = storage.retentionSeconds / DAY;
  let bytes = 0;
  for (const job of storage.jobs) {
    if (job.scrapes === 0 || job.samples === 0) continue;
    const estimate = metricEstimate({
      targets: job.targets,
      seriesPerTarget: job.samples / job.scrapes,
      intervalSeconds,
      retentionDays,
      bytesPerSample: job.chunkBytes / job.samples,
    });
    bytes += estimate.sampleBytes + estimate.indexBytes + estimate.walBytes;
  }
  // What rules record does not depend on how often pods are scraped.
  for (const group of storage.recorded ?? []) {
    const estimate = metricEstimate({
      targets: 1,
      seriesPerTarget: group.samples / group.evaluations,
      intervalSeconds: group.intervalMillis / 1000,
      retentionDays,
      bytesPerSample: group.chunkBytes / group.samples,
    });
    bytes += estimate.sampleBytes + estimate.indexBytes + estimate.walBytes;
  }
  return { intervalSeconds, retainedBytes: bytes, moneyPerMonth: diskMoneyPerMonth(bytes, pricePerGbMonth) };
};

export const metricCost = (run: RunRecord): MetricCost => {
  const { storage } = run;
  const price = scenarioOf(run).prices.storagePerGbMonth;
  const scraped = storage.jobs.some((job) => job.samples > 0);
  return {
    samplesPerSecond: storage.samplesPerSecond,
    series: storage.headSeries,
    bytesPerDay: storage.retentionSeconds === 0 ? 0 : storage.retainedBytes / (storage.retentionSeconds / DAY),
    retainedBytes: storage.retainedBytes,
    retentionDays: storage.retentionSeconds / DAY,
    memoryBytes: storage.memoryBytes,
    cpuCores: storage.cpuCores,
    moneyPerMonth: storage.moneyPerMonth,
    atIntervals: scraped ? INTERVALS.map((s) => atInterval(storage, s, price)) : [],
  };
};
