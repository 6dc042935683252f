// What every part of the load benchmark needs: emulated pods in processes of their own, a worker of the load engine, even
// schedules, and the CPU seconds of a process, which hold on a busy machine where wall times do not.

import { spawnSync } from 'node:child_process';
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { EmulatorConfig } from '../../cluster/emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import type { FromPod, ToPod } from '../../cluster/emulator/messages.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { LoadSettings } from '../../harness/replay/load-engine.ts';
import type { WorkersReport } from '../../harness/replay/load-workers.ts';
import { LoadWorkers } from '../../harness/replay/load-workers.ts';
import type { RequestKind, Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS, emptySchedule } from '../../model/schedule.ts';
import { SERVICE_LAWS, scaleLaw } from '../../model/service-time.ts';
import { millis } from '../../model/units.ts';

/** A thousand times an L40S: the server is no bottleneck. */
const FAST = scaleLaw(SERVICE_LAWS['pulse-pro-l40s']!, 1000);
export const LAW = {
  ...FAST,
  batch: { ...FAST.batch, cap: 10_000 },
  stream: { ...FAST.stream, cap: 10_000 },
};

export const SETTINGS: LoadSettings = {
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

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** The emulator runs on another core than the worker, where the machine has two and a tool to say so. */
export const pinning =
  hasTaskset && availableParallelism() >= 2 ? 'worker on core 0, emulator on core 1' : 'not pinned';

export const pin = (processId: number | undefined, core: 0 | 1): void => {
  if (processId !== undefined && pinning !== 'not pinned')
    spawnSync('taskset', ['-pc', String(core), String(processId)]);
};

export interface BenchPod {
  readonly origin: string;
  readonly end: () => void;
}

/** A pod process; resolves when it listens. */
export const startPod = (clock: ScaledClock, change: Partial<EmulatorConfig> = {}): Promise<BenchPod> => {
  const child = fork(new URL('../../cluster/emulator/main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  pin(child.pid, 1);
  return new Promise((resolve) => {
    child.on('message', (message: FromPod) => {
      const config = { ...EMULATOR_DEFAULTS, law: LAW, port: 0, ...change };
      if (message.kind === 'prepared')
        child.send({ kind: 'start', config, originMonotonicMillis: clock.originMonotonicMillis } satisfies ToPod);
      if (message.kind === 'listening')
        resolve({ origin: `http://${config.host}:${message.port}`, end: () => child.kill('SIGKILL') });
    });
  });
};

/** Rows spaced evenly over `overSeconds`. */
export const even = (count: number, overSeconds: number, kind: RequestKind, audioSeconds: number): Schedule => {
  const schedule = emptySchedule(count, millis(overSeconds * 1000), ['bench']);
  for (let i = 0; i < count; i++) {
    schedule.offsetMillis[i] = (i * overSeconds * 1000) / count;
    schedule.audioSeconds[i] = audioSeconds;
    schedule.kind[i] = REQUEST_KINDS.indexOf(kind);
    schedule.seed[i] = i + 1;
  }
  return schedule;
};

/** USER_HZ: what /proc counts CPU in, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** User and system time of a process so far; NaN where there is no /proc. */
export const cpuSecondsOf = (processId: number): number => {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name may hold spaces: fields are counted from its closing bracket; utime and stime are the 14th and 15th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return NaN;
  }
};

/** Resident memory, MB; NaN where there is no /proc. */
export const memoryOf = (processId: number): number => {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return NaN;
  }
};

export interface Played {
  readonly report: WorkersReport;
  /** Of all workers, from the first row to the last answer. */
  readonly cpuSeconds: number;
}

export interface PlayOptions {
  readonly settings?: LoadSettings;
  readonly workers?: number;
  readonly pods?: readonly Partial<EmulatorConfig>[];
  /** Called with the process ids of the workers while the run lasts. */
  readonly watch?: (processIds: readonly number[], clock: ScaledClock) => () => void;
}

/** Real time from the fork to the first row. */
const LEAD_MILLIS = 2500;

export const play = async (schedule: Schedule, options: PlayOptions = {}): Promise<Played> => {
  const load = await LoadWorkers.start(schedule, options.settings ?? SETTINGS, options.workers ?? 1);
  for (const id of load.processIds) pin(id, 0);
  const clock = scaledClock(monotonicMillis() + LEAD_MILLIS, 1);
  const pods = await Promise.all((options.pods ?? [{}]).map((change) => startPod(clock, change)));
  pods.forEach(({ origin }, pod) => {
    load.join(pod, origin);
  });
  load.begin(clock);
  await new Promise<void>((resolve) => clock.at(0, resolve));
  const cpu = (): number => load.processIds.reduce((sum, id) => sum + cpuSecondsOf(id), 0);
  const before = cpu();
  const unwatch = options.watch?.(load.processIds, clock);
  await load.run();
  const cpuSeconds = cpu() - before;
  unwatch?.();
  const report = await load.stop(schedule.durationMillis);
  for (const { end } of pods) end();
  return { report, cpuSeconds };
};

/** Nearest rank; NaN without data. */
export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? NaN;

/** Starts against the schedule, milliseconds. */
export const delays = ({ requests }: WorkersReport): number[] =>
  [...requests.sentMillis].flatMap((sent, i) => (Number.isNaN(sent) ? [] : [sent - requests.intendedMillis[i]!]));

/** Repeats a measurement; gives what each run measured, by figure. */
export const repeat = async <F extends string>(
  runs: number,
  measure: () => Promise<Readonly<Record<F, number>>>,
): Promise<(figure: F) => readonly number[]> => {
  const seen: Readonly<Record<F, number>>[] = [];
  for (let run = 0; run < runs; run++) seen.push(await measure());
  return (figure) => seen.map((one) => one[figure]).filter((value) => !Number.isNaN(value));
};
