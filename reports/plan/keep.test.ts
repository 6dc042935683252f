import { describe, expect, it } from 'vitest';
import type { PlanCheck } from './answer.ts';
import { bought, isToBeKept } from './answer.ts';

const interval = (mean: number) =>
  ({ mean, low: mean - 0.01, high: mean, confidence: 0.95, count: 5, method: 'bootstrap' }) as const;

const check = (name: string, settings: PlanCheck['settings'], kept: boolean, moneyPerDay: number): PlanCheck => ({
  name,
  factor: 1,
  settings,
  attainment: interval(kept ? 0.99 : 0.9),
  live: null,
  liveCut: null,
  kept,
  gpuHoursPerDay: moneyPerDay,
  moneyPerDay,
});

const checks = (presentSurvives: boolean, present: number, advised: number): readonly PlanCheck[] => [
  check('forecast', 'present', true, present),
  check('forecast', 'advised', true, advised),
  check('forecast, 1 node lost', 'present', presentSurvives, present),
  check('forecast, 1 node lost', 'advised', true, advised),
];

describe('keeping what there is', () => {
  it.each([
    ['keeps every promise and is cheaper', checks(true, 144, 155), true],
    ['keeps every promise at the same price', checks(true, 144, 144), true],
    ['keeps every promise and is dearer', checks(true, 155, 144), false],
    ['misses one case', checks(false, 144, 155), false],
    ['was not simulated', checks(true, 144, 155).filter((c) => c.settings === 'advised'), false],
    ['cuts live sessions', checks(true, 144, 155).map((c) => ({ ...c, live: interval(0.99), liveCut: 0.01 })), false],
    ['cuts none of its live sessions', checks(true, 1, 2).map((c) => ({ ...c, live: interval(1), liveCut: 0 })), true],
  ])('what %s: %o', (_, all, keep) => {
    expect(isToBeKept(all)).toBe(keep);
  });

  it('buys with other settings the cases in which only they keep the promise', () => {
    const lost = checks(false, 144, 155);
    expect(bought(lost)).toEqual({ moneyPerDay: 11, cases: [{ present: lost[2], advised: lost[3] }] });
    expect(bought(checks(true, 155, 144))).toEqual({ moneyPerDay: -11, cases: [] });
    expect(bought([])).toBeNull();
  });
});
