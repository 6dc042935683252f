// The calls of a run as a score sees them: which ones count, how long each took from its intended start, whether its
// promise was kept. Calls in the warm-up are cut; after the last arrival the run drains and what is left is a miss.

import type { RunRecord } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';

export interface CallFilter {
  readonly kind: RequestKind | null;
  /** Name of a traffic stream of the scenario. */
  readonly stream: string | null;
}

export const ALL_CALLS: CallFilter = { kind: null, stream: null };

const OK = OUTCOMES.indexOf('ok');
const ABANDONED = OUTCOMES.indexOf('abandoned');
const UNFINISHED = OUTCOMES.indexOf('unfinished');

export const kindOf = (run: RunRecord, call: number): RequestKind => REQUEST_KINDS[run.schedule.kind[call]!]!;

export const isOk = (run: RunRecord, call: number): boolean => run.requests.outcome[call] === OK;

/** Row numbers of the calls that arrived in [from, to) and pass the filter, in order of arrival. */
export const callsBetween = (run: RunRecord, from: number, to: number, filter: CallFilter = ALL_CALLS): number[] => {
  const { schedule, requests } = run;
  const kind = filter.kind === null ? -1 : REQUEST_KINDS.indexOf(filter.kind);
  const stream = filter.stream === null ? -1 : schedule.streams.indexOf(filter.stream);
  if (filter.stream !== null && stream < 0) return [];
  const rows: number[] = [];
  for (let i = 0; i < requests.count; i++) {
    const at = requests.intendedMillis[i]!;
    if (at < from || at >= to) continue;
    if (kind >= 0 && schedule.kind[i] !== kind) continue;
    if (stream >= 0 && schedule.stream[i] !== stream) continue;
    rows.push(i);
  }
  return rows;
};

/** The calls that are scored: arrived from the end of the warm-up on. */
export const scoredCalls = (run: RunRecord, filter: CallFilter = ALL_CALLS): number[] =>
  callsBetween(run, run.header.warmupMillis, Infinity, filter);

/** Intended start to answer, seconds; infinite without an answer (load-generation.md: dropped calls cost infinity). */
export const latencySeconds = (run: RunRecord, call: number): number =>
  isOk(run, call) ? (run.requests.doneMillis[call]! - run.requests.intendedMillis[call]!) / 1000 : Infinity;

/** Intended start to start of service, seconds; infinite if it was never served. */
export const waitSeconds = (run: RunRecord, call: number): number => {
  const admitted = run.requests.admittedMillis[call]!;
  return Number.isNaN(admitted) ? Infinity : (admitted - run.requests.intendedMillis[call]!) / 1000;
};

/**
 * Largest lag of a live session behind its audio; its final lag if the run did not record one; infinite if it broke. One
 * that its caller ended while it was served is judged by its lag until then: to hang up is no error of the service. So is
 * one that goes on when the run ends: long sessions outlast every drain, and to count them as misses would make a promise
 * unkeepable by the end of the run alone.
 */
export const lagSeconds = (run: RunRecord, call: number): number => {
  const lag = run.requests.lagSeconds[call]!;
  const outcome = run.requests.outcome[call];
  if ((outcome === ABANDONED || outcome === UNFINISHED) && !Number.isNaN(lag)) return lag;
  if (!isOk(run, call)) return Infinity;
  return Number.isNaN(lag) ? Math.max(0, latencySeconds(run, call) - run.schedule.audioSeconds[call]!) : lag;
};

/** What the promise is about: the lag of a live session, the latency of everything else. */
export const judgedSeconds = (run: RunRecord, call: number): number =>
  kindOf(run, call) === 'stream' ? lagSeconds(run, call) : latencySeconds(run, call);
