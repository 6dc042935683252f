// Live sessions in a plan. A pod serves n of them in steps of s0 + s1·n, and nobody falls behind while a step is no longer
// than the chunk of audio it answers (calibration.md 4.2): that law, not a trial, says how many one replica carries. Batch
// requests have places of their own on a pod, so a load of both needs the larger of the two replica counts.

import type { Conduct } from '../../model/conduct.ts';
import { departure } from '../../model/conduct.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { streamsWithoutLag } from '../../model/service-time.ts';
import type { StepFunction } from '../stats/step-function.ts';
import { stepFunction } from '../stats/step-function.ts';

const STREAM = REQUEST_KINDS.indexOf('stream');
const GRID_MILLIS = 1000;

/** The most sessions at which a step takes no longer than its audio, within the cap; 0 where even one falls behind. */
export const sessionsPerReplica = streamsWithoutLag;

/** The audio of the longest session, seconds; 0 without sessions. */
export const longestSession = ({ kind, audioSeconds }: Schedule): number =>
  kind.reduce((longest, of, i) => (of === STREAM ? Math.max(longest, audioSeconds[i]!) : longest), 0);

/**
 * Sessions that are open in each second of the schedule if each begins as intended and lasts as long as its audio, or until
 * its caller cuts it. Null without sessions. Those that began before the origin are not in a schedule, so the first
 * minutes show too few.
 *
 * @param conduct of the traffic streams by name; absent = every session lasts as long as its audio
 */
export const openSessions = (
  schedule: Schedule,
  conduct: Readonly<Record<string, Conduct | undefined>> = {},
): StepFunction | null => {
  if (!schedule.kind.includes(STREAM)) return null;
  const cells = Math.max(1, Math.ceil(schedule.durationMillis / GRID_MILLIS));
  const change = new Int32Array(cells + 1);
  for (let i = 0; i < schedule.count; i++) {
    if (schedule.kind[i] !== STREAM) continue;
    const from = schedule.offsetMillis[i]!;
    const audio = schedule.audioSeconds[i]!;
    const of = conduct[schedule.streams[schedule.stream[i]!]!];
    const cut = of === undefined ? Infinity : departure(of, schedule.seed[i]!, audio, true).cutMillis;
    const last = Math.floor((from + Math.min(1000 * audio, cut)) / GRID_MILLIS);
    change[Math.min(cells - 1, Math.floor(from / GRID_MILLIS))]! += 1;
    change[Math.min(cells, last + 1)]! -= 1;
  }
  let open = 0;
  return stepFunction(Array.from({ length: cells }, (_, k) => [k * GRID_MILLIS, (open += change[k]!)] as const));
};
