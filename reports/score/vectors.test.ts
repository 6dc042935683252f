// Vectors S7 to S11 of scoring.md section 8, by the functions that score a run.

import { describe, expect, it } from 'vitest';
import { ascending, quantile } from '../stats/quantile.ts';
import type { PaidSpan } from './gpu-cost.ts';
import { drainTail, spanMoney, startupWaste } from './gpu-cost.ts';
import { diskMoneyPerMonth, metricEstimate } from './metric-cost.ts';
import { durationsOf } from './reaction.ts';
import { paretoFront, regrets, totalCost } from './regret.ts';
import { attainmentOf, budgetUsed, burnRate, realTimeFactor } from './service.ts';

describe('S7 attainment', () => {
  const completed = [0.4, 0.9, 1.3, 1.9, 2.0, 2.6];
  const arrived = [...completed, Infinity, Infinity, Infinity, Infinity];

  it('counts refused, timed-out and waiting calls as misses: 0.5, not 0.8333', () => {
    expect(attainmentOf(arrived, 2)).toBe(0.5);
    expect(attainmentOf(completed, 2)).toBeCloseTo(5 / 6, 12);
  });

  it('burns the budget 50-fold at a target of 0.99 and 10-fold at 0.95; 14.4 for an hour uses 2 % of 30 days', () => {
    expect(burnRate(0.5, 0.99)).toBeCloseTo(50, 9);
    expect(burnRate(0.5, 0.95)).toBeCloseTo(10, 9);
    expect(budgetUsed(14.4, 1, 720)).toBeCloseTo(0.02, 12);
  });
});

describe('S8 speech', () => {
  const audio = [10, 30, 60, 5];
  const processing = [1, 2.4, 6, 1.5];
  const turnaround = processing.map((p, i) => p + [0, 0.6, 3, 0.1][i]!);

  it('has an aggregate real-time factor of 0.103810 where the mean of ratios is 0.145', () => {
    expect(realTimeFactor(processing, audio)).toBeCloseTo(0.10381, 6);
    expect(processing.reduce((sum, p, i) => sum + p / audio[i]! / 4, 0)).toBeCloseTo(0.145, 12);
    expect(realTimeFactor([], [])).toBeNull();
  });

  it('takes 1, 3, 9, 1.6 s of turnaround; 0.1, 0.1, 0.15, 0.32 per second of audio', () => {
    turnaround.forEach((t, i) => expect(t).toBeCloseTo([1, 3, 9, 1.6][i]!, 12));
    turnaround.forEach((t, i) => expect(t / audio[i]!).toBeCloseTo([0.1, 0.1, 0.15, 0.32][i]!, 12));
    expect(quantile(ascending(turnaround), 0.5, 'nearest-rank')).toBe(1.6);
    expect(quantile(ascending(turnaround), 0.95, 'nearest-rank')).toBe(9);
  });
});

describe('S9 reaction chain', () => {
  it('splits 85 s into 12 + 0.06 + 5.34 + 55.5 + 12.1', () => {
    const d = durationsOf({
      step: 10_000,
      seen: 22_000,
      decided: 22_060,
      running: 27_400,
      ready: 82_900,
      kept: 95_000,
    });
    expect(d).toEqual({
      detect: { kind: 'value', value: 12 },
      decide: { kind: 'value', value: 0.06 },
      pod: { kind: 'value', value: 5.34 },
      ready: { kind: 'value', value: 55.5 },
      effect: { kind: 'value', value: 12.1 },
      toReady: { kind: 'value', value: 72.9 },
      toEffect: { kind: 'value', value: 85 },
    });
  });

  it('says which instant is missing', () => {
    const d = durationsOf({ step: 0, seen: 15_000, decided: null, running: null, ready: null, kept: null });
    expect([d.detect, d.decide, d.toReady]).toEqual([
      { kind: 'value', value: 15 },
      { kind: 'no-data', why: 'no scale-up followed this step' },
      { kind: 'no-data', why: 'no new pod became Ready after this step' },
    ]);
  });
});

describe('S10 cost', () => {
  const a: PaidSpan = { launch: 0, ready: 240, lastWork: 5000, end: 5400, terminated: true };
  const b: PaidSpan = { launch: 600, ready: 860, lastWork: 1300, end: 1500, terminated: true };

  it('bills 6300 s as 1.7605 by second or minute and as three hours by the hour', () => {
    expect(spanMoney([a, b], 1.006, 1)).toBeCloseTo(1.7605, 6);
    expect(spanMoney([a, b], 1.006, 60)).toBeCloseTo(1.7605, 6);
    expect(spanMoney([a, b], 1.006, 3600)).toBeCloseTo(3.018, 9);
  });

  it('wastes 500 GPU-seconds at the start and 600 in the drain tail', () => {
    expect([startupWaste([a, b]), drainTail([a, b])]).toEqual([500, 600]);
    expect(1 - 3770 / (5160 + 640)).toBeCloseTo(0.35, 12);
  });

  it('counts a machine that never got ready as waste in full, and no tail for one that still runs', () => {
    expect(startupWaste([{ launch: 0, ready: null, lastWork: null, end: 100, terminated: true }])).toBe(100);
    expect(drainTail([{ ...a, terminated: false }])).toBe(0);
  });

  it('stores 202.5 MB of samples, 1.185 MB of index and 13.5 MB of WAL for 10 pods at 2 s', () => {
    const e = metricEstimate({
      targets: 10,
      seriesPerTarget: 25,
      intervalSeconds: 2,
      retentionDays: 15,
      bytesPerSample: 1.25,
    });
    expect(e).toEqual({
      samplesPerSecond: 125,
      samples: 162_000_000,
      sampleBytes: 202_500_000,
      indexBytes: 1_185_000,
      walBytes: 13_500_000,
    });
    expect(diskMoneyPerMonth(e.sampleBytes, 0.08)).toBeCloseTo(0.0162, 12);
  });

  it('splits 100 series into 8 fast and 92 slow ones: 79.3728 MB instead of 561.6', () => {
    const of = (seriesPerTarget: number, intervalSeconds: number) =>
      metricEstimate({ targets: 10, seriesPerTarget, intervalSeconds, retentionDays: 10, bytesPerSample: 1.3 });
    expect(of(100, 2).sampleBytes).toBeCloseTo(561.6e6, 3);
    expect(of(8, 2).samplesPerSecond + of(92, 30).samplesPerSecond).toBeCloseTo(70.667, 3);
    expect(of(8, 2).sampleBytes + of(92, 30).sampleBytes).toBeCloseTo(79.3728e6, 3);
  });
});

describe('S11 regret', () => {
  const points = [
    [10, 100],
    [12, 20],
    [9, 400],
    [13, 30],
  ] as const;
  const at = (penalty: number): number[] => points.map(([money, misses]) => totalCost(money, misses, penalty));

  it('finds d dominated by b', () => {
    expect(paretoFront(points)).toEqual([true, true, true, false]);
  });

  it('at $0.05 per miss prefers b, at $0.01 prefers a; the dominated d has less regret than c', () => {
    [15, 13, 29, 14.5].forEach((j, i) => expect(at(0.05)[i]).toBeCloseTo(j, 12));
    [0.15385, 0, 1.23077, 0.11538].forEach((r, i) => expect(regrets(at(0.05))[i]).toBeCloseTo(r, 5));
    [11, 12.2, 13, 13.3].forEach((j, i) => expect(at(0.01)[i]).toBeCloseTo(j, 12));
    [0, 0.10909, 0.18182, 0.20909].forEach((r, i) => expect(regrets(at(0.01))[i]).toBeCloseTo(r, 5));
  });
});
