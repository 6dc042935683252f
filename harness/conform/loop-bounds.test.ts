import { describe, expect, it } from 'vitest';
import type { Bound } from './loop-bounds.ts';
import { boundNotes, boundTally, drawnBounds, holds, kept } from './loop-bounds.ts';
import type { DrawnRuns } from './loop-run.ts';

const runs = (equal: number, off: number): DrawnRuns => ({
  equal: [equal, equal],
  replicaSecondsOff: off,
  latencyOff: [0.01, 0.01, 0.01],
  inBand: 1,
  median: { equal, replicaSecondsOff: off },
  between: { equal: 0.93, replicaSecondsOff: 0.01 },
  rank: 0.5,
  left: null,
});

describe('bounds of the whole loop', () => {
  it('tells a bound that is kept from one that only its guard holds, and from one that nothing holds', () => {
    const bound = (value: number): Bound => ({ what: 'equal', value, atLeast: 0.93, guard: 0.9 });
    expect([0.94, 0.91, 0.89].map((value) => [kept(bound(value)), holds(bound(value))])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
    const off: Bound = { what: 'off', value: 0.012, atMost: 0.009, guard: 0.015 };
    expect([kept(off), holds(off), holds({ ...off, value: 0.016 })]).toEqual([false, true, false]);
  });

  it('prints a bound that is not kept though its guard holds', () => {
    const bounds = drawnBounds([runs(0.92, 0.011), runs(0.92, 0.011), runs(0.92, 0.011)]);
    expect(boundTally('drawn', bounds).set).toMatchObject({ cases: 7, mismatches: 0 });
    expect(boundNotes('drawn', bounds)).toEqual([
      'bound not kept, drawn: seconds with equal replicas 92.00 %, asked at least 93.00 %',
      'bound not kept, drawn: replica-seconds off 1.10 %, asked at most 0.90 %',
      'bound not kept, drawn: seconds of the median run equal 92.00 %, asked at least 93.00 %',
      'bound not kept, drawn: replica-seconds of the median run off 1.10 %, asked at most 0.90 %',
    ]);
  });

  it('fails runs that agree among themselves and not with the recordings', () => {
    const bounds = drawnBounds([runs(0.9, 0.009), runs(0.9, 0.009), runs(0.9, 0.009)]);
    const { mismatches } = boundTally('drawn', bounds);
    expect(mismatches.map(({ where, got }) => [where, got])).toEqual([
      ['seconds of the median run equal', '90.00 %'],
      ['seconds short of what two runs share', '3.00 %'],
    ]);
  });

  it('says nothing of fewer than three recordings', () => {
    expect(drawnBounds([runs(0.5, 0.5), runs(0.5, 0.5)])).toEqual([]);
  });
});
