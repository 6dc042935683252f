import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatenessCounter } from './lateness.ts';

describe('a lateness counter', () => {
  it('has no quantile without data', () => {
    expect(new LatenessCounter().quantile(0.5)).toBe(null);
  });

  it('agrees with the nearest rank of the exact sample to a tenth of a millisecond', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1500, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (sample, q) => {
          const counter = new LatenessCounter();
          for (const x of sample) counter.add(x);
          const exact = [...sample].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * sample.length)) - 1]!;
          expect(Math.abs(counter.quantile(q)! - exact)).toBeLessThanOrEqual(0.1 + 1e-9);
        },
      ),
    );
  });

  it('keeps what is beyond its last bucket as the maximum', () => {
    const counter = new LatenessCounter();
    counter.add(5000);
    expect([counter.quantile(0.5), counter.max, counter.count]).toEqual([5000, 5000, 1]);
  });
});
