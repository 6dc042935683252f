import { describe, expect, it } from 'vitest';
import type { StreamLaw } from '../../model/service-time.ts';
import { seconds } from '../../model/units.ts';
import type { EndedSession } from './live-streams.ts';
import { LiveStreams } from './live-streams.ts';

/** s(n) = 20·n ms, chunk 100 ms: five streams fit. */
const LAW: StreamLaw = { s0: seconds(0), s1: seconds(0.02), chunk: seconds(0.1), cap: 128 };

const endAll = (streams: LiveStreams): (EndedSession & { at: number })[] => {
  const ended: (EndedSession & { at: number })[] = [];
  while (streams.count > 0) {
    const at = streams.nextMillis();
    const session = streams.step();
    if (session !== null) ended.push({ ...session, at });
  }
  return ended;
};

describe('live streams', () => {
  it('end one step after their audio while the step fits into the chunk period, without lag (calibration.md 7.5)', () => {
    const streams = new LiveStreams(LAW);
    for (let id = 0; id < 5; id++) streams.admit(0, id, 10);
    const ended = endAll(streams);
    expect(ended[0]).toEqual({ id: 0, admittedMillis: 0, lagSeconds: 0, at: 10_100 });
    expect(ended.map(({ lagSeconds }) => lagSeconds)).toEqual([0, 0, 0, 0, 0]);
  });

  it('fall behind by (s(n) − P)/P seconds per second above it (calibration.md 7.5)', () => {
    const streams = new LiveStreams(LAW);
    for (let id = 0; id < 10; id++) streams.admit(0, id, 10);
    const ended = endAll(streams);
    expect(ended).toHaveLength(10);
    // s(10) = 200 ms: (200 − 100)/100 = 1 second per second for 10 s; the last chunk waits for it, then for its step.
    for (const { lagSeconds, at } of ended) {
      expect(lagSeconds).toBeCloseTo(10, 9);
      expect(at).toBeCloseTo(20_200, 6);
    }
  });

  it('catch up when others leave, and remember the largest lag', () => {
    const streams = new LiveStreams(LAW);
    streams.admit(0, 0, 30);
    for (let id = 1; id < 10; id++) streams.admit(0, id, 100);
    for (let id = 1; id < 10; id++) streams.abandon(10_000, id);
    // 10 s behind at 10 s; alone it gains 0.8 s per second and is level at 22.5 s, long before its audio ends.
    expect(endAll(streams)).toEqual([{ id: 0, admittedMillis: 0, lagSeconds: 10, at: 30_020 }]);
  });

  it('count the lag of a session from its own start only', () => {
    const streams = new LiveStreams(LAW);
    for (let id = 0; id < 10; id++) streams.admit(0, id, 100);
    streams.admit(10_000, 99, 1);
    const late = streams.clear(11_000).find(({ id }) => id === 99)!;
    expect(late.lagSeconds).toBeCloseTo(1.2, 9);
  });

  it('start from zero lag again after a pause', () => {
    const streams = new LiveStreams(LAW);
    for (let id = 0; id < 10; id++) streams.admit(0, id, 10);
    endAll(streams);
    streams.admit(50_000, 10, 1);
    expect(endAll(streams)).toEqual([{ id: 10, admittedMillis: 50_000, lagSeconds: 0, at: 51_020 }]);
  });
});
