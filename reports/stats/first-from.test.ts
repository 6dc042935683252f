import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstFrom } from './first-from.ts';

describe('the first at or after', () => {
  it('is the first of equals, and the count where none is', () => {
    expect([0, 1, 2, 3, 4].map((t) => firstFrom([1, 2, 2, 3], t))).toEqual([0, 0, 1, 3, 4]);
    expect(firstFrom([1, 2, 9, 0], 5, 3)).toBe(2);
    expect(firstFrom([1, 2, 9, 0], 10, 3)).toBe(3);
  });

  it('has all smaller ones before it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: -1, max: 21 }), (values, t) => {
        expect(firstFrom(Float64Array.from(values).sort(), t)).toBe(values.filter((value) => value < t).length);
      }),
    );
  });
});
