// What storing the metrics costs, counted while the run goes on: targets, scrapes and every stored sample per job, and at
// the end the bytes, memory, processor and money of sim/prometheus/cost. Used by the simulation and the local profile alike.

import type { JobStorage, RecordedStorage, StorageRecord } from '../../model/record.ts';
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
import type { GroupEvaluation } from '../prometheus/rules/group.ts';
import type { RuleGroup } from '../prometheus/rules/rule.ts';
import type { OnAppend } from '../prometheus/scrape.ts';
import type { SampleStore } from '../prometheus/store.ts';

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

interface Group {
  readonly name: string;
  readonly intervalMillis: number;
  readonly meter: JobMeter;
  evaluations: number;
  /** Series that the last evaluation wrote. */
  active: number;
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
  private readonly groups = new Map<number, Group>();

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

  /** A rule group was evaluated; `index` tells groups apart. */
  evaluated(
    index: number,
    group: Pick<RuleGroup, 'name' | 'intervalMillis'>,
    { samples }: Pick<GroupEvaluation, 'samples'>,
    store: SampleStore,
  ): void {
    let known = this.groups.get(index);
    if (known === undefined) {
      const { name, intervalMillis } = group;
      known = { name, intervalMillis, meter: new JobMeter(), evaluations: 0, active: 0 };
      this.groups.set(index, known);
    }
    known.evaluations += 1;
    known.active = 0;
    for (const { labels, timestampMillis, value } of samples) {
      const stale = value === 'stale';
      if (!stale) known.active += 1;
      known.meter.onAppend(store.seriesFor(labels), timestampMillis, stale ? NaN : value, stale);
    }
  }

  /** The record at `endMillis` > 0. Rates are averages over the run. */
  record(platform: Platform, endMillis: number, pricePerGbMonth: number): StorageRecord {
    const totals = [...this.jobs.values()].map((job) => total(job, endMillis));
    const sum = (of: (each: JobTotal) => number): number => totals.reduce((all, each) => all + of(each), 0);
    const groups = [...this.groups.values()].map(recordedTotal).filter(({ cost }) => cost.series > 0);
    const recorded = (of: (each: RecordedTotal) => number): number => groups.reduce((all, each) => all + of(each), 0);
    const seconds = endMillis / 1000;
    const scrapesPerSecond = sum(({ storage }) => storage.scrapes) / seconds;
    const scrapedPerSecond = sum(({ storage }) => storage.samples) / seconds;
    const samplesPerSecond = scrapedPerSecond + recorded(({ storage }) => storage.samples) / seconds;
    const activeSeries = sum(({ active }) => active) + recorded(({ active }) => active);
    const died = sum((each) => each.died) + recorded((each) => each.died);
    const chunkBytesPerSecond =
      (sum(({ cost }) => cost.chunkBytes) + recorded(({ cost }) => cost.chunkBytes)) / seconds;
    const chunksOf = ({ storage, active }: JobTotal | RecordedTotal): number =>
      active * chunksPerBlock(storage.intervalMillis / 1000);
    const chunksPerSeriesBlock = activeSeries === 0 ? 1 : (sum(chunksOf) + recorded(chunksOf)) / activeSeries;
    const { retention } = platform.prometheus;
    const retained = retainedBytes(
      {
        chunkBytesPerSecond,
        // A group commits as a target does.
        scrapesPerSecond: scrapesPerSecond + recorded(({ storage }) => storage.evaluations) / seconds,
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
      recorded: groups.map(({ storage }) => storage),
      samplesPerSecond,
      retainedBytes: retained,
      retentionSeconds: retention,
      headSeries: head,
      memoryBytes: memoryBytes(head),
      cpuCores: scrapeCores(scrapesPerSecond, scrapedPerSecond),
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

interface RecordedTotal {
  readonly storage: RecordedStorage;
  readonly cost: JobCost;
  readonly active: number;
  readonly died: number;
}

const recordedTotal = ({ name, intervalMillis, meter, evaluations, active }: Group): RecordedTotal => {
  const cost = meter.cost(evaluations);
  const { series, samples, chunkBytes, indexBytes, walBytes } = cost;
  return {
    cost,
    active,
    died: series - active,
    storage: { group: name, intervalMillis, evaluations, series, samples, chunkBytes, indexBytes, walBytes },
  };
};

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
