import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { batchMeans, bootstrapMean, pairedDifference } from './interval.ts';

describe('bootstrap', () => {
  it('has no interval for fewer than two values', () => {
    expect([bootstrapMean([], stream(1, 'b')), bootstrapMean([3], stream(1, 'b'))]).toEqual([null, null]);
  });

  it('gives the same interval for the same stream, around the mean', () => {
    const values = [3, 5, 4, 8, 6, 7, 5, 4];
    const interval = bootstrapMean(values, stream(7, 'b'))!;
    expect(bootstrapMean(values, stream(7, 'b'))).toEqual(interval);
    expect(interval).toMatchObject({ mean: 5.25, confidence: 0.95, count: 8, method: 'bootstrap' });
    expect(interval.low).toBeGreaterThan(3.9);
    expect(interval.low).toBeLessThan(5.25);
    expect(interval.high).toBeGreaterThan(5.25);
    expect(interval.high).toBeLessThan(6.6);
  });

  it('covers the true mean in about 90 to 97 % of 400 samples of 20 uniforms', () => {
    const draws = stream(11, 'coverage');
    let covered = 0;
    for (let k = 0; k < 400; k++) {
      const sample = Array.from({ length: 20 }, () => draws.uniform());
      const interval = bootstrapMean(sample, draws)!;
      if (interval.low <= 0.5 && interval.high >= 0.5) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.9);
    expect(covered / 400).toBeLessThan(0.975);
  });
});

describe('paired difference', () => {
  it('sees a shift of 1 that the spread of 100 between seeds would hide', () => {
    const a = [0, 100, 40, 77, 13];
    const b = [1, 102, 40, 78, 14];
    expect(pairedDifference(a, b, stream(1, 'p'))).toMatchObject({ mean: 1, count: 5, method: 'paired-bootstrap' });
    expect(pairedDifference(a, b, stream(1, 'p'))!.low).toBeGreaterThan(0.3);
  });

  it('leaves out pairs without data on one side', () => {
    expect(pairedDifference([1, null, 3], [2, 5, 4], stream(1, 'p'))).toMatchObject({
      mean: 1,
      low: 1,
      high: 1,
      count: 2,
    });
    expect(pairedDifference([1, null], [null, 2], stream(1, 'p'))).toBeNull();
  });
});

describe('batch means', () => {
  it('is wider than the plain standard error on a correlated series', () => {
    const noise = stream(3, 'ar1');
    let x = 0;
    const series = Array.from({ length: 4000 }, () => (x = 0.95 * x + noise.uniform() - 0.5));
    const interval = batchMeans(series)!;
    const m = series.reduce((s, v) => s + v, 0) / series.length;
    const plain = 1.96 * Math.sqrt(series.reduce((s, v) => s + (v - m) ** 2, 0) / (series.length - 1) / series.length);
    expect((interval.high - interval.low) / 2).toBeGreaterThan(3 * plain);
  });

  it('refuses a series too short for its batches', () => {
    expect(batchMeans([1, 2, 3], 20)).toBeNull();
  });

  it('of two batches 1 and 3 is 2 ± 12.706', () => {
    expect(batchMeans([1, 1, 3, 3], 2)).toMatchObject({ mean: 2, low: 2 - 12.706, high: 2 + 12.706 });
  });
});
