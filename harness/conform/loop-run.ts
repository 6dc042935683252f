// One recording through the production world, and how near it came: replica counts each second, replica-seconds, response
// times. Given what the recording knew, or its configuration alone.

import { World } from '../../sim/world.ts';
import type { LoopFolder } from './closed-loop-types.ts';
import type { Difference } from './loop-divergence.ts';
import { firstDifference } from './loop-divergence.ts';
import type { Given } from './loop-known.ts';
import { knownInputs } from './loop-known.ts';
import { platformOfRecording } from './loop-platform.ts';
import { scenarioOfRecording } from './loop-scenario.ts';
import { scheduleOfRecording } from './loop-service.ts';
import type { TrajectoryError } from './loop-trajectory.ts';
import { ownLatency, ownTrajectory, recordedLatency, recordedTrajectory, trajectoryError } from './loop-trajectory.ts';

const DRAIN_MILLIS = 120_000;

export interface LoopRun {
  readonly trajectory: Int32Array;
  readonly error: TrajectoryError;
  /** |ours / recorded − 1| of each latency quantile. */
  readonly latencyOff: readonly number[];
  readonly world: World;
}

/** A function from the seed of whatever is drawn to a run; what does not depend on the seed is made once. */
const runner = (folder: LoopFolder, given: Given): ((seed: number) => LoopRun) => {
  const schedule = scheduleOfRecording(folder);
  const platform = platformOfRecording(folder);
  const known = knownInputs(folder, given);
  const recorded = recordedTrajectory(folder);
  const latency = recordedLatency(folder);
  return (seed) => {
    const world = new World(schedule, scenarioOfRecording(folder, seed), platform, known);
    world.run(DRAIN_MILLIS);
    const trajectory = ownTrajectory(folder, world);
    const ours = ownLatency(world.fleet.requests);
    return {
      trajectory,
      error: trajectoryError(recorded, trajectory),
      latencyOff: latency.map((theirs, i) => Math.abs(ours[i]! / theirs - 1)),
      world,
    };
  };
};

export const runRecording = (folder: LoopFolder, given: Given, seed: number): LoopRun => runner(folder, given)(seed);

/** Why a run that knew everything left the recording; null = it never did. */
export const divergenceOf = (folder: LoopFolder, { world, error }: LoopRun): Difference | null =>
  error.firstDifference === null ? null : firstDifference(folder, world, error.firstDifference * 1000);

export interface DrawnRuns {
  /** Share of seconds with equal replicas, of each run. */
  readonly equal: readonly number[];
  /** Means over the runs. */
  readonly replicaSecondsOff: number;
  readonly latencyOff: readonly number[];
  /** Share of seconds at which the recorded count lies between the 2.5 % and 97.5 % quantiles of the runs. */
  readonly inBand: number;
  /** Of the run with seed 1: the second at which it left the recording, and how far its sync was from the recorded one. */
  readonly left: { readonly second: number; readonly syncOffMillis: number } | null;
}

/** Distance of our last sync before `atMillis` to the recorded one of the same number, ms; positive = ours came later. */
const syncOff = (folder: LoopFolder, world: World, atMillis: number): number => {
  const theirs = folder.hpa.flatMap((line) => (line.ev === 'sync' ? [line.t] : []));
  const last = world.decisions.findLastIndex(({ t }) => t <= atMillis);
  return world.decisions[last]!.t - (theirs[last] ?? NaN);
};

/** `count` runs that know no more than `given`, with seeds 1 … count. */
export const drawnRuns = (folder: LoopFolder, given: Exclude<Given, 'recorded'>, count: number): DrawnRuns => {
  const recorded = recordedTrajectory(folder);
  const run = runner(folder, given);
  const runs = Array.from({ length: count }, (_, i) => {
    const { trajectory, error, latencyOff, world } = run(i + 1);
    const second = error.firstDifference;
    const left = second === null ? null : { second, syncOffMillis: syncOff(folder, world, second * 1000) };
    return { trajectory, error, latencyOff, left };
  });
  const mean = (of: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / count;
  let inside = 0;
  recorded.forEach((replicas, s) => {
    const counts = runs.map(({ trajectory }) => trajectory[s]!).sort((a, b) => a - b);
    const [low, high] = [counts[Math.floor(0.025 * count)]!, counts[Math.ceil(0.975 * count) - 1]!];
    if (low <= replicas && replicas <= high) inside += 1;
  });
  return {
    equal: runs.map(({ error }) => error.equal / error.seconds),
    replicaSecondsOff: mean(({ error }) => error.replicaSecondsOff),
    latencyOff: runs[0]!.latencyOff.map((_, q) => mean((run) => run.latencyOff[q]!)),
    inBand: inside / recorded.length,
    left: runs[0]!.left,
  };
};
