// When the next reconcile of an HPA starts (hpa.md section 1): a queue with one entry per HPA, added with now + period by
// the end of a reconcile, by echoes and resync ticks that land inside it, and at once by creation or spec change (1.37).
// Draws are arguments; the calls themselves are the driver's, their durations sim/hops/call-durations.ts.

import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { VersionRules } from './versions.ts';

export const SYNC_PERIOD = millis(15_000);

/** Period of the informer's resync tick (rec): a little longer than the flag says. */
export const RESYNC_PERIOD = millis(15_000.6);

/** Where an HPA stands in the queue. A key waits at most once with a delay, and at most once without one. */
export interface Queued {
  /** Ready time of the delayed entry; null = none. */
  readonly delayed: Millis | null;
  /** An entry without delay. */
  readonly immediate: Millis | null;
}

export const NOT_QUEUED: Queued = { delayed: null, immediate: null };

/** Adds a delayed entry: the earlier of two ready times stays, the later one is dropped (point 3). */
export const addDelayed = (queued: Queued, readyAt: Millis): Queued =>
  queued.delayed !== null && queued.delayed <= readyAt ? queued : { ...queued, delayed: readyAt };

/** The HPA was created, or its spec changed: at once from 1.37, a period later before (points 6 and 7). */
export const addChanged = (queued: Queued, rules: VersionRules, at: Millis, period: Millis): Queued =>
  rules.firstSync === 'immediate'
    ? { ...queued, immediate: queued.immediate ?? at }
    : addDelayed(queued, millis(at + period));

/** Any other update, a resync tick included. */
export const addUpdated = (queued: Queued, at: Millis, period: Millis): Queued =>
  addDelayed(queued, millis(at + period));

export interface Taken {
  readonly at: Millis;
  readonly rest: Queued;
}

/** The next entry that becomes ready, and what stays. An immediate one leaves the delayed one waiting: the old phase survives. */
export const takeNext = (queued: Queued): Taken | null => {
  const { delayed, immediate } = queued;
  if (immediate !== null && (delayed === null || immediate <= delayed)) {
    return { at: immediate, rest: { delayed, immediate: null } };
  }
  return delayed === null ? null : { at: delayed, rest: { delayed: null, immediate } };
};

/** First resync tick in [from, to], null if there is none. `phase` = instant of some tick. */
export const resyncTick = (phase: Millis, period: Millis, from: Millis, to: Millis): Millis | null => {
  const tick = phase + Math.ceil((from - phase) / period) * period;
  return tick <= to ? millis(tick) : null;
};

/**
 * The queue after a reconcile that ran from `start` to `end`. Ticks and echoes of own status writes inside it come first
 * and win: next start = min(end, those) + period (point 5). An HPA whose reconcile meets the tick is captured by it.
 */
export const afterReconcile = (queued: Queued, inside: readonly Millis[], end: Millis, period: Millis): Queued =>
  addUpdated(
    inside.reduce((q, at) => addUpdated(q, at, period), queued),
    end,
    period,
  );

/**
 * The queue at the origin of a run whose HPA and controller are older than it: the phase has no relation to anything,
 * so it is uniform. `draw` in [0, 1).
 */
export const runningPhase = (draw: number, period: Millis): Queued => addDelayed(NOT_QUEUED, millis(draw * period));
