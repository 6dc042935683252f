// For live tests of the k6 engine: settings, schedules, emulated pods, and the script played against them by the stand-in.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { FAILURES, OUTCOMES } from '../../model/record.ts';
import type { RunRecord } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import type { FrontSettings } from '../replay/front.ts';
import type { LoadSettings } from '../replay/load-engine.ts';
import { closeAll, constant, emulate, ends } from '../replay/emulated-pods.test-support.ts';
import { testLoad } from '../replay/load-settings.test-support.ts';
import type { WorkersReport } from '../replay/load-workers.ts';
import { scheduleHash } from '../schedule-hash.ts';
import { K6Load } from './k6-load.ts';
import { k6StandIn } from './stand-in.test-support.ts';

export { closeAll, constant, emulate, ends };

export const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
export const k6 = k6StandIn();
ends.push(() => k6.remove());

export const load = (front: Partial<FrontSettings> = {}): LoadSettings => testLoad({}, front);

const TIME_SCALE = 10;

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
