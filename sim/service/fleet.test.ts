import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { Engine } from '../engine/engine.ts';
import { assertConservation } from '../invariants.ts';
import { simulateStaticFleet } from '../static-fleet.ts';
import { playTraffic } from '../hops/traffic.ts';
import type { FleetSettings } from './fleet.ts';
import { SETTINGS, rowsOf, scheduleOf } from './one-at-a-time.test-support.ts';

const run = (
  rows: Parameters<typeof scheduleOf>[0],
  change: Partial<FleetSettings> = {},
  pods = 1,
  until = Infinity,
): unknown[] =>
  rowsOf(simulateStaticFleet(scheduleOf(rows), { ...SETTINGS, ...change }, pods, until).requests, 'attempts');

describe('fleet', () => {
  it('keeps one FIFO queue in front and gives the head to the pod that becomes free', () => {
    expect(
      run(
        [
          [0, 3],
          [0, 1],
          [100, 1],
          [200, 1],
        ],
        {},
        2,
      ),
    ).toEqual([
      ['ok', 0, 0, 3000, 1],
      ['ok', 1, 0, 1000, 1],
      ['ok', 1, 1000, 2000, 1],
      ['ok', 1, 2000, 3000, 1],
    ]);
  });

  it('forwards at once and queues on the pod when told so, however long that queue', () => {
    expect(
      run(
        [
          [0, 3],
          [0, 1],
          [100, 1],
          [200, 1],
        ],
        { queueAt: 'pod', balancer: 'round-robin' },
        2,
      ),
    ).toEqual([
      ['ok', 0, 0, 3000, 1],
      ['ok', 1, 0, 1000, 1],
      ['ok', 0, 3000, 4000, 1],
      ['ok', 1, 1000, 2000, 1],
    ]);
  });

  it('lets a completion come before an arrival at the same instant', () => {
    expect(
      run(
        [
          [0, 1],
          [1000, 1],
        ],
        { queueLimit: 0 },
      ),
    ).toEqual([
      ['ok', 0, 0, 1000, 1],
      ['ok', 0, 1000, 2000, 1],
    ]);
  });

  it.each(['front', 'pod'] as const)('refuses what finds the queue full (queue at %s)', (queueAt) => {
    expect(
      run(
        [
          [0, 5],
          [1, 1],
          [2, 1],
        ],
        { queueLimit: 1, queueAt },
      ).map((row) => (row as unknown[])[0]),
    ).toEqual(['ok', 'ok', 'refused']);
  });

  it('waits in front while there is no pod at all, and is refused at once where nothing queues in front', () => {
    expect(run([[0, 1]], {}, 0, 5000)).toEqual([['unfinished', -1, NaN, NaN, 1]]);
    expect(run([[0, 1]], { queueAt: 'pod' }, 0)).toEqual([['refused', -1, NaN, 0, 1]]);
  });

  it.each(['front', 'pod'] as const)(
    'lets the caller give up while it waits or is served, and gives its place away (queue at %s)',
    (queueAt) => {
      expect(
        run(
          [
            [0, 9],
            [500, 9],
            [1000, 1],
          ],
          { timeout: seconds(2), queueAt },
        ),
      ).toEqual([
        ['timeout', 0, 0, 2000, 1],
        ['timeout', 0, 2000, 2500, 1],
        ['timeout', 0, 2500, 3000, 1],
      ]);
    },
  );

  it('counts an answer at the very deadline as in time', () => {
    expect(run([[0, 2]], { timeout: seconds(2) })).toEqual([['ok', 0, 0, 2000, 1]]);
  });

  it('tries again after a doubling back-off until no try is left', () => {
    const change = { queueLimit: 0, retries: { max: 2, backoff: seconds(0.5) } };
    expect(
      run(
        [
          [0, 1.4],
          [100, 1],
          [200, 5],
          [5600, 1],
        ],
        change,
      ),
    ).toEqual([
      ['ok', 0, 0, 1400, 1],
      ['ok', 0, 1600, 2600, 3],
      ['refused', -1, NaN, 1700, 3],
      ['ok', 0, 5600, 6600, 1],
    ]);
  });

  it('gives up in the middle of a back-off when the time is over', () => {
    const change = { queueLimit: 0, retries: { max: 9, backoff: seconds(4) }, timeout: seconds(3) };
    expect(
      run(
        [
          [0, 2.5],
          [0, 1],
        ],
        change,
      ),
    ).toEqual([
      ['ok', 0, 0, 2500, 1],
      ['timeout', -1, NaN, 3000, 1],
    ]);
  });

  it('serves live sessions beside batch requests, with places of their own', () => {
    expect(
      run([
        [0, 4, 'stream'],
        [0, 2],
        [0, 1, 'stream'],
      ]),
    ).toEqual([
      ['ok', 0, 0, 4010, 1],
      ['ok', 0, 0, 2000, 1],
      ['ok', 0, 4010, 5020, 1],
    ]);
  });

  it('fails what is on a pod when its container dies, and at once what is sent to the dead container', () => {
    const engine = new Engine();
    const fleet = playTraffic(
      engine,
      scheduleOf([
        [0, 9],
        [10, 9],
        [2000, 1],
        [4000, 1],
      ]),
      SETTINGS,
      () => undefined,
    );
    fleet.containerStarts(0);
    fleet.join(0, 0);
    engine.run(1000);
    fleet.containerStops(1000, 0);
    engine.run(3000);
    fleet.containerStarts(0);
    engine.run(9000);
    assertConservation(fleet);
    expect(rowsOf(fleet.requests, 'attempts')).toEqual([
      ['failed', 0, 0, 1000, 1],
      ['failed', 0, NaN, 1000, 1],
      ['failed', 0, NaN, 2000, 1],
      ['ok', 0, 4000, 5000, 1],
    ]);
  });

  it('tells when a pod that left has nothing in service any more', () => {
    const engine = new Engine();
    const idle: [pod: number, at: number][] = [];
    const fleet = playTraffic(
      engine,
      scheduleOf([
        [0, 3],
        [500, 1],
      ]),
      SETTINGS,
      (pod) => idle.push([pod, engine.now]),
    );
    for (const pod of [0, 1]) {
      fleet.containerStarts(pod);
      fleet.join(0, pod);
    }
    engine.run(100);
    for (const pod of [0, 1]) {
      fleet.leave(pod);
      fleet.watchIdle(pod);
    }
    engine.run(9000);
    expect([idle, fleet.waiting]).toEqual([
      [
        [1, 0],
        [0, 3000],
      ],
      1,
    ]);
  });

  it('stamps the first result of a live session one chunk and one step after its admission', () => {
    const { requests } = simulateStaticFleet(
      scheduleOf([
        [0, 4, 'stream'],
        [0, 2],
      ]),
      SETTINGS,
      1,
    );
    expect([...requests.firstResultMillis]).toEqual([110, 2000]);
    expect([...requests.lagSeconds]).toEqual([0, NaN]);
  });
});
