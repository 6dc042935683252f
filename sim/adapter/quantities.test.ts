import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customMilli, externalMilli, formatMilli } from './quantities.ts';

const SMALLEST = -9223372036854775808n;

describe('quantities of metric values (metrics-path.md 3.2)', () => {
  it('are cut to milli towards zero, after the product of doubles', () => {
    expect([1.005, 4.35, 0.0009999, -0.0019, 15.750000000000002].map(customMilli)).toEqual([1004, 4350, 0, -1, 15750]);
  });

  it('make NaN 0 for custom metrics and the smallest integer for external ones', () => {
    expect(customMilli(NaN)).toBe(0);
    expect(externalMilli(NaN)).toBe(SMALLEST);
    expect(formatMilli(externalMilli(NaN))).toBe('-9223372036854775808m');
  });

  it('overflow to the smallest integer for both, at ±Inf and from 9.22e15 on', () => {
    for (const value of [Infinity, -Infinity, 9.3e15, -9.3e15]) {
      expect([customMilli(value), externalMilli(value)]).toEqual([SMALLEST, SMALLEST]);
    }
    expect(customMilli(9.2e15)).toBe(9200000000000000000n);
  });

  it('are written with the largest decimal suffix that leaves a whole number', () => {
    const written = [0, 1, 1500, 4000, 1_000_000, 21474836000000, -1].map(formatMilli);
    expect(written).toEqual(['0', '1m', '1500m', '4', '1k', '21474836k', '-1m']);
  });

  it('are never further from the value than one milli', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e12, max: 1e12, noNaN: true }),
        (value) => Math.abs(Number(customMilli(value)) / 1000 - value) <= 0.00101,
      ),
    );
  });
});
