import { describe, it, expect } from 'vitest';
import fc from 'fast-check';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { Queued } from './cadence.ts';
import {
  addChanged,
  addDelayed,
  addUpdated,
  afterReconcile,
  NOT_QUEUED,
  RESYNC_PERIOD,
  resyncTick,
  runningPhase,
  SYNC_PERIOD,
  takeNext,
} from './cadence.ts';
import { HPA_VERSIONS } from './versions.ts';

const at = (queued: Queued) => takeNext(queued)?.at ?? null;

/** Starts of `count` reconciles of duration `d`, next to a resync tick. */
const starts = (first: Millis, count: number, d: number, tickPhase: Millis): number[] => {
  const list: number[] = [];
  let queued = addDelayed(NOT_QUEUED, first);
  for (let i = 0; i < count; i++) {
    const { at: start, rest } = takeNext(queued)!;
    list.push(start);
    const end = millis(start + d);
    const tick = resyncTick(tickPhase, RESYNC_PERIOD, start, end);
    queued = afterReconcile(rest, tick === null ? [] : [tick], end, SYNC_PERIOD);
  }
  return list;
};

describe('cadence', () => {
  it('drifts later by the duration of each reconcile while no tick interferes', () => {
    expect(starts(millis(0), 4, 17, millis(7000))).toEqual([0, 15_017, 30_034, 45_051]);
  });

  it('is captured by a resync tick that lands inside, until it slips past', () => {
    const gaps = starts(millis(0), 40, 16, millis(90)).map((s, i, all) => (i === 0 ? 0 : s - all[i - 1]!));
    expect(gaps.slice(1, 6)).toEqual([15_016, 15_016, 15_016, 15_016, 15_016]);
    const captured = gaps.slice(1).filter((gap) => Math.abs(gap - 15_000.6) < 0.001);
    expect(captured.length).toBeGreaterThan(20);
  });

  it('starts a new HPA at once from 1.37 and a period later before', () => {
    const created = (version: '1.34' | '1.37') =>
      at(addChanged(NOT_QUEUED, HPA_VERSIONS[version], millis(100), SYNC_PERIOD));
    expect([created('1.34'), created('1.37')]).toEqual([15_100, 100]);
  });

  it('keeps the old phase through an immediate reconcile after a spec change', () => {
    const waiting = addDelayed(NOT_QUEUED, millis(20_000));
    const first = takeNext(addChanged(waiting, HPA_VERSIONS['1.37'], millis(18_000), SYNC_PERIOD))!;
    const second = takeNext(afterReconcile(first.rest, [], millis(18_015), SYNC_PERIOD))!;
    expect([first.at, second.at, takeNext(second.rest)]).toEqual([18_000, 20_000, null]);
  });

  it('drops a later ready time and keeps the earlier one', () => {
    const queued = addUpdated(addDelayed(NOT_QUEUED, millis(9000)), millis(5000), SYNC_PERIOD);
    expect(at(queued)).toBe(9000);
    expect(at(addDelayed(queued, millis(3000)))).toBe(3000);
  });

  it('spreads a controller that runs already uniformly over the period', () => {
    expect([at(runningPhase(0, SYNC_PERIOD)), at(runningPhase(0.5, SYNC_PERIOD))]).toEqual([0, 7500]);
  });

  it('never lets ready-to-ready periods leave [period, period + duration]', () => {
    const duration = fc.double({ min: 0, max: 5000, noNaN: true });
    fc.assert(
      fc.property(duration, fc.double({ min: 0, max: 15_000, noNaN: true }), (d, phase) => {
        const all = starts(millis(0), 30, d, millis(phase));
        for (let i = 1; i < all.length; i++) {
          const gap = all[i]! - all[i - 1]!;
          expect(gap).toBeGreaterThanOrEqual(SYNC_PERIOD - 1e-6);
          expect(gap).toBeLessThanOrEqual(SYNC_PERIOD + d + 1e-6);
        }
      }),
    );
  });
});
