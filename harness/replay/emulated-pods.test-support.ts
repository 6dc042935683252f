// For live tests of the load engines: schedules of evenly spaced rows, and emulated pods on loopback that the test file
// closes after its last test.

import type { EmulatorConfig } from '../../cluster/emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import type { RequestKind, Schedule } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';

/** What a test file closes after its last test. */
export const ends: (() => unknown)[] = [];
export const closeAll = async (): Promise<void> => {
  for (const end of ends) await end();
};

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

/** Starts an emulated pod; gives its address once its model is loaded. */
export const emulate = async (clock: ScaledClock, change: Partial<EmulatorConfig> = {}): Promise<string> => {
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, timeScale: clock.timeScale, ...change }, clock);
  ends.push(() => emulator.close());
  await emulator.pod.whenLoaded();
  return `http://127.0.0.1:${emulator.port}`;
};
