// Who saw a load step when: the first sample taken after it that Prometheus held, and the first HPA sync whose answer
// contained one. Takes signals and decisions; gives instants that the reaction chain is made of.

import type { Decision, Observer, RunRecord } from '../../model/record.ts';
import { OBSERVERS } from '../../model/record.ts';

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
  for (let i = firstRow(signals.atMillis, signals.count, decision.t); i < signals.count; i++) {
    const at = signals.atMillis[i]!;
    if (at >= until) break;
    if (signals.observer[i]! > prometheus) last = at;
  }
  return last;
};

/** First row at or after t; rows are in time order. */
const firstRow = (at: Float64Array, count: number, t: number): number => {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
};

export interface Seen {
  /** First sample taken after the step that Prometheus held; null if the run does not tell. */
  readonly scraped: number | null;
  /** Start of the first sync whose answer contained such a sample. */
  readonly sync: Decision;
  readonly answered: number;
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
      return { scraped: scraped?.atMillis ?? null, sync, answered: answeredAt(run, sync, next) };
    }
  }
  return null;
};
