// What Prometheus stored and cost in a real run beside what the simulation says, figure by figure with its error. Pure.

import type { JobStorage, RunRecord } from '../../model/record.ts';

export interface StorageRow {
  readonly what: string;
  readonly unit: '' | 'B' | 'cores';
  readonly real: number;
  readonly ours: number;
  /** ours / real − 1; null where the real one is 0. */
  readonly error: number | null;
}

const row = (what: string, unit: StorageRow['unit'], real: number, ours: number): StorageRow => ({
  what,
  unit,
  real,
  ours,
  error: real === 0 ? null : ours / real - 1,
});

const ofJob = (job: string, real: JobStorage, ours: JobStorage): readonly StorageRow[] => [
  row(`${job}: targets on average`, '', real.targets, ours.targets),
  row(`${job}: series`, '', real.series, ours.series),
  row(`${job}: scrapes`, '', real.scrapes, ours.scrapes),
  row(`${job}: failed scrapes`, '', real.failedScrapes, ours.failedScrapes),
  row(`${job}: samples and markers`, '', real.samples, ours.samples),
  row(`${job}: bytes of chunks`, 'B', real.chunkBytes, ours.chunkBytes),
  row(`${job}: bytes of the log`, 'B', real.walBytes, ours.walBytes),
];

/** Jobs that both have, then the server as a whole (the real one also keeps what no job of the simulation has). */
export const storageRows = ({ storage: real }: RunRecord, { storage: ours }: RunRecord): readonly StorageRow[] => [
  ...real.jobs.flatMap((job) => {
    const own = ours.jobs.find((each) => each.job === job.job);
    return own === undefined ? [] : ofJob(job.job, job, own);
  }),
  row('series in the head', '', real.headSeries, ours.headSeries),
  row('memory', 'B', real.memoryBytes, ours.memoryBytes),
  row('processor of scraping', 'cores', real.cpuCores, ours.cpuCores),
];
