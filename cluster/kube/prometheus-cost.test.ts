import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { examplePlatform } from './observe.test-support.ts';
import type { PrometheusReading, StoredJob } from './prometheus-cost.ts';
import { appendedBetween, costNote, measuredStorage, prometheusReading } from './prometheus-cost.ts';
import type { StoredGroup, StoredTarget } from './stored-series.ts';

const EPOCH = 1_795_820_000_000;

/** Lines of Prometheus 3.16's own page. */
const PAGE = `# HELP prometheus_tsdb_head_series Total number of series in the head block.
# TYPE prometheus_tsdb_head_series gauge
prometheus_tsdb_head_series 985
# TYPE prometheus_tsdb_head_samples_appended_total counter
prometheus_tsdb_head_samples_appended_total{type="float"} 6289
prometheus_tsdb_head_samples_appended_total{type="histogram"} 0
prometheus_tsdb_wal_storage_size_bytes 196608
prometheus_tsdb_head_chunks 1970
prometheus_tsdb_head_chunks_storage_size_bytes 0
process_resident_memory_bytes 8.2460672e+07
process_cpu_seconds_total 1.43
process_start_time_seconds 1.79581999e+09
prometheus_rule_group_last_duration_seconds{rule_group="a;asr"} 0.001
prometheus_rule_group_last_duration_seconds{rule_group="b;asr"} 0.0005
`;

const reading = (more: Partial<PrometheusReading>): PrometheusReading => ({
  ...prometheusReading(PAGE, EPOCH),
  ...more,
});

describe("Prometheus' own page", () => {
  it('gives what it holds, wrote and took; what it does not say is NaN', () => {
    expect(prometheusReading(PAGE, EPOCH)).toEqual({
      atUnix: EPOCH,
      startedSeconds: 1_795_819_990,
      headSeries: 985,
      samplesAppended: 6289,
      walBytes: 196_608,
      headChunks: 1970,
      headChunkBytes: 0,
      memoryBytes: 82_460_672,
      cpuSeconds: 1.43,
      ruleSeconds: 0.0015,
    });
    expect(prometheusReading('', EPOCH).headSeries).toBeNaN();
  });

  it('counts from zero again after a restart: then the difference says nothing', () => {
    expect(appendedBetween(reading({}), reading({ samplesAppended: 7000 }))).toBe(711);
    expect(appendedBetween(reading({}), reading({ samplesAppended: 100 }))).toBeNaN();
    // It counted past the old figure since.
    const another = reading({ samplesAppended: 7000, startedSeconds: 1_795_820_100 });
    expect(appendedBetween(reading({}), another)).toBeNaN();
  });
});

/** Scraped each 10 s from −10 s on; the scrape of 10 s failed. */
const target: StoredTarget = {
  labels: { pod: 'p0' },
  pod: 'p0',
  up: {
    labels: { __name__: 'up', pod: 'p0' },
    times: [-10, 0, 10, 20].map((s) => EPOCH + s * 1000),
    values: [1, 1, 0, 1],
  },
  durationSeconds: new Map([-10, 0, 10, 20].map((s) => [EPOCH + s * 1000, 0.001])),
  series: [
    { labels: { __name__: 'x', pod: 'p0' }, times: [-10, 0, 20].map((s) => EPOCH + s * 1000), values: [1, 2, 3] },
  ],
};

const job = (lostMillis: number | null, markerUnix: number | null): StoredJob => ({
  job: 'asr',
  intervalMillis: 10_000,
  targets: [{ target, foundMillis: -10_500, lostMillis, markerUnix }],
});

const recordOf = (of: StoredJob, endMillis: number, groups?: readonly StoredGroup[]) =>
  measuredStorage({
    platform: { ...examplePlatform, prometheus: { ...examplePlatform.prometheus, retention: seconds(3600) } },
    jobs: [of],
    ...(groups === undefined ? {} : { groups }),
    epochMillis: EPOCH,
    endMillis,
    pricePerGbMonth: 0.08,
    before: reading({ atUnix: EPOCH }),
    after: reading({
      atUnix: EPOCH + 20_000,
      samplesAppended: 6289 + 40,
      walBytes: 196_608 + 400,
      memoryBytes: 9e7,
      cpuSeconds: 1.53,
    }),
  });

describe('the storage of a real run', () => {
  it('counts what was stored from the origin on, markers too, and takes log, memory and processor from Prometheus', () => {
    // up 3, duration 3, x 2 and its marker at the failed scrape.
    const { jobs, samplesPerSecond, headSeries, memoryBytes, cpuCores } = recordOf(job(null, null), 20_000);
    expect(jobs).toMatchObject([
      { job: 'asr', targets: 1, series: 3, scrapes: 3, failedScrapes: 1, samples: 9, walBytes: (400 * 9) / 40 },
    ]);
    expect({ samplesPerSecond, headSeries, memoryBytes }).toEqual({
      samplesPerSecond: 9 / 20,
      headSeries: 985,
      memoryBytes: 9e7,
    });
    expect(cpuCores).toBeCloseTo(0.1 / 20, 12);
  });

  it('has a marker for every series of a target that is gone, and the target for as long as it was there', () => {
    expect(recordOf(job(20_500, EPOCH + 30_000), 41_000).jobs).toMatchObject([{ targets: 0.5, samples: 12 }]);
  });
});

describe('the rules of a real run', () => {
  it('are kept like jobs: their series are in the whole, evaluations before the origin are not', () => {
    const x = {
      labels: { __name__: 'asr:x' },
      times: [-10, 0, 10, 20].map((s) => EPOCH + s * 1000),
      values: [1, 1, 1, 1],
    };
    const without = recordOf(job(null, null), 20_000);
    const { recorded, retainedBytes, samplesPerSecond } = recordOf(job(null, null), 20_000, [
      { name: 'asr', intervalMillis: 10_000, series: [x] },
    ]);
    expect(recorded).toMatchObject([{ group: 'asr', intervalMillis: 10_000, evaluations: 3, series: 1, samples: 3 }]);
    expect(samplesPerSecond).toBe(12 / 20);
    expect(without.recorded).toEqual([]);
    expect(retainedBytes).toBeGreaterThan(without.retainedBytes);
  });
});

describe('what Prometheus says of itself', () => {
  it('is a sentence with its unit at every figure', () => {
    const before = reading({ atUnix: EPOCH });
    const after = reading({ atUnix: EPOCH + 20_000, samplesAppended: 6329, cpuSeconds: 1.53 });
    expect(costNote(before, after, [job(null, null)])).toBe(
      'Prometheus itself: 2.0 samples/s, 985 series and 1970 chunks in the head (0 kB on disk), log 197 kB, memory 82 MB, ' +
        '0.005 cores; a scrape took 1.0 ms at the median and 1.0 ms at 95 %, the last evaluation of all rules 1.5 ms',
    );
    expect(costNote(after, before, [])).toContain('? samples/s');
  });
});
