// What storing the metrics cost, as tables of the report: by job and rule group, by metric name, at other intervals.

import type { RunRecord } from '../../model/record.ts';
import type { Score } from '../score/score.ts';
import { bytes, duration, money, number } from './format.ts';
import type { Html } from './html.ts';
import { markup } from './html.ts';
import { tableHtml } from './tables.ts';

const MOST_METRICS = 12;

/** A name of many words without a blank, which may go on in the next line after `_` and `/`. */
const breakable = (name: string): Html =>
  markup`${name.split(/(?<=[_/])/).map((part, i) => (i === 0 ? markup`${part}` : markup`<wbr>${part}`))}`;

export const storageTables = (run: RunRecord, score: Score): Html => {
  const jobs = run.storage.jobs.map((j) => [
    breakable(j.job),
    duration(j.intervalMillis / 1000),
    number(j.targets),
    number(j.series),
    number(j.samples),
    bytes(j.chunkBytes),
    bytes(j.indexBytes),
    bytes(j.walBytes),
  ]);
  const recorded = (run.storage.recorded ?? []).map((g) => [
    breakable(`rule group ${g.group}`),
    duration(g.intervalMillis / 1000),
    '',
    number(g.series),
    number(g.samples),
    bytes(g.chunkBytes),
    bytes(g.indexBytes),
    bytes(g.walBytes),
  ]);
  const metrics = run.storage.jobs
    .flatMap((j) => (j.metrics ?? []).map((m) => ({ job: j.job, ...m })))
    .sort((x, y) => y.chunkBytes + y.indexBytes - x.chunkBytes - x.indexBytes)
    .slice(0, MOST_METRICS);
  const [job, ...otherJobs] = new Set(metrics.map((m) => m.job));
  const severalJobs = otherJobs.length > 0;
  const metricRows = metrics.map((m) => [
    severalJobs ? markup`${breakable(m.metric)}<span class="d">${breakable(m.job)}</span>` : breakable(m.metric),
    number(m.series),
    number(m.samples),
    bytes(m.chunkBytes),
    bytes(m.indexBytes),
    m.samples === 0 ? '' : number(m.chunkBytes / m.samples),
  ]);
  const others = score.metrics.atIntervals.map((i) => [
    duration(i.intervalSeconds),
    bytes(i.retainedBytes),
    money(i.moneyPerMonth),
  ]);
  return markup`${tableHtml(['job', 'interval', 'targets', 'series', 'samples', 'chunks', 'index', 'WAL'], [...jobs, ...recorded], [1, 2, 3, 4, 5, 6, 7], ' jobs')}
<p class="note">${number(score.metrics.samplesPerSecond)} samples/s, ${bytes(score.metrics.memoryBytes)} of memory, ${number(1000 * score.metrics.cpuCores)} m CPU of scraping, ${duration(86_400 * score.metrics.retentionDays)} of retention.</p>
${metrics.length === 0 ? null : markup`<h3>By metric${job === undefined || severalJobs ? null : markup` of ${breakable(job)}`}, the dearest first</h3>${tableHtml(['metric', 'series', 'samples', 'chunks', 'index', 'bytes per sample'], metricRows, [1, 2, 3, 4, 5], ' metrics')}`}
${others.length === 0 ? null : markup`<h3>The same jobs at one interval for all (estimate)</h3>${tableHtml(['interval', 'kept', 'per month'], others, [1, 2])}`}`;
};
