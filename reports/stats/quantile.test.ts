import fc from 'fast-check';
import { quantileSorted } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { ascending, mean, quantile } from './quantile.ts';

describe('quantile', () => {
  const turnaround = ascending([1.0, 3.0, 9.0, 1.6]);

  it('gives the figures of vector S8: nearest rank and type 7 differ', () => {
    expect([quantile(turnaround, 0.5, 'nearest-rank'), quantile(turnaround, 0.95, 'nearest-rank')]).toEqual([1.6, 9]);
    expect(quantile(turnaround, 0.5, 'type-7')).toBeCloseTo(2.3, 12);
    expect(quantile(turnaround, 0.95, 'type-7')).toBeCloseTo(8.1, 12);
  });

  it('takes rank 7 for the 7th percentile of 100 values, whatever the rounding of 0.07·100', () => {
    expect(
      quantile(
        Float64Array.from({ length: 100 }, (_, i) => i + 1),
        0.07,
        'nearest-rank',
      ),
    ).toBe(7);
  });

  it('has no quantile and no mean of nothing', () => {
    expect([quantile([], 0.5, 'nearest-rank'), quantile([], 0.5, 'type-7'), mean([])]).toEqual([null, null, null]);
  });

  it('does not turn an infinite neighbour into NaN', () => {
    expect(quantile([1, Infinity, Infinity], 1, 'type-7')).toBe(Infinity);
    expect(quantile([1, Infinity, Infinity], 0.75, 'type-7')).toBe(Infinity);
  });

  it('by nearest rank is a value of the sample, and the ends are minimum and maximum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (xs, q) => {
          const sorted = ascending(xs);
          expect(sorted).toContain(quantile(sorted, q, 'nearest-rank'));
          expect(quantile(sorted, 0, 'nearest-rank')).toBe(sorted[0]);
          expect(quantile(sorted, 1, 'nearest-rank')).toBe(sorted[sorted.length - 1]);
        },
      ),
    );
  });

  it('by type 7 agrees with simple-statistics', () => {
    const sorted = [1, 2, 4, 8, 16, 32, 64];
    for (const q of [0, 0.1, 0.33, 0.5, 0.9, 0.99, 1]) {
      expect(quantile(sorted, q, 'type-7')).toBeCloseTo(quantileSorted(sorted, q), 12);
    }
  });
});
