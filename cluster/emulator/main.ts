// The process of one emulated pod. Its parent sends `start`; it ends after a drain (SIGTERM), or at once when the parent
// is gone: a closed IPC channel is the only sign of a crashed parent, and no process may outlive it.

import { TestbedError } from '../../model/errors.ts';
import type { FromPod, ToPod } from './messages.ts';
import { scaledClock } from './scaled-clock.ts';
import { ServedRows } from './served.ts';
import type { Emulator } from './server.ts';
import { startEmulator } from './server.ts';

/** Real time between two messages with requests met: a killed pod loses no more than that. */
const TELL_REAL_MILLIS = 50;

let emulator: Emulator | null = null;
const served = new ServedRows();

const tell = (message: FromPod, sent?: () => void): void => {
  if (process.connected) process.send!(message, undefined, undefined, sent);
  else sent?.();
};

const tellServed = (isLast: boolean, sent?: () => void): void => {
  const rows = served.take();
  if (rows.length > 0 || isLast) tell({ kind: 'served', rows, isLast }, sent);
};

const drain = (): void => {
  if (emulator === null) process.exit(0);
  void emulator.pod.drain().then(() => tellServed(true, () => process.exit(0)));
};

const start = async (message: Extract<ToPod, { kind: 'start' }>): Promise<void> => {
  const clock = scaledClock(message.originMonotonicMillis, message.config.timeScale);
  try {
    emulator = await startEmulator(message.config, clock);
  } catch (error) {
    tell({
      kind: 'failed',
      code: error instanceof TestbedError ? error.code : 'TARGET_FAILED',
      message: error instanceof Error ? error.message : String(error),
    });
    process.exit(1);
  }
  emulator.pod.served = served;
  setInterval(() => tellServed(false), TELL_REAL_MILLIS);
  tell({ kind: 'listening', port: emulator.port, metricsPort: emulator.metricsPort, atMillis: clock.now() });
  await emulator.pod.whenLoaded();
  tell({ kind: 'loaded', atMillis: clock.now() });
};

process.on('message', (message: ToPod) => {
  switch (message.kind) {
    case 'start':
      void start(message);
      return;
    case 'drain':
      drain();
      return;
    case 'tell-served':
      tellServed(true);
      return;
    case 'refuse-scrapes':
      if (emulator !== null) emulator.pod.refusesScrapes = message.refuse;
      return;
    case 'shared-queue':
      if (emulator !== null) emulator.pod.sharedQueue = message;
  }
});
process.on('SIGTERM', drain);
// A Ctrl-C reaches the whole process group; the parent decides when its pods end.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
tell({ kind: 'prepared' });
