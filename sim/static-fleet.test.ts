import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conduct } from '../model/conduct.ts';
import type { Schedule } from '../model/schedule.ts';
import { emptySchedule } from '../model/schedule.ts';
import type { ServiceLaw } from '../model/service-time.ts';
import { SERVICE_LAWS, scaleLaw } from '../model/service-time.ts';
import { millis, seconds } from '../model/units.ts';
import type { FleetSettings } from './service/fleet.ts';
import { SETTINGS } from './service/one-at-a-time.test-support.ts';
import { simulateStaticFleet } from './static-fleet.ts';

const settingsOf = (law: ServiceLaw, change: Partial<FleetSettings> = {}): FleetSettings => ({
  ...SETTINGS,
  law,
  ...change,
});

const lawOf = (a: number, b: number, cap: number): ServiceLaw => ({
  ...SERVICE_LAWS['pulse-pro-l40s']!,
  batch: { a: seconds(a), b: seconds(b), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(1), cap },
});

const jobs = (given: readonly (readonly [gap: number, size: number])[], stretch = 1): Schedule => {
  const schedule = emptySchedule(given.length, millis(0), ['all']);
  let at = 0;
  given.forEach(([gap, size], i) => {
    schedule.offsetMillis[i] = at += gap;
    schedule.audioSeconds[i] = (size * stretch) / 10;
    schedule.seed[i] = i;
  });
  return schedule;
};

const anyJobs = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 40 })), {
  maxLength: 60,
});

const IMPATIENT: Conduct = {
  hangup: { share: 0.5, after: { kind: 'uniform', min: 0, max: 3 } },
  cut: { share: 0.5, after: null },
};

/** Rounding of sums of thousands of milliseconds. */
const EPSILON = 1e-6;

const noneLater = (better: Float64Array, worse: Float64Array): void => {
  better.forEach((at, i) => expect(at, `request ${i}`).toBeLessThanOrEqual(worse[i]! + EPSILON));
};

describe('monotonicity with the same arrivals and sizes', () => {
  it('more servers never lengthen any wait (one place each, FIFO in front)', () => {
    fc.assert(
      fc.property(anyJobs, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }), (given, few, more) => {
        const run = (pods: number): Float64Array =>
          simulateStaticFleet(jobs(given), settingsOf(lawOf(0, 1, 1)), pods).requests.admittedMillis;
        noneLater(run(few + more), run(few));
      }),
    );
  });

  it('a faster GPU never lengthens any request on a pod (calibration.md 7.4)', () => {
    fc.assert(
      fc.property(anyJobs, fc.constantFrom(1, 2, 5, Infinity), fc.constantFrom(1.1, 2, 3.5), (given, cap, speed) => {
        const law = lawOf(0.2, 0.05, cap);
        const run = (of: ServiceLaw): Float64Array =>
          simulateStaticFleet(jobs(given), settingsOf(of), 1).requests.doneMillis;
        noneLater(run(scaleLaw(law, speed)), run(law));
      }),
    );
  });

  it('fewer features, that is less work for every request, never lengthen any on a pod (calibration.md 7.4)', () => {
    fc.assert(
      fc.property(anyJobs, fc.constantFrom(1, 2, 5, Infinity), (given, cap) => {
        const run = (stretch: number): Float64Array =>
          simulateStaticFleet(jobs(given, stretch), settingsOf(lawOf(0.2, 0.05, cap)), 1).requests.doneMillis;
        noneLater(run(1), run(2.2));
      }),
    );
  });

  it('a larger cap never lengthens the wait for service on a pod whose places do not slow each other down', () => {
    fc.assert(
      fc.property(anyJobs, fc.integer({ min: 1, max: 4 }), (given, cap) => {
        const run = (places: number): Float64Array =>
          simulateStaticFleet(jobs(given), settingsOf(lawOf(0.3, 0, places)), 1).requests.admittedMillis;
        noneLater(run(cap + 1), run(cap));
      }),
    );
  });

  it('but it can lengthen a request where they do: shared with a second one, 3 s of work end at 4 s instead of 3', () => {
    const done = (cap: number): number[] => [
      ...simulateStaticFleet(
        jobs([
          [0, 30],
          [1000, 10],
        ]),
        settingsOf(lawOf(0, 1, cap)),
        1,
      ).requests.doneMillis,
    ];
    expect([done(1), done(2)]).toEqual([
      [3000, 4000],
      [4000, 3000],
    ]);
  });
});

describe('any settings', () => {
  it('conserve requests and Little’s identity, which every run asserts, and give the same table twice', () => {
    const settings = fc.record({
      balancer: fc.constantFrom('round-robin', 'least-requests', 'random', 'random-of-two'),
      queueAt: fc.constantFrom('front', 'pod'),
      queueLimit: fc.constantFrom(null, 0, 3),
      timeout: fc.constantFrom(null, seconds(0.5), seconds(2)),
      retries: fc.constantFrom(null, { max: 2, backoff: seconds(0.1) }),
      abandonedWork: fc.constantFrom('drop' as const, 'finish' as const),
      conduct: fc.constantFrom({}, { all: IMPATIENT }),
    });
    const connections = fc.constantFrom(
      { kind: 'per-request' as const },
      { kind: 'keep-alive' as const, pool: 3, maxAge: seconds(1), idle: seconds(0.3) },
    );
    fc.assert(
      fc.property(
        anyJobs,
        settings,
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.nat(2)),
        connections,
        (given, asked, pods, kinds, kept) => {
          const change = asked.queueAt === 'pod' ? { ...asked, connections: kept } : asked;
          const schedule = jobs(given);
          kinds.slice(0, given.length).forEach((kind, i) => (schedule.kind[i] = kind));
          const run = () => simulateStaticFleet(schedule, settingsOf(lawOf(0.1, 0.3, 2), change), pods, 60_000);
          expect(run()).toEqual(run());
        },
      ),
    );
  });
});
