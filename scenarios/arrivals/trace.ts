// A recorded trace as arrivals: cut, filter, speed up, repeat. Gives the times of its rows in order, before any surge, and
// which row each is, so that audio and kind stay those of the recording. Lengths are never divided by the speed-up.

import type { Arrivals } from '../scenario.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { Trace } from '../traces/read-trace.ts';

type TraceArrivals = Extract<Arrivals, { kind: 'trace' }>;

export interface TracePlay {
  /** Rows of the trace that are played, in order. */
  readonly rows: Int32Array;
  /** Length of the window [from, to) in trace seconds. */
  readonly windowSeconds: number;
  /** Trace seconds per second of the run; Infinity if the window has no rows. */
  readonly speedup: number;
}

/** What is played of `trace`: rows in [from, to) of the kind asked for, and how fast. */
export const tracePlay = (arrivals: TraceArrivals, trace: Trace): TracePlay => {
  const to = arrivals.to ?? trace.spanSeconds;
  const only = arrivals.only === null ? -1 : REQUEST_KINDS.indexOf(arrivals.only);
  const rows: number[] = [];
  for (let i = 0; i < trace.count; i++) {
    const offset = trace.offsetSeconds[i]!;
    if (offset >= arrivals.from && offset < to && (only < 0 || trace.kind[i] === only)) rows.push(i);
  }
  const windowSeconds = Math.max(0, to - arrivals.from);
  const speedup = arrivals.rate === null ? arrivals.speedup : arrivals.rate / (rows.length / windowSeconds);
  return { rows: Int32Array.from(rows), windowSeconds, speedup };
};

/** Arrival `n` (from 0) in seconds of the run before surge, and its row; null when the trace is over. */
export const traceArrival = (
  arrivals: TraceArrivals,
  trace: Trace,
  play: TracePlay,
  n: number,
): { readonly at: number; readonly row: number } | null => {
  const { rows, windowSeconds, speedup } = play;
  if (rows.length === 0) return null;
  const round = Math.floor(n / rows.length);
  if (round > 0 && !arrivals.repeat) return null;
  const row = rows[n - round * rows.length]!;
  return { at: (round * windowSeconds + trace.offsetSeconds[row]! - arrivals.from) / speedup, row };
};
