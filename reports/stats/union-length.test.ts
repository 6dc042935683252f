import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unionLength } from './union-length.ts';

describe('length of a union of intervals', () => {
  it('counts what two share once, and joins what touches', () => {
    expect(unionLength({ from: [10, 1, 2, 5], to: [12, 3, 5, 6] })).toBe(5 + 2);
    expect(unionLength({ from: [], to: [] })).toBe(0);
  });

  it('is the number of unit cells that some interval covers', () => {
    const interval = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(fc.array(interval), (intervals) => {
        const cells = new Set(intervals.flatMap(([from, length]) => Array.from({ length }, (_, i) => from + i)));
        expect(
          unionLength({ from: intervals.map(([from]) => from), to: intervals.map(([from, length]) => from + length) }),
        ).toBe(cells.size);
      }),
    );
  });
});
