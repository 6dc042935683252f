// Who saw a load step when: the first HPA sync whose answer contained a sample taken after it; and the first that asked for
// more pods, with the scrape that made it ask. Takes signals and decisions; gives instants that the reaction chain is made of.

import type { Decision, Observer, RunRecord } from '../../model/record.ts';
import { OBSERVERS } from '../../model/record.ts';
import { firstFrom } from '../stats/first-from.ts';

/** An answer belongs to the sync that began at most this long before it. */
const LONGEST_ANSWER_MILLIS = 5000;

export interface Sighting {
  /** When the observer held it. */
  readonly atMillis: number;
  readonly takenMillis: number;
}

const firstSighting = (
  run: RunRecord,
  observer: Observer,
  after: number,
  metrics: ReadonlySet<number>,
): Sighting | null => {
  const { signals } = run;
  const code = OBSERVERS.indexOf(observer);
  for (let i = 0; i < signals.count; i++) {
    if (signals.observer[i] !== code || !metrics.has(signals.metric[i]!)) continue;
    const at = signals.atMillis[i]!;
    const taken = at - signals.ageMillis[i]!;
    if (at > after && taken > after) return { atMillis: at, takenMillis: taken };
  }
  return null;
};

/** Numbers, in the signal table, of the metrics that the decisions were made on; of all if none carries such a name. */
const metricsOf = (run: RunRecord, decisions: readonly Decision[]): ReadonlySet<number> => {
  const names = new Set(decisions.flatMap((d) => d.metrics.map((m) => m.name)));
  const own = run.signals.metrics.flatMap((name, i) => (names.has(name) ? [i] : []));
  return new Set(own.length > 0 ? own : run.signals.metrics.keys());
};

/** When the answer of a sync was there: the last row of adapter or HPA that belongs to it, else the sync itself. */
export const answeredAt = (run: RunRecord, decision: Decision, next: Decision | undefined): number => {
  const { signals } = run;
  const until = Math.min(decision.t + LONGEST_ANSWER_MILLIS, next?.t ?? Infinity);
  const prometheus = OBSERVERS.indexOf('prometheus');
  let last: number = decision.t;
  for (let i = firstFrom(signals.atMillis, decision.t, signals.count); i < signals.count; i++) {
    const at = signals.atMillis[i]!;
    if (at >= until) break;
    if (signals.observer[i]! > prometheus) last = at;
  }
  return last;
};

export interface Seen {
  /** When Prometheus held the first sample taken after the step; null if the run does not tell. */
  readonly scraped: number | null;
  /** The first sync whose answer contained such a sample. */
  readonly sync: Decision;
}

/**
 * The first sync that saw the step: one that began when Prometheus already held a sample taken after it, or whose adapter
 * answer, or oldest sample, was taken after it. Null if none did.
 */
export const seenBy = (run: RunRecord, decisions: readonly Decision[], step: number): Seen | null => {
  const metrics = metricsOf(run, decisions);
  const scraped = firstSighting(run, 'prometheus', step, metrics);
  const adapter = firstSighting(run, 'adapter', step, metrics) ?? firstSighting(run, 'hpa', step, metrics);
  const recorded = decisions.every((d) => d.metrics.every((m) => !run.signals.metrics.includes(m.name)));
  for (const [i, sync] of decisions.entries()) {
    if (sync.t <= step) continue;
    const next = decisions[i + 1];
    const byAnswer = adapter !== null && adapter.atMillis < (next?.t ?? Infinity);
    // A metric made by a rule is not in Prometheus' scrapes under its own name: then only the answer tells.
    const byScrape = scraped !== null && !recorded && scraped.atMillis <= sync.t;
    const byAge = sync.metrics.some((m) => m.oldestSampleAgeMillis !== null && sync.t - m.oldestSampleAgeMillis > step);
    if (byAnswer || byScrape || byAge) {
      return { scraped: scraped?.atMillis ?? null, sync };
    }
  }
  return null;
};

/** A series that is not scraped any more answers for so long. */
const LOOKBACK_MILLIS = 300_000;
/** Sums of the same samples in another order differ by less. */
const ROUNDING = 1e-9;

interface Shown {
  /** When Prometheus held the sample that made the difference. */
  readonly at: number;
  /** When it held the one before, of the same pod; null if there was none. */
  readonly before: number | null;
}

/**
 * The first scrape after `after` with which the newest samples of the pods that `sync` read are, together, above target and
 * tolerance: from then on a sync could have asked. Scaled to the value of the sync, so the way from samples to value must be
 * linear. Null if the run does not tell.
 */
const shownTo = (run: RunRecord, sync: Decision, answered: number, after: number): Shown | null => {
  const { signals } = run;
  const most = sync.metrics.toSorted((a, b) => (b.proposal ?? 0) - (a.proposal ?? 0))[0];
  const metric = most === undefined ? -1 : signals.metrics.indexOf(most.name);
  if (most === undefined || most.value === null || metric < 0) return null;
  const prometheus = OBSERVERS.indexOf('prometheus');
  const rows: number[] = [];
  const last = new Map<number, number>();
  for (let i = firstFrom(signals.atMillis, after - LOOKBACK_MILLIS, signals.count); i < signals.count; i++) {
    if (signals.atMillis[i]! > answered) break;
    if (signals.observer[i] !== prometheus || signals.metric[i] !== metric) continue;
    rows.push(i);
    last.set(signals.subject[i]!, i);
  }
  const oldest = answered - (most.oldestSampleAgeMillis ?? LOOKBACK_MILLIS) - 1000;
  const read = new Set([...last].filter(([, i]) => signals.atMillis[i]! >= oldest).map(([subject]) => subject));
  const total = [...read].reduce((sum, subject) => sum + signals.value[last.get(subject)!]!, 0);
  const { tolerance } = run.header.platform.controller;
  const enough = total * Math.min(1, (most.target * (1 + tolerance)) / most.value) * (1 - ROUNDING);
  const newest = new Map<number, number>();
  let sum = 0;
  for (const i of rows) {
    const subject = signals.subject[i]!;
    if (!read.has(subject)) continue;
    const previous = newest.get(subject);
    const wasEnough = sum >= enough;
    sum += signals.value[i]! - (previous === undefined ? 0 : signals.value[previous]!);
    newest.set(subject, i);
    const at = signals.atMillis[i]!;
    if (at > after && !wasEnough && sum >= enough)
      return { at, before: previous === undefined ? null : signals.atMillis[previous]! };
  }
  return null;
};

export interface Asked {
  /** The last instant at which the load may not have been high enough yet; null = the step itself. */
  readonly risen: number | null;
  /** When Prometheus held the sample that showed it; null if the run does not tell. */
  readonly scraped: number | null;
  /** The first of the syncs up to the decision that all asked for more than there was at the step. */
  readonly sync: Decision;
  readonly answered: number;
}

/**
 * What led to the decision `decisions[at]`: syncs before the one that asked read too small a load, those after it were held
 * back. Null if the decision was not made on the step.
 */
export const askedBy = (
  run: RunRecord,
  decisions: readonly Decision[],
  at: number,
  seen: Seen | null,
  step: number,
  replicas: number,
): Asked | null => {
  if (seen === null || seen.sync.t > decisions[at]!.t) return null;
  const firstSeen = decisions.indexOf(seen.sync);
  let asking = at;
  while (asking > firstSeen && (decisions[asking - 1]!.proposal ?? 0) > replicas) asking--;
  const sync = decisions[asking]!;
  const answered = answeredAt(run, sync, decisions[asking + 1]);
  const before = asking > firstSeen ? decisions[asking - 1]!.t : null;
  const shown = shownTo(run, sync, answered, Math.max(step, before ?? step));
  return shown === null
    ? { risen: before, scraped: before === null ? seen.scraped : null, sync, answered }
    : { risen: shown.before, scraped: shown.at, sync, answered };
};
