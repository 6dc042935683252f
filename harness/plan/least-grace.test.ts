import { describe, expect, it } from 'vitest';
import type { TargetTrial } from '../../reports/plan/answer.ts';
import { withGrace } from './least-grace.ts';

const trial = (target: number, kept: boolean, moneyPerDay: number): TargetTrial => ({
  target,
  attainment: null,
  kept,
  moneyPerDay,
});

/** Two targets; the dear one, 5, keeps the promise always, the cheap one, 20, once its sessions are not cut. */
const asked = async (presentSeconds: number, needs: { readonly 5: number; readonly 20: number }) => {
  const tried: (readonly [target: number, grace: number])[] = [];
  const found = await withGrace({
    presentSeconds,
    longestSeconds: 600,
    trials: (grace) => Promise.resolve([trial(5, true, 90), trial(20, grace >= 300, 50)]),
    drained: (target, grace) => {
      tried.push([target!, grace]);
      const cut = grace < needs[target as 5 | 20] ? 7 : 0;
      return Promise.resolve({ sessions: 100, cut, moneyPerDay: 40 + grace });
    },
  });
  return { found, tried };
};

describe('target and grace period', () => {
  it('stay as they are where no session is cut', async () => {
    const { found, tried } = await asked(120, { 5: 60, 20: 60 });
    expect(found).toEqual({ targets: expect.anything(), target: 5, graceSeconds: 120, need: null });
    expect(tried).toEqual([
      [5, 120],
      [5, 120],
    ]);
  });

  it('the period is the least that cuts none, and the target is chosen again with it', async () => {
    const { found, tried } = await asked(120, { 5: 400, 20: 700 });
    expect(found).toEqual({
      targets: [trial(5, true, 90), trial(20, true, 50)],
      target: 20,
      graceSeconds: 720,
      need: {
        presentSeconds: 120,
        leastSeconds: 720,
        cut: 7,
        sessions: 100,
        moneyPerDay: { present: 160, least: 760 },
      },
    });
    // Up to twice the longest session by halves, for the first target and then for the one that 420 s made the better.
    expect(tried.map(([target, grace]) => `${target}:${grace}`).join(' ')).toBe(
      '5:120 5:1200 5:660 5:390 5:510 5:450 5:420 20:420 20:1200 20:810 20:600 20:690 20:750 20:720 20:720 20:120',
    );
  });

  it('stays as it is where the target that is chosen in the end cuts none with it', async () => {
    const { found } = await asked(120, { 5: 400, 20: 60 });
    expect(found).toEqual({
      targets: [trial(5, true, 90), trial(20, true, 50)],
      target: 20,
      graceSeconds: 120,
      need: null,
    });
  });

  it('is none where not even twice the longest session is enough', async () => {
    const { found } = await asked(45, { 5: 5000, 20: 5000 });
    expect(found.target).toBe(5);
    expect(found.need).toEqual({
      presentSeconds: 45,
      leastSeconds: null,
      cut: 7,
      sessions: 100,
      moneyPerDay: { present: 85, least: null },
    });
  });
});
