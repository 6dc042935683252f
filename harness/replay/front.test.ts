import { describe, expect, it } from 'vitest';
import { BatchGpu } from '../../cluster/emulator/batch-gpu.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Conduct } from '../../model/conduct.ts';
import { emptyRequests, OUTCOMES } from '../../model/record.ts';
import type { RequestTable } from '../../model/record.ts';
import { stream } from '../../model/rng.ts';
import type { Schedule } from '../../model/schedule.ts';
import { emptySchedule } from '../../model/schedule.ts';
import { requestWeight, SERVICE_LAWS } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import { Engine } from '../../sim/engine/engine.ts';
import { playTraffic } from '../../sim/hops/traffic.ts';
import type { FleetSettings } from '../../sim/service/fleet.ts';
import { Front } from './front.ts';

/** A clock whose time is an engine's: what the front does in real time happens here in virtual time. */
const virtualClock = (engine: Engine): ScaledClock => {
  const fires: (() => void)[] = [];
  engine.on(0, (_, index) => fires[index]!());
  return {
    timeScale: 1,
    originMonotonicMillis: 0,
    now: () => millis(engine.now),
    at: (when, fire) => {
      let alive = true;
      fires.push(() => {
        if (alive) fire();
      });
      engine.schedule(Math.max(when, engine.now), 0, fires.length - 1);
      return () => {
        alive = false;
      };
    },
    real: (virtual) => virtual,
  };
};

const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
const SETTINGS: FleetSettings = {
  law: { ...LAW, batch: { ...LAW.batch, cap: 4 } },
  balancer: 'random',
  queueAt: 'pod',
  queueLimit: null,
  timeout: null,
  retries: null,
  countStreamsAsRequests: false,
  balancerSeed: 5,
};

/** Poisson arrivals, 14 per second for a minute: two pods of cap 4 are overloaded, three are not. */
const SCHEDULE: Schedule = (() => {
  const schedule = emptySchedule(840, millis(60_000), ['calls']);
  const { uniform } = stream(1, 'front.test');
  let at = 0;
  for (let i = 0; i < schedule.count; i++) {
    schedule.offsetMillis[i] = at -= (1000 / 14) * Math.log(1 - uniform());
    schedule.audioSeconds[i] = 20 + 60 * uniform();
    schedule.seed[i] = i * 7919;
  }
  return schedule;
})();

const JOINS = [
  [0, 0],
  [0, 1],
  [20_000, 2],
] as const;
const LEAVES = [[40_000, 0]] as const;

const rowsOf = ({ outcome, pod, doneMillis }: RequestTable): unknown[] =>
  Array.from(outcome, (code, i) => [OUTCOMES[code], pod[i], Math.round(doneMillis[i]! * 1000) / 1000]);

const simulated = (settings: FleetSettings): unknown[] => {
  const engine = new Engine();
  const fleet = playTraffic(engine, SCHEDULE, settings, () => undefined);
  for (const [at, pod] of JOINS) {
    engine.run(at);
    fleet.containerStarts(pod);
    fleet.join(at, pod);
  }
  // A front is told of one moment: no new connections, and those that exist are closed.
  for (const [at, pod] of LEAVES) {
    engine.run(at);
    fleet.leave(pod);
    fleet.watchIdle(pod);
  }
  engine.run(Infinity);
  return rowsOf(fleet.requests);
};

const played = (settings: FleetSettings): unknown[] => {
  const engine = new Engine();
  const clock = virtualClock(engine);
  const requests = emptyRequests(SCHEDULE.count);
  const gpus = JOINS.map(() => new BatchGpu(settings.law, clock));
  const front = new Front(
    SCHEDULE,
    { ...settings, maxInFlight: 10_000 },
    clock,
    requests,
    (pod, row, _, settle) => {
      const gpu = gpus[pod]!;
      const weight = requestWeight(settings.law.batch, SCHEDULE.audioSeconds[row]!, SCHEDULE.seed[row]!);
      const ticket = gpu.submit(weight, (admittedMillis, doneMillis) =>
        settle({ kind: 'ok', admittedMillis, firstResultMillis: doneMillis, doneMillis, lagSeconds: NaN }),
      );
      return () => {
        gpu.withdraw(ticket);
        return NaN;
      };
    },
    () => undefined,
  );
  for (const [at, pod] of JOINS) clock.at(at, () => front.join(pod));
  for (const [at, pod] of LEAVES) clock.at(at, () => front.leave(pod));
  SCHEDULE.offsetMillis.forEach((at, row) => clock.at(at, () => front.arrive(row, at, at)));
  engine.run(Infinity);
  return rowsOf(requests);
};

const conduct: Readonly<Record<string, Conduct>> = {
  calls: { hangup: { share: 0.4, after: { kind: 'exponential', mean: 3 } }, cut: null },
};
const connections = { kind: 'keep-alive', pool: 12, maxAge: seconds(25), idle: seconds(6) } as const;

describe('the front and the simulator', () => {
  it.each([
    ['callers that wait', {}],
    ['callers that hang up', { conduct }],
    ['connections kept alive', { connections }],
    ['both, with a time-out', { conduct, connections, timeout: seconds(5) }],
  ] satisfies [string, Partial<FleetSettings>][])('agree on every row: %s', (_, change) => {
    const settings = { ...SETTINGS, ...change };
    const rows = played(settings);
    expect(rows).toEqual(simulated(settings));
    const outcomes = new Set(rows.map((row) => (row as unknown[])[0]));
    expect(outcomes.has('abandoned')).toBe('conduct' in change);
  });

  it('a pool of kept connections leaves a new pod idle until they are renewed, here 25 s after the first', () => {
    const shareOfNewPod = (rows: unknown[], from: number, to: number): number => {
      const of = rows.filter((_, i) => SCHEDULE.offsetMillis[i]! >= from && SCHEDULE.offsetMillis[i]! < to);
      return of.filter((row) => (row as unknown[])[1] === 2).length / of.length;
    };
    const kept = played({ ...SETTINGS, connections: { ...connections, idle: null } });
    const free = played(SETTINGS);
    expect(shareOfNewPod(kept, 20_000, 25_000)).toBe(0);
    expect(shareOfNewPod(free, 20_000, 25_000)).toBeGreaterThan(0.2);
    expect(shareOfNewPod(kept, 30_000, 40_000)).toBeGreaterThan(0.1);
  });
});

describe('a front that stops', () => {
  it('sends nothing of what waits to the places that it frees, and hears no answer any more', () => {
    const engine = new Engine();
    const requests = emptyRequests(SCHEDULE.count);
    const sent: number[] = [];
    const abandoned: number[] = [];
    const answers: (() => void)[] = [];
    const settings = { ...SETTINGS, queueAt: 'front', retries: { max: 1, backoff: seconds(1) } } as const;
    const over: number[] = [];
    const front = new Front(
      SCHEDULE,
      { ...settings, maxInFlight: 100 },
      virtualClock(engine),
      requests,
      (_, row, attempt, settle) => {
        sent.push(row);
        if (row === 0 && attempt === 1) settle({ kind: 'failed', failure: 'reset', cause: 'reset' });
        answers.push(() =>
          settle({ kind: 'ok', admittedMillis: 0, firstResultMillis: 1, doneMillis: 1, lagSeconds: NaN }),
        );
        return () => {
          abandoned.push(row);
          return NaN;
        };
      },
      (row) => over.push(row),
    );
    front.join(0);
    // Of seven rows the first failed and will be tried again, four are on the pod, two wait.
    for (let row = 0; row < 7; row++) front.arrive(row, 0, 0);
    expect([sent, front.census().batchWaiting]).toEqual([[0, 1, 2, 3, 4], 2]);
    front.stop();
    expect([sent, abandoned, front.census()]).toEqual([
      [0, 1, 2, 3, 4],
      [1, 2, 3, 4],
      expect.objectContaining({ inService: 0, batchWaiting: 0 }),
    ]);
    for (const answer of answers) answer();
    engine.run(Infinity);
    expect([sent.length, over, OUTCOMES[requests.outcome[0]!], OUTCOMES[requests.outcome[6]!]]).toEqual([
      5,
      [],
      'unfinished',
      'unfinished',
    ]);
  });
});
