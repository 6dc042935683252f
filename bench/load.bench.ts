// What one load worker carries, against an emulated pod in a process of its own: live streams of 128 ms frames, small
// requests in an open loop, 2 MB uploads beside a bare undici loop. Bounds of the load engine; prints the machine.

import { fork } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { Agent, request } from 'undici';
import { EMULATOR_DEFAULTS } from '../cluster/emulator/config.ts';
import type { FromPod, ToPod } from '../cluster/emulator/messages.ts';
import type { ScaledClock } from '../cluster/emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../cluster/emulator/scaled-clock.ts';
import type { RequestKind, Schedule } from '../model/schedule.ts';
import { emptySchedule, REQUEST_KINDS } from '../model/schedule.ts';
import { SERVICE_LAWS, scaleLaw } from '../model/service-time.ts';
import { millis } from '../model/units.ts';
import type { LoadSettings } from '../harness/replay/load-engine.ts';
import { LoadWorkers } from '../harness/replay/load-workers.ts';
import type { WorkersReport } from '../harness/replay/load-workers.ts';

/** A thousand times an L40S: the server is no bottleneck. */
const FAST = scaleLaw(SERVICE_LAWS['pulse-pro-l40s']!, 1000);
const LAW = {
  ...FAST,
  batch: { ...FAST.batch, cap: 10_000 },
  stream: { ...FAST.stream, cap: 10_000 },
};
const SETTINGS: LoadSettings = {
  front: {
    law: LAW,
    balancer: 'least-requests',
    queueAt: 'front',
    queueLimit: null,
    timeout: null,
    retries: null,
    balancerSeed: 1,
    maxInFlight: 20_000,
  },
  dialect: 'pulse-v1',
  connection: 'keepalive',
  authorization: null,
  bodies: 'declared',
  clipSeed: 1,
  endDialect: 'close_stream',
  frameMillis: 128,
  runId: 'bench',
};

/** A pod process; resolves with its origin and how to end it. */
const pod = (clock: ScaledClock): Promise<{ readonly origin: string; readonly end: () => void }> => {
  const child = fork(new URL('../cluster/emulator/main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    child.on('message', (message: FromPod) => {
      const config = { ...EMULATOR_DEFAULTS, law: LAW, port: 0 };
      if (message.kind === 'prepared')
        child.send({ kind: 'start', config, originMonotonicMillis: clock.originMonotonicMillis } satisfies ToPod);
      if (message.kind === 'listening')
        resolve({ origin: `http://127.0.0.1:${message.port}`, end: () => child.kill('SIGKILL') });
    });
  });
};

/** Rows spaced evenly over `overSeconds`. */
const even = (count: number, overSeconds: number, kind: RequestKind, audioSeconds: number): Schedule => {
  const schedule = emptySchedule(count, millis(overSeconds * 1000), ['bench']);
  for (let i = 0; i < count; i++) {
    schedule.offsetMillis[i] = (i * overSeconds * 1000) / count;
    schedule.audioSeconds[i] = audioSeconds;
    schedule.kind[i] = REQUEST_KINDS.indexOf(kind);
    schedule.seed[i] = i + 1;
  }
  return schedule;
};

const play = async (schedule: Schedule, settings: LoadSettings): Promise<WorkersReport> => {
  const load = await LoadWorkers.start(schedule, settings, 1);
  const clock = scaledClock(monotonicMillis() + 1500, 1);
  const { origin, end } = await pod(clock);
  load.join(0, origin);
  load.begin(clock);
  await load.run();
  const report = await load.stop(schedule.durationMillis);
  end();
  return report;
};

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? NaN;

const delays = ({ requests }: WorkersReport): number[] =>
  [...requests.sentMillis].flatMap((sent, i) => (Number.isNaN(sent) ? [] : [sent - requests.intendedMillis[i]!]));

const say = (name: string, figures: Readonly<Record<string, number | null>>): void => {
  const text = Object.entries(figures).map(([what, value]) => `${what} ${value === null ? 'none' : value.toFixed(2)}`);
  console.log(`${name}: ${text.join(', ')}`);
};

const streams = async (count: number): Promise<void> => {
  const { frames, health } = await play(even(count, 2, 'stream', 10), SETTINGS);
  say(`${count} live streams of 128 ms frames`, {
    'frames sent / due': frames[0]!.framesSent / frames[0]!.framesDue,
    'lateness p50 ms (≤ 1)': frames[0]!.latenessP50Millis,
    'p99 ms (≤ 10)': frames[0]!.latenessP99Millis,
    'event loop utilisation (< 0.5)': health[0]!.eventLoopUtilisation,
  });
};

const small = async (perSecond: number): Promise<void> => {
  const report = await play(even(perSecond * 8, 8, 'short', 1), SETTINGS);
  const done = [...report.requests.doneMillis].filter((at) => !Number.isNaN(at));
  say(`${perSecond} small requests/s, open loop`, {
    'answered per second': done.length / (Math.max(...done) / 1000),
    'schedule delay p50 ms': quantile(delays(report), 0.5),
    'p99 ms (≤ 10)': quantile(delays(report), 0.99),
    'CPU cores': report.health[0]!.cpuCores,
  });
};

const UPLOADS = 600;
/** 62.5 s of PCM16 at 16 kHz: 2 MB. */
const UPLOAD_SECONDS = 62.5;

const uploads = async (): Promise<void> => {
  const clock = scaledClock(monotonicMillis(), 1);
  const { origin, end } = await pod(clock);
  const agent = new Agent({ connections: 32, pipelining: 1, allowH2: false });
  const body = Buffer.alloc(UPLOAD_SECONDS * 32_000);
  let left = UPLOADS;
  const loop = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await request(`${origin}/waves/v1/pulse/get_text`, { method: 'POST', body, dispatcher: agent });
      await answer.body.dump();
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: 32 }, loop));
  const bare = UPLOADS / ((performance.now() - from) / 1000);
  await agent.destroy();
  end();
  // All due at once with 32 in flight at the front: as fast as the engine can.
  const law = { ...LAW, batch: { ...LAW.batch, cap: 32 } };
  const { requests } = await play(even(UPLOADS, 0.001, 'short', UPLOAD_SECONDS), {
    ...SETTINGS,
    bodies: 'wav',
    front: { ...SETTINGS.front, law },
  });
  const engine = UPLOADS / (Math.max(...requests.doneMillis) / 1000);
  say('2 MB uploads per second', { engine, 'bare undici loop': bare, 'ratio (≥ 0.8)': engine / bare });
};

console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`,
);
await streams(1000);
await small(2500);
await uploads();
