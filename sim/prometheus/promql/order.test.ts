import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bottomOrder, KeepBest, sortIndices, topOrder } from './order.ts';

const descending = (values: readonly number[]): number[] =>
  sortIndices([...values.keys()], (a, b) => topOrder(values[b]!, values[a]!));

describe('order by value', () => {
  it('puts NaN last in both directions', () => {
    const values = [2, NaN, 3, 1];
    const ascending = sortIndices([...values.keys()], (a, b) => bottomOrder(values[b]!, values[a]!));
    expect([descending(values), ascending]).toEqual([
      [2, 0, 3, 1],
      [3, 0, 2, 1],
    ]);
  });

  it('keeps up to twelve ties in place, as an insertion sort does', () => {
    expect(descending([1, 2, 1, 2, 1])).toEqual([1, 3, 0, 2, 4]);
  });

  it('leaves more ties where Go leaves them', () => {
    // sort.Sort(sort.Reverse(…)) of Go 1.26 over i % 3 for i < 14
    const values = Array.from({ length: 14 }, (_, i) => i % 3);
    expect(descending(values)).toEqual([2, 5, 11, 8, 10, 1, 13, 4, 7, 6, 9, 0, 12, 3]);
  });

  it('is a sorted permutation for any values', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 300 }), (values) => {
        const order = descending(values);
        expect(order.map((i) => values[i]!)).toEqual(values.toSorted((a, b) => b - a));
        expect(order.toSorted((a, b) => a - b)).toEqual([...values.keys()]);
      }),
    ));

  it('keeps the k best, whatever their order', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (values, k) => {
          const kept = new KeepBest(k, topOrder, values);
          for (const i of values.keys()) kept.offer(i);
          expect(kept.sorted().map((i) => values[i]!)).toEqual(values.toSorted((a, b) => b - a).slice(0, k));
        },
      ),
    ));

  it('lets a number replace a NaN and never the other way round', () => {
    const values = [NaN, 1, NaN, 2];
    const kept = new KeepBest(2, topOrder, values);
    for (const i of values.keys()) kept.offer(i);
    expect(kept.sorted()).toEqual([3, 1]);
  });
});
