import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  area,
  changeTimes,
  fromChanges,
  integrate,
  maximum,
  stepFunction,
  unitsChanged,
  valueAt,
} from './step-function.ts';

const f = stepFunction([
  [0, 2],
  [6, 5],
  [8, 6],
]);

describe('step function', () => {
  it('takes the new value at the instant of the change', () => {
    expect([-1, 0, 5.999, 6, 7, 8, 100].map((t) => valueAt(f, t))).toEqual([2, 2, 2, 5, 5, 6, 6]);
  });

  it('lets the last of several changes at one instant win and joins equal neighbours', () => {
    expect(
      stepFunction([
        [0, 1],
        [2, 3],
        [2, 1],
        [3, 1],
        [4, 2],
      ]),
    ).toEqual({ at: [0, 4], value: [1, 2] });
  });

  it('is built from changes in any order, those before the start included', () => {
    expect(fromChanges(10, 1, { at: [20, 5, 12], by: [-1, 2, 1] })).toEqual({ at: [10, 12, 20], value: [3, 4, 3] });
  });

  it('integrates exactly over the union of the change times', () => {
    const g = stepFunction([
      [0, 4],
      [7, 1],
    ]);
    expect(integrate(f, g, 1, 10, (a, b) => a * b)).toBe(5 * 8 + 1 * 20 + 1 * 5 + 2 * 6);
    expect(changeTimes(f, g, 0, 8)).toEqual([6, 7]);
    expect([area(f, 0, 10), maximum(f, 0, 8), maximum(f, 0, 9), unitsChanged(f, 0, 9)]).toEqual([34, 5, 6, 4]);
  });

  it('splits at any point without changing the integral', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: -5, max: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 100 }), (pieces, cut) => {
        const g = stepFunction(pieces.sort((a, b) => a[0] - b[0]));
        expect(area(g, 0, cut) + area(g, cut, 100)).toBeCloseTo(area(g, 0, 100), 9);
      }),
    );
  });
});
