import { describe, expect, it } from 'vitest';
import { serviceLawOf } from './service-law.ts';
import {
  featureFactor,
  firstResultSeconds,
  peakThroughput,
  requestWeight,
  secondsPerWeight,
  streamsWithoutLag,
  throughput,
} from './service-time.ts';
import type { LawOptions } from './service-law.ts';
import { seconds } from './units.ts';

const OPTIONS: LawOptions = { calibration: 'pulse-pro-l40s', gpu: 'L40S', cap: null };
const lawOf = (change: Partial<LawOptions> = {}) => serviceLawOf({ ...OPTIONS, ...change })!;
const near = (values: readonly number[]): number[] => values.map((x) => Number(x.toFixed(4)));

describe('a service law by name', () => {
  it('is that of the parameter set on its GPU; what is not known is null', () => {
    expect(lawOf({ gpu: 'A100-80GB', cap: 7 }).batch).toMatchObject({ a: 0.1125, b: 0.025, t0: 0.045, cap: 7 });
    expect([
      serviceLawOf({ ...OPTIONS, calibration: 'x' }),
      serviceLawOf({ ...OPTIONS, gpu: 'x' }),
      serviceLawOf({ ...OPTIONS, stream: 'x' }),
      serviceLawOf({ ...OPTIONS, ttft: 'x' }),
    ]).toEqual([null, null, null, null]);
  });

  it('takes t0 at its bounds: a lone 50 s file takes t0 + 50/270, and saturation stays 20 per second', () => {
    const alone = (t0: number): number => {
      const { batch } = lawOf({ tuning: { t0: seconds(t0) } });
      return requestWeight(batch, 50, 1) * secondsPerWeight(batch, 1);
    };
    // calibration.md 4.1: t0 0.09, sensitivity at 0.02 and 0.25.
    expect(near([0.02, 0.09, 0.25].map(alone))).toEqual([0.205, 0.275, 0.435]);
    expect(lawOf({ tuning: { t0: seconds(0.25) } }).batch.b).toBe(0.05);
  });

  it('spreads t0 by a lognormal factor of the row if told so', () => {
    const { batch } = lawOf({ tuning: { t0Sigma: 0.5 } });
    const parts = Array.from(
      { length: 20_001 },
      (_, seed) => requestWeight(batch, 0, seed) * secondsPerWeight(batch, 1),
    )
      .map((t0) => Math.log(t0 / 0.09))
      .sort((x, y) => x - y);
    // The median of the factor is 1, its quartiles exp(±0.6745·0.5); five standard errors of a quantile are 0.03.
    expect(Math.abs(parts[10_000]!)).toBeLessThan(0.03);
    expect(Math.abs(parts[15_000]! - 0.6745 * 0.5)).toBeLessThan(0.03);
  });
});

describe('features (calibration.md 4.4)', () => {
  it('multiply the work of the audio: 1.35 or 2.2 for words, 13 for speakers', () => {
    expect([
      featureFactor({ wordTimestamps: true, diarisation: false }, 300),
      featureFactor({ wordTimestamps: true, diarisation: false }, 299),
      featureFactor({ wordTimestamps: true, diarisation: true }, 5),
      featureFactor({ wordTimestamps: false, diarisation: false }, 5),
    ]).toEqual([1.35, 2.2, 2.2 * 13, 1]);
  });

  it('leave the fixed part alone: 50 s with words take 0.09 + 2.2·50/270 s alone', () => {
    const { batch } = lawOf({ features: { wordTimestamps: true, diarisation: false } });
    expect(near([requestWeight(batch, 50, 1) * secondsPerWeight(batch, 1)])).toEqual([0.497]);
  });
});

describe('long files (calibration.md 4.1)', () => {
  it('lose throughput above 8 at once, so that there is a best concurrency', () => {
    const { batch } = lawOf({ tuning: { longFileLoss: 0.15 } });
    // b = 0.05, times 1, 1.15, 1.3, 1.45, 1.6.
    expect(near([8, 16, 32, 64, 128].map((c) => throughput(batch, c)))).toEqual([
      12.8, 13.9738, 13.8829, 13.1552, 12.2312,
    ]);
    expect(peakThroughput(batch)).toBeGreaterThanOrEqual(throughput(batch, 16));
    expect(peakThroughput(lawOf().batch)).toBe(throughput(lawOf().batch, 128));
  });
});

describe('live streams', () => {
  it('fit into the chunk period up to the predicted limits of calibration.md 4.2 and 4.3', () => {
    const limit = (change: Partial<LawOptions>): number => streamsWithoutLag({ ...lawOf(change).stream, cap: 9999 });
    expect([limit({ stream: 'riva-1' }), limit({ stream: 'riva-2' }), limit({ stream: 'riva-1-960' })]).toEqual([
      328, 180, 2625,
    ]);
    expect([0.00045, 0.0008, 0.0016].map((s1) => limit({ tuning: { s1: seconds(s1) } }))).toEqual([257, 145, 72]);
    expect(streamsWithoutLag(lawOf().stream)).toBe(128);
    expect(streamsWithoutLag(lawOf({ gpu: 'L4' }).stream)).toBe(25);
  });

  it('hear their first transcript after one chunk and one step, or by the published line', () => {
    expect(near([1, 100].map((n) => firstResultSeconds(lawOf().stream, n, 1)))).toEqual([0.1408, 0.22]);
    expect(near([1, 100].map((n) => firstResultSeconds(lawOf({ ttft: 'self-host' }).stream, n, 1)))).toEqual([
      0.064, 0.3016,
    ]);
    expect(near([1, 101].map((n) => firstResultSeconds(lawOf({ ttft: 'cloud' }).stream, n, 1)))).toEqual([0.15, 0.3]);
  });

  it('have the tail of the published tables: p90 and p95 near the median, p99 2.4 to 3.3 times it at 2 %', () => {
    const { stream } = lawOf({ ttft: 'self-host', tailShare: 0.02 });
    const sorted = Array.from({ length: 100_000 }, (_, seed) => firstResultSeconds(stream, 1, seed)).sort(
      (x, y) => x - y,
    );
    const over = (q: number): number => sorted[Math.floor(q * sorted.length)]! / sorted[sorted.length / 2]!;
    expect(Math.abs(over(0.9) - 1.3)).toBeLessThan(0.05);
    expect(Math.abs(over(0.95) - 1.4)).toBeLessThan(0.06);
    expect(over(0.99)).toBeGreaterThan(2.4);
    expect(over(0.99)).toBeLessThan(3.3);
  });
});
