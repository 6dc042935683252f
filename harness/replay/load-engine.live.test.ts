import { fork } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import type { FromPod, ToPod } from '../../cluster/emulator/messages.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { SERVICE_LAWS, scaleLaw } from '../../model/service-time.ts';
import { seconds } from '../../model/units.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECT_IDS } from '../../cluster/emulator/dialects.ts';
import { stripe } from './arrivals.ts';
import type { EngineReport, LoadSettings } from './load-engine.ts';
import { LoadEngine } from './load-engine.ts';
import { closeAll, constant, emulate, ends } from './emulated-pods.test-support.ts';
import { testLoad } from './load-settings.test-support.ts';

const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
afterAll(closeAll);

const play = async (
  schedule: Schedule,
  clock: ScaledClock,
  origins: readonly string[],
  load: LoadSettings,
): Promise<EngineReport> => {
  const engine = new LoadEngine(schedule, stripe(schedule.count, 0, 1), load, clock);
  origins.forEach((origin, pod) => engine.join(pod, origin));
  await engine.run();
  return engine.stop();
};

const outcomes = ({ requests }: EngineReport): string[] => [...requests.outcome].map((code) => OUTCOMES[code]!);
const allOf = (count: number, outcome: string): string[] => Array.from({ length: count }, () => outcome);
/** Virtual zero a little in the future, as in a run. */
const soon = (timeScale: number): ScaledClock => scaledClock(monotonicMillis() + 50, timeScale);

describe('the load engine against an emulated pod', () => {
  it.each(DIALECT_IDS)('speaks %s, with real audio bodies', async (dialect: Dialect) => {
    const clock = soon(10);
    const origin = await emulate(clock);
    const report = await play(constant(5, 200, 'short', 1), clock, [origin], testLoad({ dialect, bodies: 'wav' }));
    expect(outcomes(report)).toEqual(allOf(5, 'ok'));
    expect(report.causes).toEqual([]);
  });

  it.each(DIALECT_IDS)('holds live sessions in %s, and sends every frame that is due', async (dialect: Dialect) => {
    const clock = soon(4);
    const origin = await emulate(clock);
    const report = await play(constant(20, 100, 'stream', 4), clock, [origin], testLoad({ dialect }));
    expect(report.causes).toEqual([]);
    expect(outcomes(report)).toEqual(allOf(20, 'ok'));
    expect(report.frames).toMatchObject({ framesDue: 20 * 32, framesSent: 20 * 32, unknownMessages: 0 });
    for (let i = 0; i < 20; i++) {
      const lasted = report.requests.doneMillis[i]! - report.requests.sentMillis[i]!;
      expect(lasted).toBeGreaterThan(4000);
      expect(report.requests.firstResultMillis[i]).toBeLessThan(report.requests.doneMillis[i]!);
    }
    const { latenessP50Millis, latenessP99Millis, catchUpFrames } = report.frames!;
    console.log(`frames late p50 ${latenessP50Millis} ms, p99 ${latenessP99Millis} ms, ${catchUpFrames} caught up`);
  });

  it('cuts live sessions when their callers end them, and knows the lag they had', async () => {
    const clock = soon(4);
    const origin = await emulate(clock);
    const load = testLoad();
    const conduct = { s: { hangup: null, cut: { share: 1, after: { kind: 'fixed', value: 2 } } } } as const;
    const report = await play(constant(4, 100, 'stream', 4), clock, [origin], {
      ...load,
      front: { ...load.front, conduct },
    });
    expect(outcomes(report)).toEqual(allOf(4, 'abandoned'));
    for (let i = 0; i < 4; i++) {
      expect(report.requests.doneMillis[i]! - report.requests.intendedMillis[i]!).toBeGreaterThanOrEqual(2000);
      expect(report.requests.lagSeconds[i]).toBeGreaterThanOrEqual(0);
    }
  });

  it('counts what it could not start as dropped, and does not wait for answers', async () => {
    const clock = soon(10);
    const origin = await emulate(clock);
    const load = testLoad();
    const report = await play(constant(10, 1, 'short', 500), clock, [origin], {
      ...load,
      front: { ...load.front, maxInFlight: 4 },
    });
    expect(outcomes(report)).toEqual([...allOf(4, 'ok'), ...allOf(6, 'dropped')]);
  });

  it('plays a closed loop where asked: no more rows at once than users, each intended when it is sent', async () => {
    const clock = soon(10);
    const origin = await emulate(clock);
    // A second of audio takes about 45 ms: 40 rows 1 ms apart are served two at a time.
    const { requests } = await play(constant(40, 100, 'short', 1), clock, [origin], testLoad({ closedLoopUsers: 2 }));
    const sent = [...requests.sentMillis].filter((at) => !Number.isNaN(at));
    expect(sent.length).toBeGreaterThan(2);
    expect([...requests.intendedMillis].filter((at) => !Number.isNaN(at))).toEqual(sent);
    const atOnce = sent.map((at, i) => [...requests.doneMillis].filter((done, j) => j < i && done > at).length);
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(1);
  });

  it('gives up at the time-out wherever the request is, and the pod is free again', async () => {
    const clock = soon(10);
    const law = { ...LAW, batch: { ...LAW.batch, cap: 2 } };
    const origin = await emulate(clock, { law });
    const load = testLoad();
    const report = await play(constant(6, 10, 'short', 2000), clock, [origin], {
      ...load,
      front: { ...load.front, law, timeout: seconds(3) },
    });
    expect(outcomes(report)).toEqual(allOf(6, 'timeout'));
  });

  it('tries again after a refusal with doubled pauses, then gives up', async () => {
    const clock = soon(10);
    const origin = await emulate(clock, {
      faults: [{ kind: 'rate-limit', retryAfter: seconds(1), from: seconds(-1e6), until: seconds(1e6), share: 1 }],
    });
    const load = testLoad();
    const report = await play(constant(2, 10, 'short', 1), clock, [origin], {
      ...load,
      front: { ...load.front, retries: { max: 2, backoff: seconds(1) } },
    });
    expect(outcomes(report)).toEqual(allOf(2, 'refused'));
    expect([...report.requests.attempts]).toEqual([3, 3]);
    expect(report.requests.doneMillis[0]! - report.requests.sentMillis[0]!).toBeGreaterThanOrEqual(3000);
    expect(report.causes).toEqual([['HTTP 429', 6]]);
  });
});

describe('the freeze test (load-generation.md section 8)', () => {
  const MAIN = new URL('../../cluster/emulator/main.ts', import.meta.url);

  it('shows a stopped server in the latency from the intended start, which a closed loop hides', async () => {
    const clock = soon(1);
    const child = fork(MAIN, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    ends.push(() => child.kill('SIGKILL'));
    const port = await new Promise<number>((resolve) => {
      child.on('message', (message: FromPod) => {
        const config = { ...EMULATOR_DEFAULTS, port: 0, law: scaleLaw(LAW, 50) };
        if (message.kind === 'prepared')
          child.send({ kind: 'start', config, originMonotonicMillis: clock.originMonotonicMillis } satisfies ToPod);
        if (message.kind === 'listening') resolve(message.port);
      });
    });
    const from = clock.now() + 200;
    const spacing = 20;
    const schedule = constant(400, spacing, 'short', 0.1);
    for (let i = 0; i < schedule.count; i++) schedule.offsetMillis[i] = from + i * spacing;
    // Frozen for 0.8 s of the 8 s: a tenth of the arrivals is caught, with delays uniform in 0 to 0.8 s.
    const freezeAt = from + 3000;
    clock.at(freezeAt, () => child.kill('SIGSTOP'));
    clock.at(freezeAt + 800, () => child.kill('SIGCONT'));
    // Both engines at the same server through the same freeze; the closed one with rows to spare.
    const spare = constant(20_000, 0.4, 'short', 0.1);
    const alone = play(spare, clock, [`http://127.0.0.1:${port}`], testLoad({ closedLoopUsers: 1 }));
    const report = await play(schedule, clock, [`http://127.0.0.1:${port}`], testLoad());
    const open = latencies(report);
    const hidden = latencies(await alone);
    child.kill('SIGKILL');
    const at = (sorted: readonly number[], q: number): number => sorted[Math.ceil(q * sorted.length) - 1]!;
    const figures = (sorted: readonly number[]): string =>
      [0.5, 0.85, 0.95, 0.99, 1].map((q) => at(sorted, q).toFixed(0)).join(' ');
    console.log(`open loop p50 p85 p95 p99 max: ${figures(open)} ms; closed loop: ${figures(hidden)} ms`);
    expect(outcomes(report)).toEqual(allOf(400, 'ok'));
    expect(hidden.length).toBeGreaterThan(100);
    expect(at(open, 1)).toBeGreaterThan(600);
    expect(at(open, 0.97)).toBeGreaterThan(300);
    // One user of a closed loop meets the freeze once: 97 of 100 of its answers look as if nothing had happened.
    expect(at(hidden, 0.97)).toBeLessThan(at(open, 0.97));
  });

  const latencies = ({ requests }: EngineReport): number[] =>
    [...requests.doneMillis]
      .flatMap((done, i) => (Number.isNaN(done) ? [] : [done - requests.intendedMillis[i]!]))
      .sort((a, b) => a - b);
});
