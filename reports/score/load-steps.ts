// When did the load jump? Told by the scenario where it says so (surges and rate curves), else found in the schedule.
// Takes a run, gives the instants e0 of the reaction chain with the call rates before and after.

import type { RunRecord } from '../../model/record.ts';
import type { RateCurve } from '../../scenarios/scenario.ts';
import { scenarioOf } from './scenario-of.ts';

export interface LoadStep {
  readonly atMillis: number;
  /** Calls per second in the minute before and after (shorter at the ends of the run). */
  readonly callsBefore: number;
  readonly callsAfter: number;
  readonly from: 'scenario' | 'schedule';
}

/** A rise by less is drift, not a step; a linear rise that takes longer is a ramp. */
const LEAST_RISE = 1.2;
const LONGEST_RISE_SECONDS = 120;
const MINUTE = 60_000;
const BIN = 10_000;
/** Standard deviations of a Poisson difference that a step found in the schedule must exceed. */
const SIGNIFICANCE = 4;
const LEAST_FOUND_RISE = 1.4;

const risesOf = (curve: RateCurve): number[] =>
  curve.points.flatMap(([at, rate], i) => {
    const [before, rateBefore] = curve.points[i - 1] ?? [at, rate];
    if (i === 0 || rate < LEAST_RISE * rateBefore) return [];
    if (curve.between === 'step') return [at * 1000];
    return at - before <= LONGEST_RISE_SECONDS ? [before * 1000] : [];
  });

const scenarioSteps = (run: RunRecord): number[] =>
  scenarioOf(run).traffic.flatMap((traffic) => {
    const surge = traffic.surge === null ? [] : risesOf(traffic.surge);
    const { arrivals } = traffic;
    return 'rate' in arrivals && typeof arrivals.rate === 'object' && arrivals.rate !== null
      ? [...surge, ...risesOf(arrivals.rate)]
      : surge;
  });

/** Calls with offset in [from, to). */
const countBetween = (offsets: Float64Array, from: number, to: number): number => {
  const lowerBound = (t: number): number => {
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offsets[middle]! < t) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return lowerBound(to) - lowerBound(from);
};

/**
 * A bin edge is a step if the minute after it holds at least 1.4 times the calls of the minute before, the difference is
 * over 4 Poisson standard deviations, and no edge within a minute is more significant.
 */
const foundSteps = (offsets: Float64Array, duration: number): number[] => {
  const significance: [at: number, z: number][] = [];
  for (let at = MINUTE; at + MINUTE <= duration; at += BIN) {
    const before = countBetween(offsets, at - MINUTE, at);
    const after = countBetween(offsets, at, at + MINUTE);
    const z = after + before === 0 ? 0 : (after - before) / Math.sqrt(after + before);
    significance.push([at, after >= LEAST_FOUND_RISE * before ? z : 0]);
  }
  return significance
    .filter(
      ([at, z]) =>
        z >= SIGNIFICANCE &&
        significance.every(([other, y]) => Math.abs(other - at) > MINUTE || y < z || (y === z && other >= at)),
    )
    .map(([at]) => at);
};

/** The load steps after the warm-up, ascending; several within a second are one. */
export const loadSteps = (run: RunRecord): readonly LoadStep[] => {
  const { durationMillis, warmupMillis } = run.header;
  const offsets = run.schedule.offsetMillis;
  const told = scenarioSteps(run);
  const from = told.length > 0 ? 'scenario' : 'schedule';
  const instants = (told.length > 0 ? told : foundSteps(offsets, durationMillis))
    .filter((at) => at > 0 && at >= warmupMillis && at < durationMillis)
    .sort((a, b) => a - b)
    .filter((at, i, all) => i === 0 || at - all[i - 1]! >= 1000);
  return instants.map((at) => {
    const start = Math.max(0, at - MINUTE);
    const end = Math.min(durationMillis, at + MINUTE);
    return {
      atMillis: at,
      callsBefore: countBetween(offsets, start, at) / ((at - start) / 1000),
      callsAfter: countBetween(offsets, at, end) / ((end - at) / 1000),
      from,
    };
  });
};
