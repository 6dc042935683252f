// For live tests of the k6 engine: settings, schedules, emulated pods, and the script played against them by the stand-in.

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
import { testLoad } from '../replay/load-settings.test-support.ts';
import type { WorkersReport } from '../replay/load-workers.ts';
import { scheduleHash } from '../schedule-hash.ts';
import { K6Load } from './k6-load.ts';
import { k6StandIn } from './stand-in.test-support.ts';

export const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
export const k6 = k6StandIn();
/** What a test file closes after its last test. */
export const ends: (() => unknown)[] = [() => k6.remove()];
export const closeAll = async (): Promise<void> => {
  for (const end of ends) await end();
};

export const load = (front: Partial<FrontSettings> = {}): LoadSettings => testLoad({}, front);

/** Rows at a constant spacing. */
export const constant = (count: number, spacingMillis: number, kind: RequestKind, audioSeconds: number): Schedule =>
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

export const emulate = async (clock: ScaledClock, change: Partial<EmulatorConfig> = {}): Promise<string> => {
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, timeScale: clock.timeScale, ...change }, clock);
  ends.push(() => emulator.close());
  await emulator.pod.whenLoaded();
  return `http://127.0.0.1:${emulator.port}`;
};

/** Plays a schedule with the script against pods; `act` may interfere once it is under way. */
export const play = async (
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

export const outcomes = ({ requests }: { readonly requests: RunRecord['requests'] }): string[] =>
  [...requests.outcome].map((code) => OUTCOMES[code]!);
export const failures = ({ requests }: WorkersReport): string[] => [...requests.failure].map((code) => FAILURES[code]!);
export const allOf = (count: number, outcome: string): string[] => Array.from({ length: count }, () => outcome);
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
