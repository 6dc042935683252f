import { describe, expect, it } from 'vitest';
import { erlangB, erlangC, mg1Wait, mmc, mmck } from './queueing.ts';

describe('closed forms reproduce the tables of scoring.md section 9', () => {
  it.each([
    [1, 0.8, 1, 0.8, 4, 3.2, 0.6549846025],
    [3, 2, 1, 4 / 9, 4 / 9, 8 / 9, 0.1635019739],
    [10, 8, 1, 0.4091801508, 0.2045900754, 1.6367206032, 0.0553765116],
    [20, 19, 1, 0.7554012321, 0.7554012321, 14.3526234097, 0.2778965831],
    [4, 1.2, 0.4, 27 / 53, 1.2735849057, 1.5283018868, 0.1874102814],
  ])('M/M/%d with λ = %d, μ = %d', (c, lambda, mu, waits, wait, queue, longer) => {
    const got = mmc(c, lambda, mu);
    expect(got.waits).toBeCloseTo(waits, 9);
    expect(got.meanWaitSeconds).toBeCloseTo(wait, 9);
    expect(got.meanQueue).toBeCloseTo(queue, 9);
    expect(got.waitsLonger(1 / mu)).toBeCloseTo(longer, 9);
  });

  it('Erlang B', () => {
    for (const [c, a, blocked] of [
      [3, 2, 4 / 19],
      [10, 8, 0.1216610643],
      [20, 19, 0.1337614413],
    ] as const) {
      expect(erlangB(c, a)).toBeCloseTo(blocked, 9);
    }
  });

  it('square-root staffing: exact C(110, 100)', () => {
    expect(erlangC(110, 100)).toBeCloseTo(0.237008, 6);
  });

  it.each([
    [1, 3, 1, 1 / 4, 3 / 4, 1],
    [2, 4, 2, 2 / 9, 2 / 3, 3 / 7],
    [4, 12, 5, 0.2182303321, 5.0968661261, 1.3039303865],
  ])('M/M/%d/%d with λ = %d', (c, places, lambda, blocked, queue, wait) => {
    const got = mmck(c, places, lambda, 1);
    expect(got.blocked).toBeCloseTo(blocked, 9);
    expect(got.meanQueue).toBeCloseTo(queue, 9);
    expect(got.meanWaitSeconds).toBeCloseTo(wait, 9);
  });

  it('M/G/1', () => {
    for (const [square, lambda, wait] of [
      [1, 0.8, 2],
      [1, 0.95, 9.5],
      [4 / 3, 0.9, 6],
      [1.5, 0.9, 6.75],
      [2, 0.8, 4],
      [Math.E, 0.6, 2.0387113713],
      [6.5, 0.7, 7.5833333333],
    ] as const) {
      expect(mg1Wait(lambda, 1, square)).toBeCloseTo(wait, 9);
    }
  });
});
