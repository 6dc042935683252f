import { describe, expect, it } from 'vitest';
import type { CapacityCurve, RunRecord } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { demandCurve } from './demand.ts';

const CURVE: CapacityCurve = { capacity: [10, 20], windowMillis: 2000, objective: 'o', method: 'm' };

/** On an L4, which keeps up with 25 live sessions. */
const runOf = (
  rows: readonly (readonly [at: number, kind: RequestKind, audio: number])[],
  capacity: CapacityCurve | null,
  gpu = 'L4',
): RunRecord => {
  const schedule = scheduleFromRows(
    rows.map(([at, kind, audio], index) => ({
      index,
      offsetMillis: millis(at),
      stream: 'a',
      kind,
      audioSeconds: seconds(audio),
      seed: index,
    })),
    millis(10_000),
  );
  const scenario = { service: { calibration: 'pulse-pro-l40s', gpu, cap: null }, traffic: [{ name: 'a' }] };
  return { schedule, header: { scenario, capacity } } as unknown as RunRecord;
};

const sessions = (count: number, at: number) => Array.from({ length: count }, () => [at, 'stream', 3.5] as const);

describe('demand', () => {
  it('of live sessions is their number over what a pod keeps up with, without a curve', () => {
    expect(demandCurve(runOf([...sessions(26, 2000), ...sessions(25, 3000)], null))).toEqual({
      at: [0, 2000, 3000, 6000],
      value: [1, 2, 3, 1],
    });
  });

  it('of both is the larger count, for their places are not the same', () => {
    // 60 clips of 50 s weigh 60, in the centred window of two seconds 30 per second: three pods, by 10 per pod beyond two.
    const clips = Array.from({ length: 60 }, () => [4000, 'short', 50] as const);
    const demand = demandCurve(runOf([...sessions(30, 2000), ...clips], CURVE));
    expect(demand).toEqual({ at: [0, 2000, 4000, 6000], value: [1, 2, 3, 1] });
  });

  it('is unknown where utterances have no curve, or the GPU is too slow for one session', () => {
    expect(demandCurve(runOf([[0, 'short', 5], ...sessions(1, 0)], null))).toMatchObject({ kind: 'no-data' });
    expect(demandCurve(runOf(sessions(1, 0), null, 'unknown'))).toMatchObject({
      kind: 'no-data',
      why: 'the calibration of this run is not known to this build, so sessions have no pods',
    });
  });
});
