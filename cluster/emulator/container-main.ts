// The process of one emulated pod in a container: settings from the file that SURGELAB_EMULATOR names, its name from
// POD_NAME. It drains on SIGTERM and then ends; what happens to it is a line of JSON on stdout. Its clock is the
// machine's monotonic one, which all containers of a host share.

import { readFileSync } from 'node:fs';
import type { ContainerSettings } from './container-settings.ts';
import { containerConfig } from './container-settings.ts';
import { scaledClock } from './scaled-clock.ts';
import { startEmulator } from './server.ts';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  process.stderr.write(`${name} is not set: it names ${name === 'POD_NAME' ? 'this pod' : 'the file of settings'}\n`);
  process.exit(2);
};

const clock = scaledClock(0, 1);
const tell = (what: string): void => {
  process.stdout.write(`${JSON.stringify({ what, monotonicMillis: clock.now() })}\n`);
};

const settings = JSON.parse(readFileSync(setting('SURGELAB_EMULATOR'), 'utf8')) as ContainerSettings;
const emulator = await startEmulator(containerConfig(settings, setting('POD_NAME')), clock);
tell('listening');
void emulator.pod.whenLoaded().then(() => tell('loaded'));

const drain = (): void => {
  tell('draining');
  void emulator.pod.drain().then(() => {
    tell('drained');
    process.exit(0);
  });
};
process.once('SIGTERM', drain);
process.once('SIGINT', drain);
