import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../../model/rng.ts';
import { SampleStore } from '../store.ts';
import { ChunkCounter } from './chunk-counter.ts';
import { indexBytes } from './index-model.ts';
import { JobMeter } from './job-meter.ts';
import { DISK_PRICE, diskMoneyPerMonth, instancePrice } from './prices.ts';
import {
  chunksPerBlock,
  headSeries,
  largestBlockSeconds,
  memoryBytes,
  retainedBytes,
  scrapeCores,
  walBytes,
} from './storage-model.ts';

const START = 1_780_704_000_000;

/** Bytes per sample of a day at this interval. */
const perSample = (intervalSeconds: number, next: () => number, jitter: () => number = () => 0): number => {
  const counter = new ChunkCounter();
  for (let at = 0; at < 86_400_000; at += intervalSeconds * 1000) counter.add(START + at + jitter(), next());
  return counter.bytes / counter.samples;
};

const within = (got: number, expected: number, share: number) =>
  expect(Math.abs(got / expected - 1)).toBeLessThan(share);

describe('bytes per sample (check 1: within 3 % of the table in metrics-path.md 2.2)', () => {
  const { uniform } = stream(5, 'bytes');
  const poisson = (mean: number): number => {
    let count = 0;
    for (let left = Math.exp(-mean), product = uniform(); product > left; product *= uniform()) count++;
    return count;
  };

  it('of a constant are 0.45 at every interval, 2.25 with 8 ms of jitter', () => {
    for (const [interval, expected] of [
      [2, 0.45],
      [5, 0.45],
      [15, 0.45],
      [30, 0.46],
      [60, 0.46],
    ] as const) {
      within(
        perSample(interval, () => 42),
        expected,
        0.03,
      );
    }
    within(
      perSample(
        2,
        () => 42,
        () => Math.floor(uniform() * 17) - 8,
      ),
      2.25,
      0.03,
    );
  });

  it('of a noisy float are 8.0 at every interval', () => {
    for (const interval of [2, 5, 15, 30, 60])
      within(
        perSample(interval, () => 100 * uniform()),
        8.0,
        0.03,
      );
  });

  it('of a counter at 5 events/s are 1.94 to 2.55', () => {
    for (const [interval, expected] of [
      [2, 1.94],
      [5, 2.1],
      [15, 2.29],
      [30, 2.41],
      [60, 2.55],
    ] as const) {
      let count = 0;
      within(
        perSample(interval, () => (count += poisson(5 * interval))),
        expected,
        0.03,
      );
    }
  });
});

describe('chunks', () => {
  it('are 1, 2, 4, 12 and 30 per series and 2 h block at 60, 30, 15, 5 and 2 s', () => {
    for (const [interval, chunks] of [
      [60, 1],
      [30, 2],
      [15, 4],
      [5, 12],
      [2, 30],
    ] as const) {
      const counter = new ChunkCounter();
      for (let at = 0; at < 7_200_000; at += interval * 1000) counter.add(START + at, 1);
      expect([counter.chunks, counter.blocks]).toEqual([chunks, 1]);
      expect(chunksPerBlock(interval)).toBe(chunks);
    }
  });

  it('are cut at the 2 h boundary, so a series that crosses it is in two blocks', () => {
    const counter = new ChunkCounter();
    for (let at = 7_190_000; at < 7_210_000; at += 2000) counter.add(START + at, 1);
    expect([counter.chunks, counter.blocks]).toEqual([2, 2]);
  });

  it('of a pod that lives 144 s at 30 s cost 6.5 B per sample even for a constant', () => {
    const counter = new ChunkCounter();
    for (let k = 0; k < 4; k++) counter.add(START + k * 30_000, 7);
    within(counter.bytes / 4, 6.5, 0.03);
  });

  it('never shrink: bytes, chunks and samples grow with every sample, markers included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.double(), fc.boolean()), { maxLength: 300 }),
        (steps) => {
          const counter = new ChunkCounter();
          let [at, bytes] = [START, 0];
          for (const [gap, value, stale] of steps) {
            at += gap;
            counter.add(at, stale ? NaN : value, stale);
            expect(counter.bytes).toBeGreaterThanOrEqual(bytes);
            bytes = counter.bytes;
          }
          expect(counter.samples).toBe(steps.length);
        },
      ),
    );
  });
});

describe('the head after churn (check 10)', () => {
  it('holds the living series and those that died 1.1 to 3.1 h ago', () => {
    // 10 pods of 25 series, each replaced after 10 min: 60 pods an hour; measured 13.8 times the active series.
    expect(headSeries(250, 60 * 25) / 250).toBeCloseTo(13.6, 5);
    expect(headSeries(250, 1500, 1.1)).toBeCloseTo(1900, 6);
    expect(headSeries(250, 1500, 3.1)).toBeCloseTo(4900, 6);
  });
});

describe('blocks, log, disk, memory and money', () => {
  it('compacts to 6 h at 7 d, 18 h at 10 and 15 d, 54 h at 30 d of retention', () => {
    expect([1, 7, 10, 15, 30].map((days) => largestBlockSeconds(days * 86_400) / 3600)).toEqual([2, 6, 18, 18, 54]);
  });

  it('costs 100 B of index per series and 6.4 B per further chunk, again in each block', () => {
    // An entry of one chunk takes 48 B, of two 48, of four 64 for their padding; postings and own label values 44.
    expect(indexBytes(1, 25, 25)).toBe(2108 + 25 * 92);
    expect(indexBytes(2, 50, 100)).toBe(2 * 2108 + 50 * 92);
    expect(indexBytes(1, 25, 100)).toBe(2108 + 25 * 108);
  });

  it('writes 8.4 B to the log per sample of a 25-series target and 36 B once per series', () => {
    expect(walBytes({ scrapes: 1, samples: 25, newSeries: 0 }) / 25).toBeCloseTo(8.4, 5);
    expect(walBytes({ scrapes: 0, samples: 0, newSeries: 25 })).toBe(900);
  });

  it('keeps the base stack, 40 k series for 15 days, on about 2.9 GB at 30 s and 35 GB at 2 s', () => {
    const disk = (S: number, bytesPerSample: number) => {
      const samples = 40_000 / S;
      const rate = {
        chunkBytesPerSecond: samples * bytesPerSample,
        scrapesPerSecond: 100 / S,
        samplesPerSecond: samples,
        newSeriesPerSecond: 0,
        activeSeries: 40_000,
        chunksPerSeriesBlock: chunksPerBlock(S),
      };
      return retainedBytes(rate, 15 * 86_400);
    };
    within(disk(30, 1.5), 2.9e9, 0.1);
    within(disk(2, 1.25), 35e9, 0.1);
    expect(diskMoneyPerMonth(35e9)).toBeCloseTo(2.8, 5);
  });

  it('takes 50 MB and 2.3 kB per series, 1 ms per scrape and 3 µs per sample', () => {
    within(memoryBytes(61_856), 191e6, 0.03);
    expect(scrapeCores(5, 125)).toBeCloseTo(0.005375, 8);
  });

  it('has a source and a month for every price', () => {
    expect(DISK_PRICE).toMatchObject({ usd: 0.08, per: 'GB-month', asOf: '2026-01' });
    expect(instancePrice('g5.xlarge')).toMatchObject({ usd: 1.006, per: 'hour', asOf: '2026-01' });
    expect(instancePrice('p9.huge')).toBe(undefined);
  });
});

describe('the meter of a job', () => {
  it('adds up its series', () => {
    const meter = new JobMeter();
    const store = new SampleStore();
    for (const pod of ['a', 'b']) {
      const series = store.seriesFor({ pod });
      for (let k = 0; k < 120; k++) meter.onAppend(series, START + k * 60_000, 1, false);
    }
    expect(meter.cost(240)).toMatchObject({
      series: 2,
      samples: 240,
      chunks: 2,
      indexBytes: 2108 + 2 * 92,
      walBytes: 240 * 25 + 240 * 7.4 + 72,
    });
    within(meter.cost(240).chunkBytes / 240, 0.458, 0.01);
  });

  it('tells its metrics apart, the dearest first, and loses nothing between them', () => {
    const meter = new JobMeter();
    const store = new SampleStore();
    for (const pod of ['a', 'b', 'c']) {
      const idle = store.seriesFor({ __name__: 'idle', pod });
      const busy = store.seriesFor({ __name__: 'busy', pod });
      for (let k = 0; k < 240; k++) {
        meter.onAppend(idle, START + k * 60_000, 1, false);
        if (pod !== 'c') meter.onAppend(busy, START + k * 60_000, Math.sqrt(k), false);
      }
    }
    const { metrics, chunkBytes, indexBytes: index, samples } = meter.cost(720);
    expect(metrics.map(({ metric, series, samples: n }) => [metric, series, n])).toEqual([
      ['busy', 2, 480],
      ['idle', 3, 720],
    ]);
    expect(metrics.reduce((sum, m) => sum + m.chunkBytes, 0)).toBe(chunkBytes);
    expect(metrics.reduce((sum, m) => sum + m.samples, 0)).toBe(samples);
    // 240 samples a minute apart span two blocks of 2 h, each of which costs 2108 B by itself.
    expect(metrics.reduce((sum, m) => sum + m.indexBytes, 0)).toBe(index - 2 * 2108);
  });
});
