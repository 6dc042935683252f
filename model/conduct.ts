// What callers do of their own accord: hang up while they wait, or end a live session before its audio is over. Takes the
// conduct of a traffic stream and a row of the schedule; gives the instants, the same for every engine that plays the row.
// What the service then does with the work is not decided here (sim/service/fleet.ts, harness/replay/front.ts).

import type { Distribution } from './distribution.ts';
import { sample } from './distribution.ts';
import { rowStream } from './rng.ts';

export interface Conduct {
  /**
   * This share of the callers hangs up `after` seconds from the intended start if it is not answered by then; a live
   * session only while it has no place. Null = callers wait.
   */
  readonly hangup: { readonly share: number; readonly after: Distribution } | null;
  /**
   * This share of the live sessions ends itself: `after` seconds from the intended start, or (null) after a uniform share
   * of its audio. Null = sessions last as long as their audio.
   */
  readonly cut: { readonly share: number; readonly after: Distribution | null } | null;
}

/** Milliseconds after the intended start; Infinity = never. */
export interface Departure {
  /** The end of the caller's patience. */
  readonly patienceMillis: number;
  /** The end of a live session by its caller, served or not. */
  readonly cutMillis: number;
}

const STAYS: Departure = { patienceMillis: Infinity, cutMillis: Infinity };

/** 'hang' and 'cut ' in ASCII. */
const HANGUP = 0x68616e67;
const CUT = 0x63757420;

/**
 * When the caller of a row leaves, from the row's own seed alone: the simulator and the load engine need not tell each
 * other anything to agree on it (conduct.test.ts).
 *
 * @param live whether the row is a live session, which alone can be cut
 * @example departure({ hangup: { share: 0.1, after: { kind: 'exponential', mean: 20 } }, cut: null }, 7, 5, false)
 */
export const departure = (
  { hangup, cut }: Conduct,
  rowSeed: number,
  audioSeconds: number,
  live: boolean,
): Departure => {
  let { patienceMillis, cutMillis } = STAYS;
  if (hangup !== null) {
    const rng = rowStream(rowSeed, HANGUP);
    if (rng.uniform() < hangup.share) patienceMillis = 1000 * sample(hangup.after, rng);
  }
  if (cut !== null && live) {
    const rng = rowStream(rowSeed, CUT);
    if (rng.uniform() < cut.share)
      cutMillis = 1000 * (cut.after === null ? audioSeconds * rng.uniform() : sample(cut.after, rng));
  }
  // A session that is over before its cut was not cut.
  return { patienceMillis, cutMillis: cutMillis < 1000 * audioSeconds ? cutMillis : Infinity };
};
