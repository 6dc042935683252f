// The capacity plan as data: how much each replica count carries, what the forecast and its multiples need, what the HPA
// should be allowed, how many nodes stay warm, and what each GPU type costs. Takes measured capacities and the load; pure.

import type { Rng } from '../../model/rng.ts';
import type { Interval } from '../stats/interval.ts';
import { bootstrapMean } from '../stats/interval.ts';
import type { StepFunction } from '../stats/step-function.ts';
import type { Needs } from './needs.ts';
import { needsOf, replicasOver, spareFor } from './needs.ts';
import { maximum, stepFunction } from '../stats/step-function.ts';

export interface LoadCase {
  readonly name: string;
  /** Of the load of the scenario. */
  readonly factor: number;
}

export interface CaseNeeds extends LoadCase {
  readonly needs: Needs;
}

export interface GpuOffer {
  readonly gpu: string;
  readonly basis: string;
  /** One capacity curve per seed; none without utterances and files. */
  readonly curves: readonly (readonly number[])[];
  /** Live sessions that one replica keeps up with. */
  readonly sessionsPerReplica: number;
  readonly instance: string | null;
  readonly pricePerHour: number | null;
  readonly source: string;
}

export interface GpuPlan {
  readonly gpu: string;
  readonly basis: string;
  readonly instance: string | null;
  readonly pricePerHour: number | null;
  readonly source: string;
  /** Null where even an idle replica misses the objective. */
  readonly needs: Needs | null;
  /** GPU-hours per day of an ideal scaler, with headroom and warm spare; null as `needs`. */
  readonly gpuHoursPerDay: number | null;
  readonly moneyPerDay: number | null;
  readonly moneyPerMonth: number | null;
}

export interface CapacityRow {
  readonly replicas: number;
  /** Weight per second, and calls per second of the scenario's mix. */
  readonly load: Interval;
  readonly callsPerSecond: number;
}

export interface HpaAdvice {
  readonly min: number;
  readonly max: number;
  /** Nodes that stay up beyond those of `min`. */
  readonly warmSpareNodes: number;
  readonly why: readonly string[];
}

export interface PlanInput {
  /** Of utterances and files, weight per second. */
  readonly load: StepFunction;
  /** Open live sessions; null without any. */
  readonly sessions: StepFunction | null;
  readonly fromMillis: number;
  readonly toMillis: number;
  /** Calls per second of the scenario ÷ weight per second. */
  readonly callsPerWeight: number;
  readonly offers: readonly GpuOffer[];
  /** Which of `offers` the scenario runs on. */
  readonly gpu: string;
  /** The first is the forecast. */
  readonly cases: readonly LoadCase[];
  /** Nodes that may be lost at once. */
  readonly loseNodes: number;
  readonly replicasPerNode: number;
  /** From a decision to a pod on a new node being ready. */
  readonly leadSeconds: number;
  /** Of the forecast, that the maximum must still carry. */
  readonly maxFactor: number;
}

export interface Plan {
  readonly capacity: readonly CapacityRow[];
  /** Live sessions of one replica and the most that are open at once today; null without any. */
  readonly sessions: { readonly perReplica: number; readonly peak: number } | null;
  readonly cases: readonly CaseNeeds[];
  readonly hpa: HpaAdvice;
  readonly gpus: readonly GpuPlan[];
}

const HOURS_PER_DAY = 24;
const DAYS_PER_MONTH = 730 / 24;

const rows = (curves: GpuOffer['curves'], callsPerWeight: number, rng: Rng): readonly CapacityRow[] =>
  (curves[0] ?? []).map((_, i) => {
    const load = bootstrapMean(
      curves.map((curve) => curve[i]!),
      rng,
    )!;
    return { replicas: i + 1, load, callsPerSecond: load.mean * callsPerWeight };
  });

/** What is sized with: the low end of each interval, so that chance of the trials does not undersize. */
const sizing = (curves: GpuOffer['curves'], rng: Rng): readonly number[] =>
  rows(curves, 1, rng).map((row) => row.load.low);

/** Replicas over time that an ideal scaler has on this GPU at `factor` times the load. */
export const idealReplicas = (
  { load, sessions }: Pick<PlanInput, 'load' | 'sessions'>,
  factor: number,
  capacity: readonly number[],
  perReplica: number,
): StepFunction => replicasOver(load, factor, { capacity }, sessions === null ? null : { open: sessions, perReplica });

const advice = (
  input: PlanInput,
  replicas: StepFunction,
  stretchedReplicas: StepFunction,
  leastMinimum: number,
): HpaAdvice => {
  const { fromMillis: from, toMillis: to, loseNodes, replicasPerNode, leadSeconds, maxFactor } = input;
  const lost = loseNodes * replicasPerNode;
  const forecast = needsOf(replicas, from, to);
  const stretched = needsOf(stretchedReplicas, from, to);
  const quietest = forecast.trough + lost;
  const min = Math.max(quietest, leastMinimum);
  // What the minimum has already need not be warm.
  const there = stepFunction(replicas.at.map((t, i) => [t, Math.max(min - lost, replicas.value[i]!)] as const));
  const spare = spareFor(there, leadSeconds * 1000, from, to);
  const spareNodes = Math.ceil(spare / replicasPerNode);
  return {
    min,
    max: stretched.peak + lost,
    warmSpareNodes: spareNodes,
    why: [
      min > quietest
        ? `minimum: ${min}, the least that was simulated to keep the promise; the quietest moment needs ${quietest}`
        : `minimum: ${forecast.trough} at the quietest moment + ${lost} for ${loseNodes} lost node${loseNodes === 1 ? '' : 's'}`,
      `maximum: ${stretched.peak} at the peak of ${maxFactor} times the forecast + ${lost}`,
      `warm spare: the need rises by up to ${spare} within the ${Math.round(leadSeconds)} s that a pod on a new node takes`,
    ],
  };
};

const gpuPlan = (input: PlanInput, offer: GpuOffer, rng: Rng): GpuPlan => {
  const { gpu, basis, instance, pricePerHour, source, curves } = offer;
  const capacity = sizing(curves, rng);
  const common = { gpu, basis, instance, pricePerHour, source };
  const idleMisses = curves.length > 0 && (capacity.at(-1) ?? 0) <= 0;
  const fallsBehind = input.sessions !== null && offer.sessionsPerReplica < 1;
  if (idleMisses || fallsBehind)
    return { ...common, needs: null, gpuHoursPerDay: null, moneyPerDay: null, moneyPerMonth: null };
  const { fromMillis: from, toMillis: to, cases, loseNodes, replicasPerNode, leadSeconds } = input;
  const replicas = idealReplicas(input, cases[0]!.factor, capacity, offer.sessionsPerReplica);
  const needs = needsOf(replicas, from, to);
  const spare = Math.ceil(spareFor(replicas, leadSeconds * 1000, from, to) / replicasPerNode) * replicasPerNode;
  const gpuHours = (needs.mean + loseNodes * replicasPerNode + spare) * HOURS_PER_DAY;
  const money = pricePerHour === null ? null : (gpuHours / replicasPerNode) * pricePerHour;
  return {
    ...common,
    needs,
    gpuHoursPerDay: gpuHours,
    moneyPerDay: money,
    moneyPerMonth: money === null ? null : money * DAYS_PER_MONTH,
  };
};

/**
 * @param rng resamples the intervals of the capacity; the scenario's GPU must be one of the offers, with ≥ 2 curves or none each
 * @param leastMinimum of the HPA, where simulations ask for more than the quietest moment needs
 */
export const planOf = (input: PlanInput, rng: Rng, leastMinimum = 0): Plan => {
  const own = input.offers.find(({ gpu }) => gpu === input.gpu)!;
  const capacity = sizing(own.curves, rng);
  const { sessions, fromMillis: from, toMillis: to, cases } = input;
  const at = (factor: number): StepFunction => idealReplicas(input, factor, capacity, own.sessionsPerReplica);
  const needs = cases.map((one) => ({ ...one, needs: needsOf(at(one.factor), from, to) }));
  return {
    capacity: rows(own.curves, input.callsPerWeight, rng),
    sessions: sessions === null ? null : { perReplica: own.sessionsPerReplica, peak: maximum(sessions, from, to) },
    cases: needs,
    hpa: advice(input, at(cases[0]!.factor), at(cases[0]!.factor * input.maxFactor), leastMinimum),
    gpus: input.offers.map((offer) => gpuPlan(input, offer, rng)),
  };
};
