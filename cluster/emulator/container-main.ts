// The process of one emulated pod in a container: settings from the file that SURGELAB_EMULATOR names (absent = the vendor's
// ports and defaults), its name from POD_NAME or the host name. It drains on SIGTERM and then ends; what happens to it, and
// which requests it met, are lines of JSON on stdout. Its clock is the machine's monotonic one, which all containers of a
// host share.

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ContainerSettings } from './container-settings.ts';
import { CONTAINER_DEFAULTS, containerConfig } from './container-settings.ts';
import { scaledClock } from './scaled-clock.ts';
import { ServedRows } from './served.ts';
import { startEmulator } from './server.ts';

const clock = scaledClock(0, 1);
const tell = (what: string, more: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ what, monotonicMillis: clock.now(), ...more })}\n`);
};

/** Between two lines with requests met: a killed pod loses no more than that. */
const TELL_MILLIS = 50;

const served = new ServedRows();
const tellServed = (): void => {
  const rows = served.take();
  if (rows.length > 0) tell('served', { rows });
};

const file = process.env['SURGELAB_EMULATOR'] ?? '';
const settings = file === '' ? CONTAINER_DEFAULTS : (JSON.parse(readFileSync(file, 'utf8')) as ContainerSettings);
const emulator = await startEmulator(containerConfig(settings, process.env['POD_NAME'] ?? hostname()), clock);
emulator.pod.served = served;
setInterval(tellServed, TELL_MILLIS);
tell('listening');
void emulator.pod.whenLoaded().then(() => tell('loaded'));

const drain = (): void => {
  tell('draining');
  void emulator.pod.drain().then(() => {
    tellServed();
    tell('drained');
    process.exit(0);
  });
};
process.once('SIGTERM', drain);
process.once('SIGINT', drain);
