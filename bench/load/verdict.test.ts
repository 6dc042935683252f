import { describe, expect, it } from 'vitest';
import type { Verdict } from './verdict.ts';
import { isKept, median, verdictLine } from './verdict.ts';

const verdict = (value: number | null, bound: Verdict['bound']): Verdict => ({
  what: 'w',
  figure: 'lateness p50',
  value,
  unit: 'ms',
  bound,
});

describe('a verdict of the load benchmark', () => {
  it('says kept, not kept, or nothing; what was not measured is not kept', () => {
    expect(isKept(verdict(1, { op: '≤', value: 1 }))).toBe(true);
    expect(isKept(verdict(1, { op: '<', value: 1 }))).toBe(false);
    expect(isKept(verdict(0.8, { op: '≥', value: 0.8 }))).toBe(true);
    expect(isKept(verdict(null, { op: '≥', value: 0.8 }))).toBe(false);
    expect(isKept(verdict(3, null))).toBe(null);
    expect(verdictLine(verdict(1.25, { op: '≤', value: 1 })).replace(/ +/g, ' ')).toBe(
      ' NOT KEPT lateness p50 1.25 ms ≤ 1 ms',
    );
  });

  it('takes medians over the runs', () => {
    expect([median([]), median([3]), median([5, 1, 3]), median([4, 1, 2, 3])]).toEqual([null, 3, 3, 2.5]);
  });
});
