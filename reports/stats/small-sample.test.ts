import { describe, expect, it } from 'vitest';
import { sampler } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import { bootstrapMean } from './interval.ts';
import { expandedConfidence, studentQuantile } from './small-sample.ts';

describe('studentQuantile', () => {
  // R: qt(0.975, df), qt(0.995, df)
  it.each([
    [0.975, 5, 2.571],
    [0.975, 9, 2.262],
    [0.975, 30, 2.042],
    [0.995, 9, 3.25],
    [0.995, 19, 2.861],
  ])('p = %d with %d degrees of freedom is %d within a hundredth', (p, freedom, want) => {
    expect(Math.abs(studentQuantile(p, freedom) / want - 1)).toBeLessThan(0.01);
  });
});

describe('expandedConfidence', () => {
  it('is wider for few values and nothing for many', () => {
    expect(expandedConfidence(10, 0.95)).toBeGreaterThan(0.98);
    expect(expandedConfidence(1000, 0.95)).toBeCloseTo(0.95, 2);
  });

  it('makes intervals of ten normal values cover 95 % where the plain ones do not', () => {
    const lognormal = sampler({ kind: 'lognormal', median: 1, sigma: 1 }, stream(5, 'values'));
    const normal = (): number => Math.log(lognormal());
    const rng = stream(5, 'resample');
    let [plain, expanded] = [0, 0];
    const trials = 1000;
    for (let i = 0; i < trials; i++) {
      const values = Array.from({ length: 10 }, normal);
      const covers = (confidence: number): boolean => {
        const { low, high } = bootstrapMean(values, rng, confidence)!;
        return low <= 0 && high >= 0;
      };
      if (covers(0.95)) plain += 1;
      if (covers(expandedConfidence(10, 0.95))) expanded += 1;
    }
    expect(plain / trials).toBeLessThan(0.93);
    expect(expanded / trials).toBeGreaterThan(0.935);
  });
});
