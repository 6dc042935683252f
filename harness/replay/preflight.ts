// Everything that can be refused before the first process is forked: broken clips, too few sockets for the schedule.

import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { requestWeight, secondsPerWeight } from '../../model/service-time.ts';
import { readClips } from './clip-folder.ts';
import type { StayBound } from './socket-limits.ts';
import { checkSockets, peakConcurrency, socketLimits } from './socket-limits.ts';

export interface PreflightInput {
  readonly schedule: Schedule;
  readonly workers: number;
  readonly maxInFlight: number;
  /** The callers' time-out, seconds; null = they wait. */
  readonly timeout: number | null;
  readonly law: ServiceLaw;
  readonly clipFolder: string | undefined;
  /** Whether all connections go to one address, whose local ports they share. */
  readonly oneAddress: boolean;
}

const STREAM = REQUEST_KINDS.indexOf('stream');
/** As long as a live session waits for its socket and for its last transcript (stream-client.ts). */
const LIVE_GRACE_MILLIS = 20_000;

/** A batch row stays as long as its caller is patient, or as a full pod takes for it. */
const stayBound = ({ timeout, law, maxInFlight }: PreflightInput): StayBound => ({
  batchMillis: (audioSeconds, seed) =>
    timeout === null
      ? 1000 * requestWeight(law.batch, audioSeconds, seed) * secondsPerWeight(law.batch, law.batch.cap)
      : timeout * 1000,
  liveGraceMillis: LIVE_GRACE_MILLIS,
  maxInFlight,
});

/** Throws LIMIT_TOO_LOW, CLIPS_INVALID, INPUT_MISSING. */
export const preflight = (input: PreflightInput): void => {
  const { schedule, workers, clipFolder } = input;
  if (clipFolder !== undefined) readClips(clipFolder, schedule.kind.includes(STREAM));
  const bound = stayBound(input);
  const perWorker = Array.from({ length: workers }, (_, worker) => peakConcurrency(schedule, bound, worker, workers));
  const together = perWorker.reduce((sum, sockets) => sum + sockets, 0);
  checkSockets(Math.max(0, ...perWorker), input.oneAddress ? together : 0, socketLimits());
};
