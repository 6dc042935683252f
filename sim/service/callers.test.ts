import { describe, expect, it } from 'vitest';
import type { Conduct } from '../../model/conduct.ts';
import { seconds } from '../../model/units.ts';
import { Engine } from '../engine/engine.ts';
import { playTraffic } from '../hops/traffic.ts';
import { assertConservation } from '../invariants.ts';
import { simulateStaticFleet } from '../static-fleet.ts';
import type { Fleet, FleetSettings } from './fleet.ts';
import { LAW, SETTINGS, rowsOf, scheduleOf } from './one-at-a-time.test-support.ts';

const run = (rows: Parameters<typeof scheduleOf>[0], change: Partial<FleetSettings> = {}, pods = 1): unknown[] =>
  rowsOf(simulateStaticFleet(scheduleOf(rows), { ...SETTINGS, ...change }, pods).requests, 'lagSeconds');

const after = (value: number) => ({ share: 1, after: { kind: 'fixed', value } }) as const;
const hangingUp = (value: number): Readonly<Record<string, Conduct>> => ({ all: { hangup: after(value), cut: null } });
const cutting = (value: number): Readonly<Record<string, Conduct>> => ({ all: { hangup: null, cut: after(value) } });

describe('callers that hang up', () => {
  it('leave the queue or their place, which goes to the next one', () => {
    expect(
      run(
        [
          [0, 9],
          [500, 9],
          [1000, 1],
        ],
        { conduct: hangingUp(2) },
      ),
    ).toEqual([
      ['abandoned', 0, 0, 2000, NaN],
      ['abandoned', 0, 2000, 2500, NaN],
      ['abandoned', 0, 2500, 3000, NaN],
    ]);
  });

  it('leave work behind that runs to its end where the server does not notice', () => {
    expect(
      run(
        [
          [0, 9],
          [500, 9],
          [7100, 1],
        ],
        { conduct: hangingUp(4), abandonedWork: 'finish' },
      ),
    ).toEqual([
      ['abandoned', 0, 0, 4000, NaN],
      // Waited behind the work of a caller that was long gone.
      ['abandoned', -1, NaN, 4500, NaN],
      ['ok', 0, 9000, 10_000, NaN],
    ]);
  });

  it('hear an answer that comes at the very instant', () => {
    expect(run([[0, 2]], { conduct: hangingUp(2) })).toEqual([['ok', 0, 0, 2000, NaN]]);
  });

  it('leave in the middle of a back-off', () => {
    const change = { queueLimit: 0, retries: { max: 9, backoff: seconds(4) }, conduct: hangingUp(3) };
    expect(
      run(
        [
          [0, 2.5],
          [0, 1],
        ],
        change,
      ),
    ).toEqual([
      ['ok', 0, 0, 2500, NaN],
      ['abandoned', -1, NaN, 3000, NaN],
    ]);
  });

  it('do so on the phone only while nobody listens: a session that has its place stays', () => {
    expect(
      run(
        [
          [0, 4, 'stream'],
          [0, 1, 'stream'],
        ],
        { conduct: hangingUp(1) },
      ),
    ).toEqual([
      ['ok', 0, 0, 4010, 0],
      ['abandoned', -1, NaN, 1000, NaN],
    ]);
  });

  it('are those of the streams that the conduct names', () => {
    expect(run([[0, 9]], { conduct: { others: hangingUp(2)['all']! } })).toEqual([['ok', 0, 0, 9000, NaN]]);
  });
});

describe('live sessions cut by their caller', () => {
  const rows = [
    [0, 4, 'stream'],
    [0, 1, 'stream'],
  ] as const;

  it('free their place at the cut; one that waits for its place is cut as well', () => {
    expect(run(rows, { conduct: cutting(1.5) })).toEqual([
      ['abandoned', 0, 0, 1500, 0],
      // A second of audio is over before 1.5 s: not cut, however long it waits.
      ['ok', 0, 1500, 2510, 0],
    ]);
    const slow = { ...LAW, stream: { ...LAW.stream, s0: seconds(0.2) } };
    const swapped = [
      [0, 1, 'stream'],
      [0, 4, 'stream'],
    ] as const;
    // The first is answered at 1 s of audio, 1 s of lag and a step of 0.2 s.
    expect(run(swapped, { law: slow, conduct: cutting(1.5) })).toEqual([
      ['ok', 0, 0, 2200, 1],
      ['abandoned', -1, NaN, 1500, NaN],
    ]);
  });

  it('are served to the end of the audio they sent where the server finishes, one step later without lag', () => {
    expect(run(rows, { conduct: cutting(1.5), abandonedWork: 'finish' })).toEqual([
      ['abandoned', 0, 0, 1500, 0],
      ['ok', 0, 1510, 2520, 0],
    ]);
  });

  it('keep the lag they had, and leave that much work behind', () => {
    // A step of 200 ms for a chunk of 100 ms: the lag grows by a second per second; 1.5 s of it are served after the cut.
    const law = { ...LAW, stream: { ...LAW.stream, s0: seconds(0.2) } };
    expect(run(rows, { law, conduct: cutting(1.5), abandonedWork: 'finish' })).toEqual([
      ['abandoned', 0, 0, 1500, 1.5],
      ['ok', 0, 3200, 5400, 1],
    ]);
  });
});

describe('live sessions that go on when the run ends', () => {
  it('have the lag that they had then; one without a place has none', () => {
    const engine = new Engine();
    const law = { ...LAW, stream: { ...LAW.stream, s0: seconds(0.2), cap: 1 } };
    const rows = scheduleOf([
      [0, 60, 'stream'],
      [500, 60, 'stream'],
    ]);
    const fleet = playTraffic(engine, rows, { ...SETTINGS, law, queueAt: 'pod' }, () => undefined);
    fleet.containerStarts(0);
    fleet.join(0, 0);
    engine.run(2000);
    fleet.runEnds(2000);
    // A step of 200 ms for a chunk of 100 ms: a second of lag per second.
    expect(rowsOf(fleet.requests, 'lagSeconds')).toEqual([
      ['unfinished', 0, 0, NaN, 2],
      ['unfinished', 0, NaN, NaN, NaN],
    ]);
  });
});

describe('a pod that dies under abandoned work', () => {
  it('takes it along; nobody is told twice', () => {
    const engine = new Engine();
    const fleet = playTraffic(
      engine,
      scheduleOf([
        [0, 9],
        [3000, 9],
      ]),
      { ...SETTINGS, conduct: hangingUp(2), abandonedWork: 'finish', queueAt: 'pod' },
      () => undefined,
    );
    fleet.containerStarts(0);
    fleet.join(0, 0);
    engine.run(2500);
    assertConservation(fleet);
    expect([fleet.inService, fleet.orphans, fleet.inSystem]).toEqual([1, 1, 0]);
    engine.run(3500);
    fleet.containerStops(3500, 0);
    assertConservation(fleet);
    expect([fleet.inService, fleet.orphans, fleet.inSystem]).toEqual([0, 0, 0]);
    expect(rowsOf(fleet.requests, 'lagSeconds')).toEqual([
      ['abandoned', 0, 0, 2000, NaN],
      ['failed', 0, NaN, 3500, NaN],
    ]);
  });
});

describe('keep-alive connections', () => {
  const KEEP = { kind: 'keep-alive', pool: 1, maxAge: seconds(10), idle: null } as const;
  const pinned = { ...SETTINGS, queueAt: 'pod', connections: KEEP } as const;
  const podsOf = (settings: FleetSettings, at: readonly number[], act: (fleet: Fleet, engine: Engine) => void) => {
    const engine = new Engine();
    const fleet = playTraffic(engine, scheduleOf(at.map((t) => [t, 1])), settings, () => undefined);
    fleet.containerStarts(0);
    fleet.join(0, 0);
    act(fleet, engine);
    engine.run(60_000);
    assertConservation(fleet);
    return [...fleet.requests.pod];
  };
  const secondPodAt = (at: number) => (fleet: Fleet, engine: Engine) => {
    engine.run(at);
    fleet.containerStarts(1);
    fleet.join(at, 1);
  };

  it('keep a new pod idle until they are renewed: the relief of a scale-up comes maxAge later', () => {
    const at = [0, 5000, 5000, 5000, 5000, 9900, 10_000, 12_000];
    expect(podsOf(pinned, at, secondPodAt(1000))).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
    // The same with a choice for each request: the fewest in service, ties to the first.
    expect(podsOf({ ...SETTINGS, queueAt: 'pod' }, at, secondPodAt(1000))).toEqual([0, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('queue four simultaneous requests behind one pod while another one is free', () => {
    const at = [0, 5000, 5000, 5000, 5000];
    const done = (settings: FleetSettings): number[] => {
      const engine = new Engine();
      const fleet = playTraffic(engine, scheduleOf(at.map((t) => [t, 1])), settings, () => undefined);
      fleet.containerStarts(0);
      fleet.join(0, 0);
      secondPodAt(1000)(fleet, engine);
      engine.run(60_000);
      return [...fleet.requests.doneMillis];
    };
    expect(done(pinned)).toEqual([1000, 6000, 7000, 8000, 9000]);
    expect(done({ ...SETTINGS, queueAt: 'pod' })).toEqual([1000, 6000, 6000, 7000, 7000]);
  });

  it('lead to a pod that left the balancer until it shuts down (preStop), then to another one', () => {
    const pods = podsOf(pinned, [0, 3000, 5000], (fleet, engine) => {
      secondPodAt(1000)(fleet, engine);
      engine.run(2000);
      fleet.leave(0);
      engine.run(4500);
      fleet.watchIdle(0);
    });
    expect(pods).toEqual([0, 0, 1]);
  });

  it('are opened anew when the container died', () => {
    const pods = podsOf(pinned, [0, 3000], (fleet, engine) => {
      secondPodAt(1000)(fleet, engine);
      engine.run(2000);
      fleet.containerStops(2000, 0);
      fleet.leave(0);
    });
    expect(pods).toEqual([0, 1]);
  });

  it('leave live sessions a connection of their own each', () => {
    const engine = new Engine();
    const schedule = scheduleOf([
      [0, 1],
      [2000, 1, 'stream'],
      [2000, 1, 'stream'],
    ]);
    const fleet = playTraffic(engine, schedule, pinned, () => undefined);
    for (const pod of [0, 1]) {
      fleet.containerStarts(pod);
      fleet.join(0, pod);
    }
    engine.run(60_000);
    expect([...fleet.requests.pod]).toEqual([0, 0, 1]);
  });
});

describe('the first request of a container', () => {
  const law = { ...LAW, batch: { ...LAW.batch, firstRequest: seconds(5) } };

  it('takes longer by what the law says, the second one does not', () => {
    const engine = new Engine();
    const fleet = playTraffic(
      engine,
      scheduleOf([
        [0, 2],
        [1000, 2],
      ]),
      { ...SETTINGS, law },
      () => undefined,
    );
    fleet.containerStarts(0);
    fleet.join(0, 0);
    engine.run(60_000);
    expect([...fleet.requests.doneMillis]).toEqual([7000, 9000]);
  });

  it('was long ago on a pod that runs from the origin', () => {
    expect(run([[0, 2]], { law })).toEqual([['ok', 0, 0, 2000, NaN]]);
  });
});
