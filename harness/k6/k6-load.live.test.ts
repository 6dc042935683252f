import { afterAll, describe, expect, it } from 'vitest';
import type { Schedule } from '../../model/schedule.ts';
import { seconds } from '../../model/units.ts';
import { K6Load } from './k6-load.ts';
import {
  LAW,
  allOf,
  closeAll,
  constant,
  emulate,
  ends,
  failures,
  load,
  outcomes,
  play,
} from './k6-play.test-support.ts';
import { program } from './stand-in.test-support.ts';

afterAll(closeAll);

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
