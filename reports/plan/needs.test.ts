import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { stepFunction } from '../stats/step-function.ts';
import { needsOf, replicasOver, spareFor } from './needs.ts';

const capacity = { capacity: [10, 22, 35, 48] };
const load = stepFunction([
  [0, 5],
  [60_000, 20],
  [120_000, 40],
  [180_000, 5],
]);

describe('replicas needed', () => {
  it('are the fewest whose capacity holds the load', () => {
    expect(replicasOver(load, 1, capacity)).toEqual({ at: [0, 60_000, 120_000, 180_000], value: [1, 2, 4, 1] });
  });
  it('go on beyond the curve by its last capacity per replica', () => {
    expect(replicasOver(load, 3, capacity).value).toEqual([2, 5, 10, 2]);
  });
  it('have peak, trough and mean over the interval', () => {
    expect(needsOf(replicasOver(load, 1, capacity), 0, 240_000)).toEqual({ peak: 4, p99: 4, trough: 1, mean: 2 });
  });
  it('never fall when the load grows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (factor, more) => {
          const [a, b] = [factor, factor * more].map((f) => needsOf(replicasOver(load, f, capacity), 0, 240_000));
          return b!.peak >= a!.peak && b!.mean >= a!.mean && b!.trough >= a!.trough;
        },
      ),
    );
  });
});

describe('spare', () => {
  const replicas = replicasOver(load, 1, capacity);
  it('is the largest rise within the lead time', () => {
    expect(spareFor(replicas, 30_000, 0, 240_000)).toBe(2);
    expect(spareFor(replicas, 120_000, 0, 240_000)).toBe(3);
  });
  it('is nothing where the need only falls', () => {
    expect(spareFor(replicas, 60_000, 180_000, 240_000)).toBe(0);
  });
});
