import { describe, expect, it } from 'vitest';
import { OUTCOMES, emptyRequests } from '../../model/record.ts';
import { poissonSchedule } from '../../cluster/local/small-world.test-support.ts';
import { spread } from './in-flight.ts';
import type { ValidityInput } from './validity.ts';
import { generatorValidity } from './validity.ts';

const schedule = poissonSchedule(1, 10, 10, 5);
const HEALTHY = { eventLoopUtilisation: 0.2, eventLoopDelayP99Millis: 3, cpuCores: 0.3, longestGcMillis: 5 };

const windowsOf = (from: Float64Array, to: Float64Array): number[] => {
  const windows: number[] = [];
  from.forEach((at, i) => {
    spread(windows, at, to[i]!, 1);
  });
  return windows;
};

/** Every row sent `lateMillis` (virtual) after it was due and answered after 100 ms. */
const input = (lateMillis: number, change: Partial<ValidityInput> = {}): ValidityInput => {
  const requests = emptyRequests(schedule.count);
  for (let i = 0; i < schedule.count; i++) {
    requests.intendedMillis[i] = schedule.offsetMillis[i]!;
    requests.sentMillis[i] = schedule.offsetMillis[i]! + lateMillis;
    requests.doneMillis[i] = requests.sentMillis[i]! + 100;
    requests.outcome[i] = OUTCOMES.indexOf('ok');
  }
  return {
    schedule,
    requests,
    timeScale: 10,
    health: [HEALTHY],
    frames: [],
    frameMillis: 128,
    lostRows: 0,
    dueRows: schedule.count,
    inFlightMillis: schedule.count * 100,
    inFlightByWindow: windowsOf(requests.sentMillis, requests.doneMillis),
    endMillis: 11_000,
    ...change,
  };
};

const breaches = (of: ValidityInput): string[] =>
  generatorValidity(of)
    .checks.filter(({ pass }) => !pass)
    .map(({ name }) => name);

describe('the validity gate', () => {
  it('passes a run that was on time, healthy and complete', () => {
    expect(breaches(input(20))).toEqual([]);
    expect(generatorValidity(input(20)).verdict).toBe('valid');
  });

  it('counts delays in real time: 90 virtual ms are 9 real ones at ten times, 110 are a breach', () => {
    expect(breaches(input(90))).toEqual([]);
    expect(breaches(input(110))).toEqual(['schedule delay p50']);
    expect(breaches(input(110, { timeScale: 20 }))).toEqual([]);
  });

  it('is breached by each of drops, lost rows, a busy loop, a long collection and books that do not balance', () => {
    expect(breaches(input(0, { lostRows: 1 }))).toEqual(['rows lost by workers']);
    expect(breaches(input(0, { health: [HEALTHY, { ...HEALTHY, eventLoopUtilisation: 0.8 }] }))).toEqual([
      'event loop utilisation',
    ]);
    expect(breaches(input(0, { health: [{ ...HEALTHY, longestGcMillis: 60 }] }))).toEqual(['longest GC pause']);
    const oneWindowOff = input(0).inFlightByWindow!.map((area, window) => (window === 4 ? 1.05 * area : area));
    expect(breaches(input(0, { inFlightByWindow: oneWindowOff }))).toEqual(["Little's law error"]);
    const dropped = input(0);
    dropped.requests.outcome[3] = OUTCOMES.indexOf('dropped');
    expect(breaches(dropped)).toEqual(['dropped rows']);
  });

  it("asks Little's law of the whole run where an engine knows no windows", () => {
    const { inFlightByWindow: _, ...total } = input(0);
    expect(breaches(total)).toEqual([]);
    expect(breaches({ ...total, inFlightMillis: schedule.count * 105 })).toEqual(["Little's law error"]);
  });

  it('never lets a closed loop pass: its latency proves nothing about the service', () => {
    expect(breaches(input(0, { closedLoopUsers: 4 }))).toEqual(['arrivals']);
    expect(generatorValidity(input(0, { closedLoopUsers: 4 })).verdict).toBe('generator-limited');
  });

  it('takes no data for a breach', () => {
    const names = breaches(
      input(0, { requests: emptyRequests(schedule.count), health: [], inFlightMillis: 0, inFlightByWindow: [] }),
    );
    expect(names).toEqual([
      'schedule delay p50',
      'schedule delay p99',
      'achieved / requested',
      'event loop utilisation',
      'event loop delay p99',
      'CPU of one worker',
      'longest GC pause',
      "Little's law error",
    ]);
  });

  it('asks of live sessions that every frame went out within a quarter of its length', () => {
    const frames = {
      framesDue: 1000,
      framesSent: 1000,
      maxBufferedBytes: 0,
      unknownMessages: 0,
      catchUpFrames: 0,
      latenessP50Millis: 1,
      latenessP99Millis: 3,
      latenessMaxMillis: 9,
    };
    expect(breaches(input(0, { frames: [frames] }))).toEqual([]);
    expect(breaches(input(0, { frames: [{ ...frames, framesSent: 990, latenessP99Millis: 3.3 }] }))).toEqual([
      'frames sent / due',
      'frame lateness p99',
    ]);
  });
});
