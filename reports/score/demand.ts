// Demand d(t): the fewest replicas that hold the objective at the load of time t (scoring.md section 1). The load of
// utterances and files is their weight (service law), smoothed; the capacity curve of the run inverts it. Live sessions
// load a pod by their number: it keeps up with as many as one step serves in time. Their places are not those of the
// others, so a load of both needs the larger of the two counts.

import type { CapacityCurve, RunRecord } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { BatchLaw } from '../../model/service-time.ts';
import { requestWeight, streamsWithoutLag } from '../../model/service-time.ts';
import { openSessions } from '../plan/sessions.ts';
import type { StepFunction } from '../stats/step-function.ts';
import { stepFunction, valueAt } from '../stats/step-function.ts';
import type { NoData } from './figure.ts';
import { noData } from './figure.ts';
import { lawOf, scenarioOf } from './scenario-of.ts';

const GRID_MILLIS = 1000;

/**
 * Offered weight per second over time: at t the mean over the centred window [t − w/2, t + w/2), which is as late as it
 * is early and so does not shift a load step; on a grid of 1 s. Utterances and files only: live sessions are
 * counted, not weighed.
 */
export const scheduledLoad = (schedule: Schedule, law: BatchLaw, windowMillis: number): StepFunction => {
  const cells = Math.max(1, Math.ceil(schedule.durationMillis / GRID_MILLIS));
  const upTo = new Float64Array(cells + 1);
  for (let i = 0; i < schedule.count; i++) {
    if (REQUEST_KINDS[schedule.kind[i]!] === 'stream') continue;
    const cell = Math.min(cells - 1, Math.floor(schedule.offsetMillis[i]! / GRID_MILLIS));
    upTo[cell + 1]! += requestWeight(law, schedule.audioSeconds[i]!, schedule.seed[i]!);
  }
  for (let k = 0; k < cells; k++) upTo[k + 1]! += upTo[k]!;
  const half = Math.max(1, Math.round(windowMillis / GRID_MILLIS / 2));
  const pieces: [number, number][] = [];
  for (let k = 0; k < cells; k++) {
    const from = Math.max(0, k - half);
    const to = Math.min(cells, k + half);
    pieces.push([k * GRID_MILLIS, ((upTo[to]! - upTo[from]!) * 1000) / ((to - from) * GRID_MILLIS)]);
  }
  return stepFunction(pieces);
};

/** The load of a run's schedule, or why it has no weight. */
export const offeredLoad = (run: RunRecord, windowMillis: number): StepFunction | NoData => {
  const law = lawOf(run);
  return law === null
    ? noData('the calibration of this run is not known to this build, so calls have no weight')
    : scheduledLoad(run.schedule, law.batch, windowMillis);
};

/** min{n : capacity(n) ≥ load}; beyond the curve by its last capacity per replica. */
export const replicasFor = (curve: Pick<CapacityCurve, 'capacity'>, load: number): number => {
  if (load <= 0) return 0;
  const n = curve.capacity.findIndex((capacity) => capacity >= load);
  if (n >= 0) return n + 1;
  const perReplica = (curve.capacity.at(-1) ?? 0) / curve.capacity.length;
  return perReplica > 0 ? Math.ceil(load / perReplica) : Infinity;
};

const replicasForRequests = (run: RunRecord): StepFunction | NoData => {
  const curve = run.header.capacity;
  if (curve === null) return noData('the run has no capacity curve, so demand in replicas is unknown');
  if ((curve.capacity.at(-1) ?? 0) <= 0)
    return noData(`even an idle replica misses the objective (${curve.objective})`);
  const load = offeredLoad(run, curve.windowMillis);
  if ('kind' in load) return load;
  return stepFunction(load.at.map((t, i) => [t, replicasFor(curve, load.value[i]!)] as const));
};

/** Live sessions that are open over time, as scheduled; null without any. */
export const offeredSessions = (run: RunRecord): StepFunction | null => {
  const conduct = Object.fromEntries(scenarioOf(run).traffic.map((traffic) => [traffic.name, traffic.conduct]));
  return openSessions(run.schedule, conduct);
};

/** Null without live sessions. */
const replicasForSessions = (run: RunRecord): StepFunction | NoData | null => {
  const open = offeredSessions(run);
  if (open === null) return null;
  const law = lawOf(run);
  if (law === null) return noData('the calibration of this run is not known to this build, so sessions have no pods');
  const perReplica = streamsWithoutLag(law.stream);
  if (perReplica === 0) return noData('on this GPU even one live session falls behind its audio');
  return stepFunction(open.at.map((t, i) => [t, Math.ceil(open.value[i]! / perReplica)] as const));
};

const isLive = (kind: number): boolean => REQUEST_KINDS[kind] === 'stream';

/** d(t) of a run, never below 1 (the HPA's minimum is at least 1), or why there is none. */
export const demandCurve = (run: RunRecord): StepFunction | NoData => {
  const sessions = replicasForSessions(run);
  const requests = sessions !== null && run.schedule.kind.every(isLive) ? null : replicasForRequests(run);
  const curves: StepFunction[] = [];
  for (const part of [requests, sessions]) {
    if (part === null) continue;
    if ('kind' in part) return part;
    curves.push(part);
  }
  const times = [...new Set(curves.flatMap(({ at }) => at))].sort((x, y) => x - y);
  return stepFunction(times.map((t) => [t, Math.max(1, ...curves.map((curve) => valueAt(curve, t)))] as const));
};
