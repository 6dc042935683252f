// Pages per second of the exposition parser and scrapes per second of the scrape loop, one core: pages of 40 series as
// text, first-seen and known, and the 25-series page of the simulator. Bound: 20,000 pages/s of 40 series.

import { Bench } from 'tinybench';
import type { BenchRow } from './rows.ts';
import { rowLine, rowsOf } from './rows.ts';
import { exposedLabels } from '../sim/prometheus/exposition/series-text.ts';
import { PageReader } from '../sim/prometheus/exposition/page.ts';
import type { ExposedSeries } from '../sim/prometheus/scrape.ts';
import { ScrapeTarget } from '../sim/prometheus/scrape.ts';
import { readScrapeConfig } from '../sim/prometheus/scrape-config.ts';
import { SampleStore } from '../sim/prometheus/store.ts';
import { ChunkCounter } from '../sim/prometheus/cost/chunk-counter.ts';

const BUCKETS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'];

/** A page like a pod's: gauges, counters by error type, two histograms, with HELP and TYPE lines; 40 series. */
const page = (k: number): string => {
  const lines: string[] = [];
  const family = (name: string, type: string) =>
    lines.push(`# HELP ${name} Something about ${name}.`, `# TYPE ${name} ${type}`);
  for (const name of ['asr_active_requests', 'asr_gpu_utilization', 'asr_gpu_memory_used_bytes', 'asr_queue_depth']) {
    family(name, 'gauge');
    lines.push(`${name} ${(k * 7) % 13}`);
  }
  family('asr_total_requests', 'counter');
  for (const kind of ['short', 'batch', 'stream', 'other'])
    lines.push(`asr_total_requests{kind="${kind}"} ${1000 + k}`);
  family('asr_failed_requests', 'counter');
  for (const type of ['timeout', 'decode', 'oom', 'other'])
    lines.push(`asr_failed_requests{error_type="${type}"} ${k % 5}`);
  for (const name of ['asr_request_duration_seconds', 'asr_queue_wait_seconds']) {
    family(name, 'histogram');
    for (const le of BUCKETS) lines.push(`${name}_bucket{le="${le}"} ${k + 17}`);
    lines.push(`${name}_sum ${(k * 1.2345678).toFixed(7)}`, `${name}_count ${k + 17}`);
  }
  return `${lines.join('\n')}\n`;
};

const PAGES = Array.from({ length: 64 }, (_, k) => page(k + 1));
const CONFIG = readScrapeConfig({ job_name: 'asr', scrape_interval: '2s' });
const TARGET = {
  job: 'lightning-asr-metrics',
  namespace: 'smallest',
  pod: 'lightning-asr-a',
  instance: '10.0.1.2:9090',
};
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const POD_SERIES: readonly ExposedSeries[] = [
  ...['asr_active_requests', 'asr_gpu_utilization', 'asr_gpu_memory_used_bytes', 'asr_total_requests'].map((name) => ({
    name,
    labels: {},
  })),
  ...['timeout', 'decode'].map((type) => ({ name: 'asr_failed_requests', labels: { error_type: type } })),
  ...BUCKETS.map((le) => ({ name: 'asr_request_duration_seconds_bucket', labels: { le } })),
  { name: 'asr_request_duration_seconds_sum', labels: {} },
  { name: 'asr_request_duration_seconds_count', labels: {} },
];

/** A target that is scraped for ever; the store forgets what is older than 1000 scrapes. */
const loop = (scrape: (target: ScrapeTarget, k: number, atMillis: number) => void) => {
  const store = new SampleStore();
  const target = new ScrapeTarget(store, CONFIG, TARGET, '2.53');
  let k = 0;
  return () => {
    k++;
    const at = 1_780_704_000_000 + k * 2000;
    scrape(target, k, at);
    if (k % 1000 === 0) store.trim(at - 1000);
  };
};

/** Calls per sample, so that the clock's resolution does not show. */
const CALLS = 50;

const KNOWN_PAGES = 'parse: pages of 40 series, known';

/** Runs all; about five seconds. */
export const benchScrape = async (millisEach = 600): Promise<readonly BenchRow[]> => {
  const bench = new Bench({ time: millisEach, warmupTime: 150 });
  const known = new PageReader();
  const add = (name: string, call: () => void) =>
    bench.add(name, () => {
      for (let i = 0; i < CALLS; i++) call();
    });
  let k = 0;
  add(KNOWN_PAGES, () => {
    known.read(PAGES[k++ & 63]!, 'text', '2.53');
  });
  add('parse: pages of 40 series, every one by the lexer', () => {
    new PageReader().read(PAGES[k++ & 63]!, 'text', '2.53');
  });
  add('parse: pages of 40 series, first seen, with labels', () => {
    const read = new PageReader().read(PAGES[k++ & 63]!, 'text', '2.53');
    for (let i = 0; i < read.count; i++) exposedLabels(read.keys[i]!, read.types[i]!, '2.53');
  });
  add(
    'scrape: text page of 40 series into the store',
    loop((target, n, at) =>
      target.apply({ kind: 'page', bytes: PAGES[n & 63]!, contentType: CONTENT_TYPE, durationSeconds: 0.004 }, at),
    ),
  );
  add(
    'scrape: structured page of 20 + 5 series into the store',
    loop((target, n, at) => {
      const samples = POD_SERIES.map((series, i) => ({ series, value: (n * (i + 1)) % 101 }));
      target.apply({ kind: 'samples', samples, durationSeconds: 0.004 }, at);
    }),
  );
  const counters = POD_SERIES.map(() => new ChunkCounter());
  add('cost: chunk bits of 20 samples', () => {
    k++;
    for (let i = 0; i < counters.length; i++) counters[i]!.add(1_780_704_000_000 + k * 2000, (k * (i + 1)) % 101);
  });
  return rowsOf(bench, (name) => ({ perCall: CALLS, bound: name === KNOWN_PAGES ? 20_000 : null }));
};

if (import.meta.main) for (const row of await benchScrape()) console.log(rowLine(row));
