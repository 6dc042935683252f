// When did the load jump? Told by the scenario where it says so (surges and rate curves), else found in the schedule.
// Takes a run, gives the instants e0 of the reaction chain with the rates of calls and live sessions before and after.

import type { RunRecord } from '../../model/record.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { RateCurve } from '../../scenarios/scenario.ts';
import { firstFrom } from '../stats/first-from.ts';
import { maximum, valueAt } from '../stats/step-function.ts';
import { offeredSessions } from './demand.ts';
import { scenarioOf } from './scenario-of.ts';

const STREAM = REQUEST_KINDS.indexOf('stream');

/** Live sessions are few among the calls and last for minutes: a surge of them shows here. */
export interface SessionStep {
  /** Begun, over the same minutes as the calls. */
  readonly perMinuteBefore: number;
  readonly perMinuteAfter: number;
  /** Open just before the step, and at most until the next one. */
  readonly openBefore: number;
  readonly openMost: number;
}

export interface LoadStep {
  readonly atMillis: number;
  /** Calls per second in the three minutes before the rise and after it (shorter at the ends of the run). */
  readonly callsBefore: number;
  readonly callsAfter: number;
  /** Null without live sessions. */
  readonly sessions: SessionStep | null;
  readonly from: 'scenario' | 'schedule';
}

/** A surge by less is drift, not a step; a linear rise that takes longer is a ramp. */
const LEAST_SURGE = 1.2;
const LONGEST_RISE_SECONDS = 120;
/** A fitted rate curve wobbles from minute to minute: only a rise by more is a step. */
const LEAST_RISE = 1.4;
const MINUTE = 60_000;
const BIN = 10_000;
/** The rates before and after a rise are means over this long. */
const MEASURED = 3 * MINUTE;
/** Standard deviations of a Poisson difference that a step found in the schedule must exceed. */
const SIGNIFICANCE = 4;

/** Start and end of a rise, milliseconds; equal for a jump. */
type Rise = readonly [start: number, end: number];

const risesOf = (curve: RateCurve, least: number): Rise[] =>
  curve.points.flatMap(([at, rate], i): Rise[] => {
    // A curve of multipliers may begin late: before its first point it is 1.
    const [before, rateBefore] = curve.points[i - 1] ?? [at, 1];
    if (rate < least * rateBefore) return [];
    if (curve.between === 'step' || before === at) return [[at * 1000, at * 1000]];
    return at - before <= LONGEST_RISE_SECONDS ? [[before * 1000, at * 1000]] : [];
  });

/** The surges of the scenario, if it has any; else the rises of its rate curves. */
const scenarioSteps = (run: RunRecord): Rise[] => {
  const { traffic } = scenarioOf(run);
  const surges = traffic.flatMap((t) => (t.surge === null ? [] : risesOf(t.surge, LEAST_SURGE)));
  if (surges.length > 0) return surges;
  return traffic.flatMap(({ arrivals }) =>
    'rate' in arrivals && typeof arrivals.rate === 'object' && arrivals.rate !== null
      ? risesOf(arrivals.rate, LEAST_RISE).filter(([start]) => start > 0)
      : [],
  );
};

/** Calls with offset in [from, to). */
const countBetween = (offsets: Float64Array, from: number, to: number): number =>
  firstFrom(offsets, to) - firstFrom(offsets, from);

/**
 * A bin edge is a step if the minute after it holds at least 1.4 times the calls of the minute before, the difference is
 * over 4 Poisson standard deviations, and no edge within a minute is more significant.
 */
const foundSteps = (offsets: Float64Array, duration: number): Rise[] => {
  const significance: [at: number, z: number][] = [];
  for (let at = MINUTE; at + MINUTE <= duration; at += BIN) {
    const before = countBetween(offsets, at - MINUTE, at);
    const after = countBetween(offsets, at, at + MINUTE);
    const z = after + before === 0 ? 0 : (after - before) / Math.sqrt(after + before);
    significance.push([at, after >= LEAST_RISE * before ? z : 0]);
  }
  return significance
    .filter(
      ([at, z]) =>
        z >= SIGNIFICANCE &&
        significance.every(([other, y]) => Math.abs(other - at) > MINUTE || y < z || (y === z && other >= at)),
    )
    .map(([at]): Rise => [at, at]);
};

/** The load steps after the warm-up, ascending; several within a second are one. */
export const loadSteps = (run: RunRecord): readonly LoadStep[] => {
  const { durationMillis, warmupMillis } = run.header;
  const offsets = run.schedule.offsetMillis;
  const open = offeredSessions(run);
  const begun = open === null ? null : offsets.filter((_, i) => run.schedule.kind[i] === STREAM);
  const told = scenarioSteps(run);
  const from = told.length > 0 ? 'scenario' : 'schedule';
  return (told.length > 0 ? told : foundSteps(offsets, durationMillis))
    .filter(([start]) => start > 0 && start >= warmupMillis && start < durationMillis)
    .sort((a, b) => a[0] - b[0])
    .filter(([start], i, all) => i === 0 || start - all[i - 1]![0] >= 1000)
    .map(([at, top], i, all) => {
      const start = Math.max(0, at - MEASURED);
      const end = Math.min(durationMillis, top + MEASURED);
      const before = (of: Float64Array): number => countBetween(of, start, at) / ((at - start) / 1000);
      const after = (of: Float64Array): number => (end <= top ? 0 : countBetween(of, top, end) / ((end - top) / 1000));
      return {
        atMillis: at,
        callsBefore: before(offsets),
        callsAfter: after(offsets),
        sessions:
          open === null || begun === null
            ? null
            : {
                perMinuteBefore: 60 * before(begun),
                perMinuteAfter: 60 * after(begun),
                openBefore: valueAt(open, at - 1),
                openMost: maximum(open, at, all[i + 1]?.[0] ?? durationMillis),
              },
        from,
      };
    });
};
