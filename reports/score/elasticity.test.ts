// Vectors S1 to S6, the speed-up and S2b of scoring.md section 8: a grid of one minute, the j-th number holds during minute j.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepFunction } from '../stats/step-function.ts';
import type { Elasticity } from './elasticity.ts';
import { deviation, elasticity, elasticSpeedUp } from './elasticity.ts';

const MINUTE = 60_000;
const curve = (text: string) => stepFunction(text.split(' ').map((v, i) => [i * MINUTE, Number(v)] as const));
const of = (d: string, s: string): Elasticity =>
  elasticity(curve(d), curve(s), 0, d.split(' ').length * MINUTE, MINUTE);

const STEP = '2 2 2 2 5 5 5 5 5 5';
const vectors = {
  S1: of(STEP, '2 2 2 2 2 2 5 5 6 6'),
  S2: of(STEP, '6 6 6 6 6 6 6 6 6 6'),
  S3: of(STEP, '3 3 3 3 3 3 3 3 3 3'),
  S4: of('4 4 4 4 4 4 4 4', '4 6 3 5 2 4 4 4'),
  S5: of('3 4 5 4 3', '3 4 4 5 3'),
  S6: of('0 0 2 2', '1 0 0 2'),
};

// acc_U, acc_O, θ_U, θ_O(O), θ_O(D), τ_U, τ_O, k, k′, υ, E_S, E_D, J
const expected: Record<keyof typeof vectors, readonly number[]> = {
  S1: [0.6, 0.2, 12, 10 / 3, 4, 20, 20, 200 / 9, 100 / 9, 100 / 3, 4, 3, 0.1],
  S2: [0, 2.2, 0, 110 / 3, 92, 0, 100, 0, 100 / 9, 100 / 9, 0, 3, -0.3],
  S3: [1.2, 0.4, 24, 40 / 3, 20, 60, 40, 0, 100 / 9, 100 / 9, 0, 3, -0.3],
  S4: [0.375, 0.375, 9.375, 20 / 3, 9.375, 25, 25, 300 / 7, 200 / 7, 500 / 7, 12, 0, 1.5],
  S5: [0.2, 0.2, 4, 4, 5, 20, 20, 25, 25, 50, 4, 4, 0],
  S6: [0.5, 0.25, 25, 25, 25, 25, 25, 100 / 3, 200 / 3, 100, 3, 2, 0.25],
};

const row = (e: Elasticity): number[] => [
  e.underReplicas,
  e.overReplicas,
  e.underPercent,
  e.overPercentOfSupply,
  e.overPercentOfDemand,
  e.underTimePercent,
  e.overTimePercent,
  e.instabilityOfSupply,
  e.instabilityOfDemand,
  e.instability,
  e.supplyUnitsChanged,
  e.demandUnitsChanged,
  e.jitterPerMinute,
];

const sigma4 = { S1: 24.1626, S2: 100.4489, S3: 63.13, S4: 29.822, S5: 23.7937, S6: 35.3553 };
const sigma5 = { S1: 34.347, S2: 100.1325, S3: 61.6221, S4: 71.5787, S5: 50.2032, S6: 100.078 };

describe('elasticity of the worked vectors', () => {
  for (const name of Object.keys(vectors) as (keyof typeof vectors)[]) {
    it(`${name}: all thirteen figures and both deviations`, () => {
      const e = vectors[name];
      row(e).forEach((figure, i) => expect(figure).toBeCloseTo(expected[name][i]!, 10));
      const four = [e.underPercent, e.overPercentOfSupply, e.underTimePercent, e.overTimePercent];
      expect(deviation(four)).toBeCloseTo(sigma4[name], 4);
      expect(e.deviation).toBeCloseTo(sigma5[name], 4);
    });
  }
});

describe('elastic speed-up', () => {
  it('of S1 against S3 is 48^¼ by supply and 60^¼ by demand', () => {
    expect(elasticSpeedUp(vectors.S1, vectors.S3, 'by-supply', 0)).toBeCloseTo(2.632148, 6);
    expect(elasticSpeedUp(vectors.S1, vectors.S3, 'by-demand', 0)).toBeCloseTo(2.783158, 6);
  });

  it('of S1 against S2 is decided by the floor, not by the policies (S2b)', () => {
    expect(elasticSpeedUp(vectors.S1, vectors.S2, 'by-supply', 1)).toBeCloseTo(0.691891, 6);
    expect(elasticSpeedUp(vectors.S1, vectors.S2, 'by-supply', 0.01)).toBeCloseTo(0.069189, 6);
  });
});

describe('laws', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 3, maxLength: 30 });
  it('under and over time never exceed 100 % together, υ = k + k′, and a perfect supply scores 0', () => {
    fc.assert(
      fc.property(counts, counts, (d, s) => {
        const length = Math.min(d.length, s.length);
        const e = of(d.slice(0, length).join(' '), s.slice(0, length).join(' '));
        expect(e.underTimePercent + e.overTimePercent).toBeLessThanOrEqual(100 + 1e-9);
        expect(e.instability).toBeCloseTo(e.instabilityOfSupply + e.instabilityOfDemand, 9);
        expect(of(d.join(' '), d.join(' '))).toMatchObject({
          underReplicas: 0,
          overReplicas: 0,
          instability: 0,
          deviation: 0,
        });
      }),
    );
  });
});
