// How near a simulation of a real run came to it, in the figures that the project bounds: replica counts each second,
// replica-seconds, response times, stored samples. Each with its bound; a figure that cannot be had is not kept. Pure.

import type { RunRecord, StorageRecord } from '../../model/record.ts';
import { callsBetween, isOk, kindOf, latencySeconds } from '../score/calls.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import type { TrajectoryError } from './trajectory.ts';
import { trajectoryError, wantedEverySecond } from './trajectory.ts';

export interface Agreement {
  readonly trajectory: TrajectoryError;
  /** |ours / real − 1| of the answered calls that are no live sessions; null without any. */
  readonly p50Off: number | null;
  readonly p95Off: number | null;
  /** The same of the samples and markers stored by the jobs that both runs have; null if there is none. */
  readonly samplesOff: number | null;
}

/** Response times of answered calls, seconds, ascending. */
const latencies = (run: RunRecord): Float64Array =>
  ascending(
    callsBetween(run, 0, Infinity)
      .filter((call) => isOk(run, call) && kindOf(run, call) !== 'stream')
      .map((call) => latencySeconds(run, call)),
  );

const off = (ours: number | null, real: number | null): number | null =>
  ours === null || real === null || real === 0 ? null : Math.abs(ours / real - 1);

/** Sum of a figure over the parts that both have by name, first and second; null if there is none. */
const commonSum = <T>(
  [first, second]: readonly [readonly T[], readonly T[]],
  name: (part: T) => string,
  figure: (part: T) => number,
): readonly [number, number] | null => {
  const pairs = first.flatMap((part) => {
    const other = second.find((each) => name(each) === name(part));
    return other === undefined ? [] : [[figure(part), figure(other)] as const];
  });
  return pairs.length === 0
    ? null
    : pairs.reduce<readonly [number, number]>(([x, y], [p, q]) => [x + p, y + q], [0, 0]);
};

/** Samples of the jobs that both runs have, first and second. */
export const commonSamples = (a: RunRecord, b: RunRecord): readonly [number, number] | null =>
  commonSum(
    [a.storage.jobs, b.storage.jobs],
    ({ job }) => job,
    ({ samples }) => samples,
  );

/** Bytes of chunks and index that the jobs took which both runs have, first and second. */
export const commonBytes = (a: RunRecord, b: RunRecord): readonly [number, number] | null =>
  commonSum(
    [a.storage.jobs, b.storage.jobs],
    ({ job }) => job,
    ({ chunkBytes, indexBytes }) => chunkBytes + indexBytes,
  );

/** Whether both kept samples of the same jobs and rule groups: only then what they keep altogether can be compared. */
export const keptTheSame = ({ storage: a }: RunRecord, { storage: b }: RunRecord): boolean => {
  const names = ({ jobs, recorded = [] }: StorageRecord): string =>
    JSON.stringify([jobs.map(({ job }) => job).sort(), recorded.map(({ group }) => group).sort()]);
  return names(a) === names(b);
};

export const agreement = (real: RunRecord, ours: RunRecord): Agreement => {
  const [a, b] = [latencies(ours), latencies(real)];
  const of = (q: number): number | null => off(quantile(a, q, 'nearest-rank'), quantile(b, q, 'nearest-rank'));
  const samples = commonSamples(ours, real);
  return {
    trajectory: trajectoryError(wantedEverySecond(real), wantedEverySecond(ours)),
    p50Off: of(0.5),
    p95Off: of(0.95),
    samplesOff: samples === null ? null : off(samples[0], samples[1]),
  };
};

/** What the simulation of a five-minute run with its known phases and draws has to keep to. */
export const AGREEMENT_BOUNDS = { equal: 0.97, replicaSeconds: 0.005, latency: 0.05, samples: 0.01 } as const;

export interface BoundedFigure {
  readonly what: string;
  /** A share; null = it could not be had. */
  readonly value: number | null;
  readonly bound: number;
  readonly atLeast: boolean;
  readonly kept: boolean;
}

/** @param slack 2 = what is left out of the bound may be twice as large, as with faults */
export const boundedFigures = (of: Agreement, slack = 1): readonly BoundedFigure[] => {
  const { trajectory, p50Off, p95Off, samplesOff } = of;
  const { equal, replicaSeconds, latency, samples } = AGREEMENT_BOUNDS;
  const atMost = (what: string, value: number | null, bound: number): BoundedFigure => ({
    what,
    value,
    bound: slack * bound,
    atLeast: false,
    kept: value !== null && value <= slack * bound,
  });
  const share = trajectory.equal / trajectory.seconds;
  const least = 1 - slack * (1 - equal);
  return [
    { what: 'seconds with equal replicas', value: share, bound: least, atLeast: true, kept: share >= least },
    atMost('replica-seconds off', trajectory.replicaSecondsOff, replicaSeconds),
    atMost('latency p50 off', p50Off, latency),
    atMost('latency p95 off', p95Off, latency),
    atMost('stored samples off', samplesOff, samples),
  ];
};
