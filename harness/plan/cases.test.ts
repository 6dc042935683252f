import { describe, expect, it } from 'vitest';
import { stepFunction } from '../../reports/stats/step-function.ts';
import { casesOf, checkCases, worstInstant } from './cases.ts';

describe('what a plan is checked at', () => {
  const cases = casesOf(1.5, [{ name: 'december', factor: 2 }]);

  it('is the forecast, each season of it, and 1.5 and 2 times as much', () => {
    expect(cases).toEqual([
      { name: 'forecast', factor: 1.5 },
      { name: 'december', factor: 3 },
      { name: '1.5 × forecast', factor: 2.25 },
      { name: '2 × forecast', factor: 3 },
    ]);
  });

  it('has the loss of nodes as a row of its own, unless none may be lost', () => {
    expect(checkCases(cases, 2).slice(-2)).toEqual([
      { name: '2 × forecast', factor: 3, lost: 0 },
      { name: 'forecast, 2 nodes lost', factor: 1.5, lost: 2 },
    ]);
    expect(checkCases(cases, 0)).toHaveLength(4);
  });

  it('loses them before the lead time in which most is needed, never so late that the run ends first', () => {
    const needed = stepFunction([
      [0, 2],
      [400_000, 6],
      [600_000, 3],
      [990_000, 9],
    ]);
    const run = { fromMillis: 0, toMillis: 1_000_000 };
    expect(worstInstant(needed, { ...run, leadSeconds: 160 })).toBe(400_000);
    // Longer than the run: at its beginning.
    expect(worstInstant(needed, { ...run, leadSeconds: 5000 })).toBe(0);
  });
});
