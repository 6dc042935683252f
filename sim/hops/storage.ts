// What storing the metrics costs, counted while the run goes on: scrapes, samples, series and targets per job, and at the
// end the bytes, memory, processor and money of metrics-path.md section 2.

import type { JobStorage, StorageRecord } from '../../model/record.ts';
import type { Platform } from '../../model/platform.ts';
import type { Series } from '../prometheus/store.ts';

interface Job {
  intervalMillis: number;
  targets: number;
  targetMillis: number;
  changedMillis: number;
  scrapes: number;
  failedScrapes: number;
  samples: number;
  readonly series: Set<number>;
}

/** Whole pod at 1 request/s, 15 s (2.2); WAL of a 25-series page (2.3); index per series-day at 15 s (2.3). */
const BYTES_PER_SAMPLE = 1.48;
const WAL_BYTES_PER_SAMPLE = 9;
const INDEX_BYTES_PER_SERIES_DAY = 439;
const WAL_SECONDS = 3 * 3600;
/** RSS = 50 MB + 2.3 kB per series; 1.0 ms per scrape + 3 µs per sample (2.3). */
const BASE_BYTES = 50e6;
const SERIES_BYTES = 2300;
const SCRAPE_SECONDS = 0.001;
const SAMPLE_SECONDS = 3e-6;

export class StorageMeter {
  private readonly jobs = new Map<string, Job>();

  private job(name: string): Job {
    let job = this.jobs.get(name);
    if (job === undefined) {
      job = {
        intervalMillis: 0,
        targets: 0,
        targetMillis: 0,
        changedMillis: 0,
        scrapes: 0,
        failedScrapes: 0,
        samples: 0,
        series: new Set(),
      };
      this.jobs.set(name, job);
    }
    return job;
  }

  targets(name: string, change: number, intervalMillis: number, atMillis: number): void {
    const job = this.job(name);
    job.intervalMillis = intervalMillis;
    job.targetMillis += job.targets * (atMillis - job.changedMillis);
    job.changedMillis = atMillis;
    job.targets += change;
  }

  scraped(name: string, ok: boolean): void {
    const job = this.job(name);
    job.scrapes += 1;
    if (!ok) job.failedScrapes += 1;
  }

  /** For the append hook of a job's targets. */
  appender(name: string): (series: Series) => void {
    const job = this.job(name);
    return (series) => {
      job.samples += 1;
      job.series.add(series.ordinal);
    };
  }

  record(platform: Platform, endMillis: number, pricePerGbMonth: number): StorageRecord {
    const days = endMillis / 86_400_000;
    const jobs = [...this.jobs].map(([job, of]): JobStorage => {
      this.targets(job, 0, of.intervalMillis, endMillis);
      return {
        job,
        intervalMillis: of.intervalMillis,
        targets: of.targetMillis / endMillis,
        series: of.series.size,
        scrapes: of.scrapes,
        failedScrapes: of.failedScrapes,
        samples: of.samples,
        chunkBytes: of.samples * BYTES_PER_SAMPLE,
        indexBytes: of.series.size * INDEX_BYTES_PER_SERIES_DAY * days,
        walBytes: of.samples * WAL_BYTES_PER_SAMPLE,
      };
    });
    const sum = (of: (job: JobStorage) => number): number => jobs.reduce((total, job) => total + of(job), 0);
    const seconds = endMillis / 1000;
    const perSecond = sum((job) => job.samples) / seconds;
    const { retention } = platform.prometheus;
    const retainedBytes =
      ((sum((job) => job.chunkBytes) + sum((job) => job.indexBytes)) / seconds) * retention +
      perSecond * WAL_BYTES_PER_SAMPLE * WAL_SECONDS;
    const headSeries = sum((job) => job.series);
    return {
      jobs,
      samplesPerSecond: perSecond,
      retainedBytes,
      retentionSeconds: retention,
      headSeries,
      memoryBytes: BASE_BYTES + SERIES_BYTES * headSeries,
      cpuCores: (sum((job) => job.scrapes) * SCRAPE_SECONDS + sum((job) => job.samples) * SAMPLE_SECONDS) / seconds,
      moneyPerMonth: (retainedBytes / 1e9) * pricePerGbMonth,
    };
  }
}
