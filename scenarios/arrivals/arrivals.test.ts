import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { perSecond, seconds } from '../../model/units.ts';
import type { Arrivals, RateCurve } from '../scenario.ts';
import { integratedRate } from './integrated-rate.ts';
import type { DrawnArrivals } from './processes.ts';
import { arrivalProcess } from './processes.ts';

const noProfile = () => {
  throw new Error('no profile here');
};

const curveOf = (between: RateCurve['between'], ...points: readonly (readonly [number, number])[]): RateCurve => ({
  between,
  points: points.map(([at, rate]) => [seconds(at), perSecond(rate)]),
});

/** Arrival times before `end`. */
const times = (arrivals: DrawnArrivals, end: number, surge: RateCurve | null = null, seed = 1): number[] => {
  const process = arrivalProcess(arrivals, stream(seed, 'arrivals', 'test'), noProfile);
  const lambda = integratedRate(surge === null ? [process.rate] : [process.rate, surge]);
  const all: number[] = [];
  for (let t = lambda.inverse(process.next()); t < end; t = lambda.inverse(process.next())) all.push(t);
  return all;
};

const counts = (at: readonly number[], width: number, end: number): number[] => {
  const bins = Array.from({ length: Math.floor(end / width) }, () => 0);
  for (const t of at) if (t < bins.length * width) bins[Math.floor(t / width)]!++;
  return bins;
};
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const middle = mean(values);
  return mean(values.map((v) => (v - middle) ** 2));
};
const dispersion = (values: readonly number[]): number => variance(values) / mean(values);

describe('the check values of load-generation.md 6.2', () => {
  it('constant 5/s starts at 0 and keeps its distance', () => {
    expect(times({ kind: 'constant', rate: perSecond(5) }, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
  });

  it('a ramp from 0 to 10/s in 10 s has its first arrival at 1.41421 s and its 50th at 10 s', () => {
    const ramp: Arrivals = { kind: 'ramp', from: perSecond(0), to: perSecond(10), over: seconds(10) };
    const at = times(ramp, 10.05);
    expect(at[0]).toBeCloseTo(Math.SQRT2, 12);
    expect(at[49]).toBeCloseTo(10, 12);
    expect(at).toHaveLength(50);
  });

  it('a ramp holds its last rate', () => {
    const at = times({ kind: 'ramp', from: perSecond(0), to: perSecond(10), over: seconds(10) }, 20.05);
    expect(at[59]! - at[58]!).toBeCloseTo(0.1, 12);
    expect(at).toHaveLength(150);
  });

  it('Poisson counts have an index of dispersion of 1', () => {
    const at = times({ kind: 'poisson', rate: curveOf('step', [0, 20]) }, 20_000);
    expect(at.length / 20_000).toBeCloseTo(20, 0);
    expect(Math.abs(dispersion(counts(at, 1, 20_000)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(dispersion(counts(at, 10, 20_000)) - 1)).toBeLessThan(0.1);
  });

  it.each([0.5, 1, 1.5, 4])('gamma gaps have the CV %s that was asked for, and IDC tends to its square', (cv) => {
    const at = times({ kind: 'gamma', cv, rate: curveOf('step', [0, 10]) }, 20_000);
    const gaps = at.slice(1).map((t, i) => t - at[i]!);
    expect(Math.sqrt(variance(gaps)) / mean(gaps) / cv).toBeCloseTo(1, 1);
    expect(dispersion(counts(at, 50, 20_000)) / cv ** 2).toBeGreaterThan(0.8);
    expect(dispersion(counts(at, 50, 20_000)) / cv ** 2).toBeLessThan(1.2);
  });

  it('steps and lines give the counts of their pieces', () => {
    const step = times({ kind: 'curve', rate: curveOf('step', [0, 2], [10, 5], [20, 0], [30, 1]) }, 40.5);
    expect(counts(step, 10, 40)).toEqual([19, 50, 1, 9]);
    const line = times({ kind: 'curve', rate: curveOf('linear', [0, 0], [10, 10], [20, 0]) }, 100);
    expect([line.length, line[49]]).toEqual([100, 10]);
  });

  it('is over when the rate stays 0', () => {
    expect(times({ kind: 'curve', rate: curveOf('step', [0, 1], [3, 0]) }, 1e9)).toEqual([1, 2, 3]);
  });
});

describe('Λ and its inverse', () => {
  const point = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 20 }));
  const curve = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.array(point, { maxLength: 6 }), fc.constantFrom('step', 'linear'))
    .map(([first, rest, between]) => {
      let at = 0;
      return curveOf(between, [0, first], ...rest.map(([gap, rate]) => [(at += gap), rate] as const));
    });

  it('inverts the product of any two curves', () => {
    fc.assert(
      fc.property(curve, curve, fc.double({ min: 0, max: 1, noNaN: true }), (rate, surge, share) => {
        const lambda = integratedRate([rate, surge]);
        const n = share * lambda.upTo(300);
        expect(lambda.upTo(lambda.inverse(n))).toBeCloseTo(n, 6);
      }),
    );
  });

  it('never runs backwards, also across jumps', () => {
    fc.assert(
      fc.property(curve, curve, (rate, surge) => {
        const lambda = integratedRate([rate, surge]);
        let last = 0;
        for (let n = 0; n < 200; n++) {
          const t = lambda.inverse(n);
          expect(t).toBeGreaterThanOrEqual(last);
          last = t;
        }
      }),
    );
  });

  it('a ramp and the linear curve of the same points are the same arrivals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 60 }),
        (from, to, over) => {
          const ramp: Arrivals = { kind: 'ramp', from: perSecond(from), to: perSecond(to), over: seconds(over) };
          expect(times(ramp, 90)).toEqual(times({ kind: 'curve', rate: curveOf('linear', [0, from], [over, to]) }, 90));
        },
      ),
    );
  });

  it('a surge multiplies the rate from its point on and leaves what came before as it was', () => {
    const surge = curveOf('step', [0, 1], [100, 2]);
    const plain = times({ kind: 'poisson', rate: curveOf('step', [0, 10]) }, 200);
    const surged = times({ kind: 'poisson', rate: curveOf('step', [0, 10]) }, 200, surge);
    const before = plain.filter((t) => t < 100);
    expect(surged.slice(0, before.length)).toEqual(before);
    expect(surged.length - before.length).toBeGreaterThan(1.8 * (plain.length - before.length));
  });
});

describe('a rate profile', () => {
  const profile = { file: 'p.csv', offsetSeconds: [0, 600], relativeRate: [0.5, 1.5], dispersion: [1, 9] };

  it('multiplies the base rate row by row and gives each row its dispersion', () => {
    const at: number[] = [];
    const arrivals: Arrivals = { kind: 'profile', file: 'p', rate: perSecond(10), speedup: 0.1, from: seconds(0) };
    const process = arrivalProcess(arrivals, stream(3, 'p'), () => profile);
    const lambda = integratedRate([process.rate]);
    for (let t = lambda.inverse(process.next()); t < 12_000; t = lambda.inverse(process.next())) at.push(t);
    const bins = counts(at, 10, 12_000);
    const [first, second] = [bins.slice(0, 600), bins.slice(600)];
    expect(mean(first) / 50).toBeCloseTo(1, 1);
    expect(mean(second) / 150).toBeCloseTo(1, 1);
    expect(Math.abs(dispersion(first) - 1)).toBeLessThan(0.2);
    expect(Math.abs(dispersion(second) / 9 - 1)).toBeLessThan(0.25);
  });

  it('starts where `from` says', () => {
    const arrivals: Arrivals = { kind: 'profile', file: 'p', rate: perSecond(10), speedup: 2, from: seconds(300) };
    expect(arrivalProcess(arrivals, stream(3, 'p'), () => profile).rate.points).toEqual([
      [0, 5],
      [150, 15],
    ]);
  });
});
