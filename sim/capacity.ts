// How much constant load n replicas carry within an objective: the table that turns load into demand (scoring.md section 1).
// Takes the service settings and the audio lengths of a schedule; gives one capacity per replica count.
// Batch requests only: live sessions hold a place for as long as their audio lasts and are counted, not weighed.

import type { CapacityCurve } from '../model/record.ts';
import { stream } from '../model/rng.ts';
import type { RequestKind, Schedule } from '../model/schedule.ts';
import { REQUEST_KINDS, emptySchedule } from '../model/schedule.ts';
import { peakThroughput, requestWeight } from '../model/service-time.ts';
import type { Seconds } from '../model/units.ts';
import { millis } from '../model/units.ts';
import { OUTCOMES } from '../model/record.ts';
import type { FleetSettings } from './service/fleet.ts';
import { simulateStaticFleet } from './static-fleet.ts';

export interface CapacityQuestion {
  /** The kind of request that is promised; the others load the fleet and are not judged. */
  readonly kind: RequestKind;
  /** Answered within this long after the intended start … */
  readonly within: Seconds;
  /** … for at least this share of them. */
  readonly attainment: number;
  readonly maxReplicas: number;
  /** Smoothing of the load before it is compared with the curve. */
  readonly windowMillis: number;
  readonly seed: number;
}

/** Requests of one trial, and of them the share at the start that is not judged while the fleet fills. */
const TRIAL_REQUESTS = 4000;
const WARM_UP_SHARE = 0.1;
/** The bisection stops when the bracket is this narrow, relative to what the replicas finish at saturation. */
const PRECISION = 1 / 256;

const STREAM = REQUEST_KINDS.indexOf('stream');
const OK = OUTCOMES.indexOf('ok');

/** Poisson arrivals of rate 1/s with audio drawn from the schedule; the same for every trial, so that trials are paired. */
const unitLoad = (schedule: Schedule, seed: number): Schedule | null => {
  const rows: number[] = [];
  for (let i = 0; i < schedule.count; i++) if (schedule.kind[i] !== STREAM) rows.push(i);
  if (rows.length === 0) return null;
  const { uniform } = stream(seed, 'capacity');
  const load = emptySchedule(TRIAL_REQUESTS, millis(0), schedule.streams);
  let at = 0;
  for (let i = 0; i < TRIAL_REQUESTS; i++) {
    at -= Math.log(1 - uniform()) * 1000;
    const row = rows[Math.floor(uniform() * rows.length)]!;
    load.offsetMillis[i] = at;
    load.audioSeconds[i] = schedule.audioSeconds[row]!;
    load.kind[i] = schedule.kind[row]!;
    load.seed[i] = schedule.seed[row]!;
  }
  return load;
};

const holds = (
  load: Schedule,
  perSecond: number,
  settings: FleetSettings,
  replicas: number,
  question: CapacityQuestion,
): boolean => {
  const trial: Schedule = { ...load, offsetMillis: load.offsetMillis.map((at) => at / perSecond) };
  const { requests } = simulateStaticFleet(trial, settings, replicas);
  const from = Math.floor(WARM_UP_SHARE * load.count);
  const limit = question.within * 1000;
  const judged = REQUEST_KINDS.indexOf(question.kind);
  let good = 0;
  let all = 0;
  for (let i = from; i < load.count; i++) {
    if (load.kind[i] !== judged) continue;
    all += 1;
    if (requests.outcome[i] === OK && requests.doneMillis[i]! - requests.intendedMillis[i]! <= limit) good += 1;
  }
  return good >= question.attainment * all;
};

/**
 * Bisection on the rate of Poisson arrivals, between the capacity of one replica fewer and saturation. Null if the
 * promised kind is live sessions, or has no request in the schedule. A capacity of 0 says that even a lone request misses the objective.
 */
export const capacityCurve = (
  schedule: Schedule,
  settings: FleetSettings,
  question: CapacityQuestion,
): CapacityCurve | null => {
  const load = unitLoad(schedule, question.seed);
  if (!load?.kind.includes(REQUEST_KINDS.indexOf(question.kind))) return null;
  const { batch } = settings.law;
  let weight = 0;
  for (let i = 0; i < load.count; i++)
    weight += requestWeight(batch, load.audioSeconds[i]!, load.seed[i]!) / load.count;
  const saturation = peakThroughput(batch);
  const capacity: number[] = [];
  for (let replicas = 1; replicas <= question.maxReplicas; replicas++) {
    let low = capacity.at(-1) ?? 0;
    let high = replicas * saturation;
    while (high - low > PRECISION * replicas * saturation) {
      const middle = (low + high) / 2;
      if (holds(load, middle / weight, settings, replicas, question)) low = middle;
      else high = middle;
    }
    capacity.push(low);
  }
  return {
    capacity,
    windowMillis: question.windowMillis,
    objective: `attainment of ${question.kind} requests within ${question.within} s >= ${question.attainment}`,
    method:
      `bisection to ${(100 * PRECISION).toFixed(1)} % of saturation; each trial ${TRIAL_REQUESTS} Poisson arrivals at constant rate ` +
      `with audio drawn from the schedule, the first ${100 * WARM_UP_SHARE} % not judged`,
  };
};
