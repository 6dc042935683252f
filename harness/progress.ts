// Progress on stderr for anything over two seconds: one line that rewrites itself on a terminal, else a line per 10 %.
// stdout stays the result.

import { performance } from 'node:perf_hooks';

export interface Progress {
  /** `done` in [0, 1]. */
  readonly update: (done: number) => void;
  readonly end: () => void;
}

export interface ProgressOutput {
  readonly isTTY: boolean;
  readonly write: (text: string) => void;
}

const SILENT_MILLIS = 2000;
const REDRAW_MILLIS = 200;

const duration = (seconds: number): string =>
  seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(1, Math.round(seconds))} s`;

/** What a progress line says after `elapsed` seconds; time left assumes that the rest goes as fast as what is done. */
export const progressLine = (label: string, done: number, elapsedSeconds: number): string =>
  `${label}: ${Math.floor(done * 100)} %, ${done >= 1 ? 'done' : done > 0 ? `${duration((elapsedSeconds * (1 - done)) / done)} left` : 'starting'}`;

const stderr: ProgressOutput = {
  get isTTY() {
    return process.stderr.isTTY;
  },
  write: (text) => void process.stderr.write(text),
};

export const startProgress = (
  label: string,
  output: ProgressOutput = stderr,
  now = () => performance.now(),
): Progress => {
  const start = now();
  let lastDraw = -Infinity;
  let lastTenth = 0;
  let drawn = false;
  return {
    update: (done) => {
      const at = now();
      if (at - start < SILENT_MILLIS) return;
      if (output.isTTY) {
        if (at - lastDraw < REDRAW_MILLIS) return;
        lastDraw = at;
        output.write(`\r\u001b[K${progressLine(label, done, (at - start) / 1000)}`);
        drawn = true;
      } else if (Math.floor(done * 10) > lastTenth) {
        lastTenth = Math.floor(done * 10);
        output.write(`${progressLine(label, done, (at - start) / 1000)}\n`);
      }
    },
    end: () => {
      if (drawn) output.write('\r\u001b[K');
    },
  };
};
