import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { EmulatorConfig } from '../../cluster/emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import { FAILURES, OUTCOMES } from '../../model/record.ts';
import type { RunRecord } from '../../model/record.ts';
import type { RequestKind, Schedule } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import type { FrontSettings } from '../replay/front.ts';
import type { LoadSettings } from '../replay/load-engine.ts';
import type { WorkersReport } from '../replay/load-workers.ts';
import { replayLocal } from '../replay/replay-local.ts';
import { replayTarget } from '../replay/replay-target.ts';
import { httpServer } from '../replay/servers.test-support.ts';
import { poissonSchedule, smallPlatform, smallScenario } from '../replay/small-world.test-support.ts';
import { scheduleHash } from '../schedule-hash.ts';
import { chooseEngine } from './choose-engine.ts';
import { K6Load, k6Choice } from './k6-load.ts';
import { K6Process } from './k6-process.ts';
import { k6Files, writeK6Folder } from './plan.ts';
import { k6StandIn, program, recordingServer } from './stand-in.test-support.ts';

const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
const k6 = k6StandIn();
const ends: (() => unknown)[] = [() => k6.remove()];
afterAll(async () => {
  for (const end of ends) await end();
});

const load = (front: Partial<FrontSettings> = {}): LoadSettings => ({
  front: {
    law: LAW,
    balancer: 'least-requests',
    queueAt: 'front',
    queueLimit: null,
    timeout: null,
    retries: null,
    balancerSeed: 1,
    maxInFlight: 1000,
    ...front,
  },
  dialect: 'pulse-v1',
  connection: 'keepalive',
  authorization: null,
  bodies: 'declared',
  clipSeed: 1,
  endDialect: 'close_stream',
  frameMillis: 128,
  runId: 'test',
});

/** Rows at a constant spacing. */
const constant = (count: number, spacingMillis: number, kind: RequestKind, audioSeconds: number): Schedule =>
  scheduleFromRows(
    Array.from({ length: count }, (_, index) => ({
      index,
      offsetMillis: millis(index * spacingMillis),
      stream: 's',
      kind,
      audioSeconds: seconds(audioSeconds),
      seed: index + 1,
    })),
    millis(count * spacingMillis),
  );

const TIME_SCALE = 10;

const emulate = async (clock: ScaledClock, change: Partial<EmulatorConfig> = {}): Promise<string> => {
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, timeScale: clock.timeScale, ...change }, clock);
  ends.push(() => emulator.close());
  await emulator.pod.whenLoaded();
  return `http://127.0.0.1:${emulator.port}`;
};

/** Plays a schedule with the script against pods; `act` may interfere once it is under way. */
const play = async (
  schedule: Schedule,
  asked: LoadSettings,
  pods: (clock: ScaledClock) => Promise<readonly string[]>,
  act: (running: K6Load) => void = () => undefined,
): Promise<WorkersReport> => {
  const running = await K6Load.start(k6.found, schedule, asked, {
    timeScale: TIME_SCALE,
    scheduleHash: scheduleHash(schedule),
    latestMillis: schedule.durationMillis + 60_000,
    signal: new AbortController().signal,
  });
  const clock = scaledClock(monotonicMillis() + 200, TIME_SCALE);
  (await pods(clock)).forEach((origin, pod) => running.join(pod, origin));
  running.begin(clock);
  act(running);
  await running.run();
  return running.stop(Math.max(schedule.durationMillis, clock.now()));
};

const outcomes = ({ requests }: { readonly requests: RunRecord['requests'] }): string[] =>
  [...requests.outcome].map((code) => OUTCOMES[code]!);
const failures = ({ requests }: WorkersReport): string[] => [...requests.failure].map((code) => FAILURES[code]!);
const allOf = (count: number, outcome: string): string[] => Array.from({ length: count }, () => outcome);
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the k6 script behind its front door, against emulated pods', () => {
  it('uploads to the pods that the door chooses, and tells when they took each request', async () => {
    const report = await play(constant(8, 20, 'short', 50), load(), async (clock) => [
      await emulate(clock, { pod: { name: 'a', ordinal: 0 } }),
      await emulate(clock, { pod: { name: 'b', ordinal: 1 } }),
    ]);
    expect(outcomes(report)).toEqual(allOf(8, 'ok'));
    expect(new Set(report.requests.pod)).toEqual(new Set([0, 1]));
    for (let i = 0; i < 8; i++) {
      expect(report.requests.admittedMillis[i]).toBeLessThan(report.requests.firstResultMillis[i]!);
      expect(report.requests.firstResultMillis[i]).toBeLessThanOrEqual(report.requests.doneMillis[i]!);
    }
    expect([report.causes, report.lostRows, report.frames]).toEqual([[], 0, []]);
  });

  it('holds live sessions for as long as their audio and sends every frame that is due', async () => {
    const report = await play(constant(10, 100, 'stream', 4), load(), async (clock) => [await emulate(clock)]);
    expect(outcomes(report)).toEqual(allOf(10, 'ok'));
    expect(report.frames).toMatchObject([{ framesDue: 320, framesSent: 320, unknownMessages: 0 }]);
    for (let i = 0; i < 10; i++) {
      expect(report.requests.doneMillis[i]! - report.requests.sentMillis[i]!).toBeGreaterThan(4000);
      expect(report.requests.lagSeconds[i]).toBeGreaterThanOrEqual(0);
    }
  });

  it('keeps what no pod has room for at the door, in order', async () => {
    const law = { ...LAW, batch: { ...LAW.batch, cap: 1 } };
    const report = await play(constant(4, 10, 'short', 200), load({ law }), async (clock) => [
      await emulate(clock, { law }),
    ]);
    expect(outcomes(report)).toEqual(allOf(4, 'ok'));
    const done = [...report.requests.doneMillis];
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  it('tries again after a refusal, then gives up; k6 hides the status of a handshake, the door does not', async () => {
    const settings = load({ retries: { max: 2, backoff: seconds(1) } });
    const batch = await play(constant(2, 10, 'short', 1), settings, async (clock) => [
      await emulate(clock, {
        faults: [{ kind: 'rate-limit', retryAfter: seconds(1), from: seconds(-1e6), until: seconds(1e6), share: 1 }],
      }),
    ]);
    expect([outcomes(batch), failures(batch)]).toEqual([allOf(2, 'refused'), allOf(2, 'rejected-429')]);
    expect([...batch.requests.attempts]).toEqual([3, 3]);
    expect(batch.causes).toEqual([['HTTP 429', 6]]);
    const live = await play(constant(2, 10, 'stream', 1), load(), async (clock) => [
      await emulate(clock, { auth: { scheme: 'any', key: 'secret' } }),
    ]);
    expect([outcomes(live), failures(live)]).toEqual([allOf(2, 'failed'), allOf(2, 'rejected-4xx')]);
    expect(live.causes).toEqual([['HTTP 401 before the upgrade', 2]]);
  });

  it('gives up at the time-out, whether the request waits at the door or at a pod; a live session only at the door', async () => {
    const law = { ...LAW, batch: { ...LAW.batch, cap: 1 }, stream: { ...LAW.stream, cap: 1 } };
    const settings = load({ law, timeout: seconds(3) });
    const batch = await play(constant(3, 10, 'short', 2000), settings, async (clock) => [
      await emulate(clock, { law }),
    ]);
    expect(outcomes(batch)).toEqual(allOf(3, 'timeout'));
    const live = await play(constant(2, 10, 'stream', 6), settings, async (clock) => [await emulate(clock, { law })]);
    expect(outcomes(live)).toEqual(['ok', 'timeout']);
  });

  it('plays callers that hang up while they wait and sessions that their callers cut', async () => {
    const never = { kind: 'fixed', value: 1000 } as const;
    const after = (value: number) => ({ kind: 'fixed', value }) as const;
    const batch = await play(
      constant(3, 10, 'short', 2000),
      load({ conduct: { s: { hangup: { share: 1, after: after(2) }, cut: null } } }),
      async (clock) => [await emulate(clock)],
    );
    expect(outcomes(batch)).toEqual(allOf(3, 'abandoned'));
    const live = await play(
      constant(3, 10, 'stream', 8),
      load({ conduct: { s: { hangup: { share: 1, after: never }, cut: { share: 1, after: after(3) } } } }),
      async (clock) => [await emulate(clock)],
    );
    expect(outcomes(live)).toEqual(allOf(3, 'abandoned'));
    for (const lag of live.requests.lagSeconds) expect(lag).toBeGreaterThanOrEqual(0);
    for (let i = 0; i < 3; i++)
      expect(live.requests.doneMillis[i]! - live.requests.intendedMillis[i]!).toBeGreaterThanOrEqual(3000);
  });

  it('tells a full queue apart from a refusal of a pod', async () => {
    const law = { ...LAW, batch: { ...LAW.batch, cap: 1 } };
    const report = await play(constant(3, 10, 'short', 500), load({ law, queueLimit: 1 }), async (clock) => [
      await emulate(clock, { law }),
    ]);
    expect([outcomes(report), failures(report)]).toEqual([
      ['ok', 'ok', 'refused'],
      ['', '', 'no-endpoint'],
    ]);
    expect(report.causes).toEqual([['no endpoint or queue full', 1]]);
  });

  it('drops what it cannot carry, and says so of each row', async () => {
    const report = await play(constant(10, 1, 'short', 500), load({ maxInFlight: 4 }), async (clock) => [
      await emulate(clock),
    ]);
    expect(outcomes(report)).toEqual([...allOf(4, 'ok'), ...allOf(6, 'dropped')]);
  });
});

describe('a k6 that breaks', () => {
  const context = (schedule: Schedule) => ({
    timeScale: 1,
    scheduleHash: '',
    latestMillis: schedule.durationMillis + 1000,
    signal: new AbortController().signal,
  });

  it('before the run: its own words are told', async () => {
    const broken = program('echo "GoError: something is wrong with the script" >&2; exit 107');
    ends.push(broken.remove);
    const schedule = constant(1, 1, 'short', 1);
    await expect(K6Load.start(broken.found, schedule, load(), context(schedule))).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: 'k6 ended before the run began (code 107): GoError: something is wrong with the script',
    });
  });

  it('in the middle: rows that it sent are unfinished, rows that it did not send are lost', async () => {
    const schedule = constant(40, 200, 'short', 5000);
    const report = await play(
      schedule,
      load(),
      async (clock) => [await emulate(clock)],
      (running) => setTimeout(() => process.kill(running.processIds[0]!, 'SIGKILL'), 500),
    );
    const counts = Object.groupBy(outcomes(report), (outcome) => outcome);
    expect(Object.keys(counts).sort()).toEqual(['dropped', 'unfinished']);
    expect(report.lostRows).toBe(counts['dropped']!.length);
    expect(report.notes).toContain('k6 ended with SIGKILL: ');
    expect(report.notes).toContain('the output of k6 is cut off');
  });
});

describe('a Surgelab that is gone', () => {
  it('takes k6 with it: the script ends when nobody answers at the address where it began', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgelab-gone-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const begin = await httpServer((_, response) => {
      response.end(JSON.stringify({ originEpochMillis: Date.now() }), () => setTimeout(() => begin.close(), 200));
    });
    const schedule = constant(3000, 20, 'short', 1);
    const files = k6Files(schedule, {
      ...load(),
      service: load().front,
      scheduleHash: '',
      target: 'http://127.0.0.1:1',
      beginUrl: begin.origin,
      timeScale: 1,
      maxInFlight: 100,
      latestMillis: 60_000,
    });
    await writeK6Folder(folder, files, 1);
    const running = new K6Process(k6.found, folder, null);
    const pid = running.pid!;
    const { code, said } = await running.exit;
    expect([code, isAlive(pid)]).toEqual([108, false]);
    expect(said).toContain('Surgelab is gone');
  });
});

describe('replay on the local profile with k6', () => {
  const settings = (durationSeconds: number) => {
    const schedule = poissonSchedule(7, durationSeconds, 6, 50);
    return {
      schedule,
      scenario: smallScenario(7, durationSeconds),
      platform: smallPlatform(4),
      timeScale: 4,
      scheduleHash: scheduleHash(schedule),
      versions: { surgelab: '0' },
      capacity: null,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      engine: k6Choice(k6.found),
      notes: ['a note of the caller'],
    };
  };

  it('writes the same record as the Node engine, with who sent it; pods that join later get requests', async () => {
    const asked = settings(20);
    const { complete, record, processIds } = await replayLocal(asked);
    const { header, requests } = record;
    expect(complete).toBe(true);
    expect(new Set(outcomes(record))).toEqual(new Set(['ok']));
    expect(requests.intendedMillis).toEqual(asked.schedule.offsetMillis);
    expect(header.reality.load).toBe('k6 1.6.0, real HTTP');
    expect(header.versions).toEqual({ surgelab: '0', k6: 'k6 v1.6.0 (stand-in)' });
    expect(header.notes[0]).toBe('a note of the caller');
    expect(header.notes).toContain(
      `k6 played the schedule row by row: its arrivals have the hash ${asked.scheduleHash}`,
    );
    expect(record.decisions.some(({ scaled, desired }) => scaled && desired === 2)).toBe(true);
    expect(new Set(requests.pod).size).toBeGreaterThan(1);
    expect(record.signals.metrics).toContain('offered_weight');
    expect(processIds.filter(isAlive)).toEqual([]);
    const checks = header.validity!.checks.map(({ name, value }) => `${name} ${value?.toFixed(2) ?? 'none'}`);
    expect(checks.filter((check) => check.endsWith('none'))).toEqual([]);
    console.log(`generator: ${header.validity!.verdict}; ${checks.join(', ')}`);
  });

  it('gives what there is and leaves no process behind when it is aborted', async () => {
    const abort = new AbortController();
    const { complete, record, processIds } = await replayLocal({
      ...settings(60),
      signal: abort.signal,
      onProgress: (done) => {
        if (done > 0.05) abort.abort();
      },
    });
    expect(complete).toBe(false);
    expect(outcomes(record)).toContain('unfinished');
    expect(processIds.length).toBeGreaterThan(0);
    expect(processIds.filter(isAlive)).toEqual([]);
  });
});

describe('replay at a service behind one address with k6', () => {
  it('goes there without a front door: real audio, the key from us, never on disk', async () => {
    const server = await recordingServer();
    ends.push(server.close);
    const schedule = scheduleFromRows(
      (['short', 'stream', 'batch'] as const).map((kind, index) => ({
        index,
        offsetMillis: millis(100 * index),
        stream: 's',
        kind,
        audioSeconds: seconds(1),
        seed: index,
      })),
      millis(500),
    );
    const { complete, record } = await replayTarget({
      origin: server.origin,
      authorization: 'Bearer secret',
      dialect: 'stt',
      tell: () => undefined,
      schedule,
      scenario: smallScenario(7, 1),
      platform: smallPlatform(1),
      scheduleHash: scheduleHash(schedule),
      versions: {},
      signal: new AbortController().signal,
      onProgress: () => undefined,
      engine: k6Choice(k6.found),
    });
    expect([complete, outcomes(record), [...record.requests.pod]]).toEqual([true, allOf(3, 'ok'), [0, 0, 0]]);
    expect(
      server.heard.map(({ row, mode, audioSeconds, headers }) => [row, mode, audioSeconds, headers['authorization']]),
    ).toEqual([
      [0, 'batch', 1, 'Bearer secret'],
      [1, 'stream', 1, 'Bearer secret'],
      [2, 'batch', 1, 'Bearer secret'],
    ]);
    expect(record.header.reality.load).toBe('k6 1.6.0, real HTTP');
    expect(record.header.notes.join('\n')).toContain('its arrivals have the hash');
    expect(JSON.stringify(record.header)).not.toContain('secret');
  });
});

describe('the choice of the engine', () => {
  it('falls back to the Node engine without k6: the person is told what to do, the record what happened', async () => {
    const told: string[] = [];
    expect(await chooseEngine('k6', { PATH: '/nowhere' }, (text) => told.push(text))).toEqual({
      engine: null,
      notes: ['k6 was asked for, but there is no k6 on PATH: the Node engine sent the schedule'],
    });
    expect(told).toEqual([
      'surgelab: there is no k6 on PATH: the Node engine sends the same schedule instead\n' +
        '  try: install k6 1.6 or newer (grafana.com/docs/k6) and put it on PATH, or set K6_BIN to its file',
    ]);
    expect(await chooseEngine('node', {}, (text) => told.push(text))).toEqual({ engine: null, notes: [] });
  });

  it('takes the k6 that K6_BIN names', async () => {
    const { engine, notes } = await chooseEngine('k6', { K6_BIN: k6.found.path }, () => undefined);
    expect(notes).toEqual([]);
    expect(engine?.versions).toEqual({ k6: 'k6 v1.6.0 (a stand-in on Node for tests, not k6)' });
  });
});
