// Does the engine's memory stay flat? 500 live streams at any moment, a new one for each that ends; resident memory of the
// worker every five seconds, its slope by least squares after a fifth of the time.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Verdict } from './verdict.ts';
import { even, memoryOf, play } from './world.ts';

const STREAMS = 500;
const SESSION_SECONDS = 60;
const LOOK_MILLIS = 5000;
const WARM_UP = 0.2;

interface Look {
  readonly minutes: number;
  readonly megabytes: number;
}

/** Slope of a line through the points by least squares; NaN for fewer than two. */
export const slope = (looks: readonly Look[]): number => {
  const n = looks.length;
  if (n < 2) return NaN;
  const meanX = looks.reduce((sum, { minutes }) => sum + minutes, 0) / n;
  const meanY = looks.reduce((sum, { megabytes }) => sum + megabytes, 0) / n;
  const xy = looks.reduce((sum, l) => sum + (l.minutes - meanX) * (l.megabytes - meanY), 0);
  const xx = looks.reduce((sum, l) => sum + (l.minutes - meanX) ** 2, 0);
  return xy / xx;
};

export const soakVerdicts = async (minutes: number): Promise<readonly Verdict[]> => {
  const seconds = minutes * 60;
  const looks: Look[] = [];
  const watch = ([worker]: readonly number[], clock: ScaledClock): (() => void) => {
    const timer = setInterval(() => {
      const at = clock.now() / 60_000;
      // The last minute only lets sessions end.
      if (at <= minutes) looks.push({ minutes: at, megabytes: memoryOf(worker!) });
    }, LOOK_MILLIS);
    return () => clearInterval(timer);
  };
  const rows = Math.round((STREAMS * seconds) / SESSION_SECONDS);
  const { report } = await play(even(rows, seconds, 'stream', SESSION_SECONDS), { watch });
  const settled = looks.filter((look) => look.minutes >= minutes * WARM_UP && look.minutes * 60 >= SESSION_SECONDS);
  const frames = report.frames[0]!;
  const what = `soak: ${STREAMS} live streams for ${minutes} min`;
  return [
    { what, figure: 'memory slope after warm-up', value: slope(settled), unit: 'MB/min', bound: { op: '<', value: 1 } },
    { what, figure: 'memory at the end', value: settled.at(-1)?.megabytes ?? null, unit: 'MB', bound: null },
    {
      what,
      figure: 'frames sent / due',
      value: frames.framesSent / frames.framesDue,
      unit: '',
      bound: { op: '≥', value: 1 },
    },
    { what, figure: 'lateness p99', value: frames.latenessP99Millis, unit: 'ms', bound: null },
  ];
};
