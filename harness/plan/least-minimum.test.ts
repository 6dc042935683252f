import { describe, expect, it } from 'vitest';
import type { Plan } from '../../reports/plan/plan.ts';
import { leastWhole, withEnough } from './least-minimum.ts';

/** What is asked of a load that is kept from `least` replicas on. */
const asked = async (above: number, most: number, least: number): Promise<[number | null, number[]]> => {
  const tried: number[] = [];
  const found = await leastWhole(above, most, (min) => {
    tried.push(min);
    return Promise.resolve(min >= least);
  });
  return [found, tried];
};

describe('the least minimum that keeps the promise', () => {
  it('is found by halves', async () => {
    expect(await asked(2, 12, 6)).toEqual([6, [12, 7, 4, 5, 6]]);
    expect(await asked(2, 12, 3)).toEqual([3, [12, 7, 4, 3]]);
    expect(await asked(2, 12, 12)).toEqual([12, [12, 7, 9, 10, 11]]);
  });
  it('is none where even the most misses, or nothing is left to raise', async () => {
    expect(await asked(2, 12, 13)).toEqual([null, [12]]);
    expect(await asked(3, 3, 2)).toEqual([null, []]);
  });
});

describe('a plan with enough replicas', () => {
  const hpa = { min: 2, max: 12, warmSpareNodes: 1, why: ['minimum: 2 at the quietest moment', 'maximum: 12'] };
  const plan = { hpa } as unknown as Plan;
  const planned = (min: number): Plan => ({ ...plan, hpa: { ...hpa, min } });
  const enough = (least: number): ReturnType<typeof withEnough> =>
    withEnough(plan, planned, ({ hpa: { min } }) => Promise.resolve(min >= least));

  it('is the plan itself where it keeps the promise', async () => {
    expect(await enough(2)).toEqual({ plan, binding: null });
  });
  it('has the least minimum that keeps it, and says what bound', async () => {
    const { plan: raised, binding } = await enough(6);
    expect(raised.hpa).toEqual({ ...hpa, min: 6 });
    expect(binding).toContain('What binds is the minimum: with 2');
  });
  it('says so where not even the maximum at all times keeps it', async () => {
    const { plan: same, binding } = await enough(13);
    expect(same).toBe(plan);
    expect(binding).toContain('even 12 replicas at all times miss the promise');
  });
});
