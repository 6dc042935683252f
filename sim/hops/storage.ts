// What storing the metrics costs, counted while the run goes on: targets, scrapes and every stored sample per job, and at
// the end the bytes, memory, processor and money of sim/prometheus/cost. Used by the simulation and the local profile alike.

import type { JobStorage, StorageRecord } from '../../model/record.ts';
import type { Platform } from '../../model/platform.ts';
import { JobMeter } from '../prometheus/cost/job-meter.ts';
import type { JobCost } from '../prometheus/cost/job-meter.ts';
import { DISK_PRICE, diskMoneyPerMonth } from '../prometheus/cost/prices.ts';
import {
  chunksPerBlock,
  headSeries,
  memoryBytes,
  retainedBytes,
  scrapeCores,
} from '../prometheus/cost/storage-model.ts';
import type { OnAppend } from '../prometheus/scrape.ts';

interface Job {
  readonly name: string;
  readonly meter: JobMeter;
  intervalMillis: number;
  targets: number;
  removed: number;
  /** Integral of `targets` up to the last change. */
  targetMillis: number;
  changedMillis: number;
  scrapes: number;
  failedScrapes: number;
}

interface JobTotal {
  readonly storage: JobStorage;
  readonly cost: JobCost;
  /** Series of the targets that are left, and of those that are gone. */
  readonly active: number;
  readonly died: number;
}

export class StorageMeter {
  private readonly jobs = new Map<string, Job>();

  /** A target was added (+1) or removed (−1). */
  targets(name: string, change: number, intervalMillis: number, atMillis: number): void {
    const job = this.job(name);
    job.intervalMillis = intervalMillis;
    job.targetMillis += job.targets * (atMillis - job.changedMillis);
    job.changedMillis = atMillis;
    job.targets += change;
    if (change < 0) job.removed += 1;
  }

  scraped(name: string, ok: boolean): void {
    const job = this.job(name);
    job.scrapes += 1;
    if (!ok) job.failedScrapes += 1;
  }

  /** For the append hook of a job's targets. */
  appender(name: string): OnAppend {
    return this.job(name).meter.onAppend;
  }

  /** The record at `endMillis` > 0. Rates are averages over the run. */
  record(platform: Platform, endMillis: number, pricePerGbMonth: number): StorageRecord {
    const totals = [...this.jobs.values()].map((job) => total(job, endMillis));
    const sum = (of: (each: JobTotal) => number): number => totals.reduce((all, each) => all + of(each), 0);
    const seconds = endMillis / 1000;
    const scrapesPerSecond = sum(({ storage }) => storage.scrapes) / seconds;
    const samplesPerSecond = sum(({ storage }) => storage.samples) / seconds;
    const activeSeries = sum(({ active }) => active);
    const died = sum((each) => each.died);
    const chunkBytesPerSecond = sum(({ cost }) => cost.chunkBytes) / seconds;
    const chunksPerSeriesBlock =
      activeSeries === 0
        ? 1
        : sum(({ storage, active }) => (active * chunksPerBlock(storage.intervalMillis / 1000)) / activeSeries);
    const { retention } = platform.prometheus;
    const retained = retainedBytes(
      {
        chunkBytesPerSecond,
        scrapesPerSecond,
        samplesPerSecond,
        newSeriesPerSecond: died / seconds,
        activeSeries,
        chunksPerSeriesBlock,
      },
      retention,
    );
    const head = headSeries(activeSeries, (died / seconds) * 3600);
    return {
      jobs: totals.map(({ storage }) => storage),
      samplesPerSecond,
      retainedBytes: retained,
      retentionSeconds: retention,
      headSeries: head,
      memoryBytes: memoryBytes(head),
      cpuCores: scrapeCores(scrapesPerSecond, samplesPerSecond),
      moneyPerMonth: diskMoneyPerMonth(retained, { ...DISK_PRICE, usd: pricePerGbMonth }),
    };
  }

  private job(name: string): Job {
    const known = this.jobs.get(name);
    if (known !== undefined) return known;
    const made: Job = {
      name,
      meter: new JobMeter(),
      intervalMillis: 0,
      targets: 0,
      removed: 0,
      targetMillis: 0,
      changedMillis: 0,
      scrapes: 0,
      failedScrapes: 0,
    };
    this.jobs.set(name, made);
    return made;
  }
}

const total = (job: Job, endMillis: number): JobTotal => {
  const cost = job.meter.cost(job.scrapes);
  // Series belong to targets alike: those of one target leave with it.
  const everHad = job.targets + job.removed;
  const died = everHad === 0 ? 0 : (cost.series * job.removed) / everHad;
  return {
    cost,
    active: cost.series - died,
    died,
    storage: {
      job: job.name,
      intervalMillis: job.intervalMillis,
      targets: (job.targetMillis + job.targets * (endMillis - job.changedMillis)) / endMillis,
      series: cost.series,
      scrapes: job.scrapes,
      failedScrapes: job.failedScrapes,
      samples: cost.samples,
      chunkBytes: cost.chunkBytes,
      indexBytes: cost.indexBytes,
      walBytes: cost.walBytes,
      metrics: cost.metrics,
    },
  };
};
