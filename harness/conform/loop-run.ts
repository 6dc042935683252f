// One recording through the production world, and how near it came: replica counts each second, replica-seconds, response
// times. Given what the recording knew, or its configuration alone.

import { World } from '../../sim/world.ts';
import type { LoopFolder } from './closed-loop-types.ts';
import type { Difference } from '../../reports/fidelity/chain.ts';
import { firstDifference } from './loop-divergence.ts';
import type { Given } from './loop-known.ts';
import { knownInputs } from './loop-known.ts';
import { platformOfRecording } from './loop-platform.ts';
import { scenarioOfRecording } from './loop-scenario.ts';
import { scheduleOfRecording } from './loop-service.ts';
import type { TrajectoryError } from '../../reports/fidelity/trajectory.ts';
import { trajectoryError } from '../../reports/fidelity/trajectory.ts';
import { ownLatency, ownTrajectory, recordedLatency, recordedTrajectory } from './loop-trajectory.ts';

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

/** Why a run left the recording. */
export interface Divergence extends Difference {
  readonly second: number;
  /**
   * Where and why a run leaves it that knows the instant of every scrape as well; null = it is as recorded to its end, and
   * so nothing but the lateness of scrapes was the cause. Undefined: this is that run.
   */
  readonly withScrapes?: Divergence | null;
}

const leftAt = (folder: LoopFolder, { world, error }: LoopRun): Divergence | null => {
  const second = error.firstDifference;
  return second === null ? null : { second, ...firstDifference(folder, world, second * 1000) };
};

/** Why a run that knew everything left the recording; null = it never did. */
export const divergenceOf = (folder: LoopFolder, run: LoopRun): Divergence | null => {
  const left = leftAt(folder, run);
  return left === null ? null : { ...left, withScrapes: leftAt(folder, runRecording(folder, 'scrapes', 1)) };
};

export interface DrawnRuns {
  /** Share of seconds with equal replicas, of each run. */
  readonly equal: readonly number[];
  /** Means over the runs. */
  readonly replicaSecondsOff: number;
  readonly latencyOff: readonly number[];
  /** Share of seconds at which the recorded count lies between the 2.5 % and 97.5 % quantiles of the runs. */
  readonly inBand: number;
  /** Of the run made of the median count of each second: the one forecast that the runs give. */
  readonly median: { readonly equal: number; readonly replicaSecondsOff: number };
  /** Of two different runs: what a recording can be expected to reach if it is a draw like ours. */
  readonly between: { readonly equal: number; readonly replicaSecondsOff: number };
  /**
   * Share of the runs that resemble the others less than the recording does, ties counting half: 0.5 on average if the
   * recording is a draw like ours, near 0 if the runs agree with each other and not with it.
   */
  readonly rank: number;
  /** Of the run with seed 1: the second at which it left the recording, and how far its sync was from the recorded one. */
  readonly left: { readonly second: number; readonly syncOffMillis: number } | null;
}

/** Distance of our last sync before `atMillis` to the recorded one of the same number, ms; positive = ours came later. */
const syncOff = (folder: LoopFolder, world: World, atMillis: number): number => {
  const theirs = folder.hpa.flatMap((line) => (line.ev === 'sync' ? [line.t] : []));
  const last = world.decisions.findLastIndex(({ t }) => t <= atMillis);
  return world.decisions[last]!.t - (theirs[last] ?? NaN);
};

/** How alike runs are: each to the others, and two of them in the mean. */
const alikeness = (
  runs: readonly Int32Array[],
): { readonly ofEach: readonly number[]; readonly mean: DrawnRuns['between'] } => {
  const others = Math.max(1, runs.length - 1);
  const ofEach = runs.map(() => 0);
  let off = 0;
  runs.forEach((a, i) => {
    runs.forEach((b, j) => {
      if (i === j) return;
      const { equal, seconds, replicaSecondsOff } = trajectoryError(a, b);
      ofEach[i]! += equal / seconds / others;
      off += replicaSecondsOff / others / runs.length;
    });
  });
  return { ofEach, mean: { equal: ofEach.reduce((sum, e) => sum + e, 0) / runs.length, replicaSecondsOff: off } };
};

const SAME = 1e-9;

/** Each run and the recording are held against all the other runs, so that a run that equals the recording ties with it. */
const rankOf = (recordingTo: readonly number[], ofEach: readonly number[]): number => {
  const all = recordingTo.reduce((sum, equal) => sum + equal, 0);
  const others = Math.max(1, ofEach.length - 1);
  const less = ofEach.map((own, i) => {
    const recording = (all - recordingTo[i]!) / others;
    return Math.abs(own - recording) < SAME ? 0.5 : own < recording ? 1 : 0;
  });
  return less.reduce((sum: number, each) => sum + each, 0) / less.length;
};

const medianRun = (runs: readonly Int32Array[]): Int32Array =>
  runs[0]!.map((_, s) => runs.map((counts) => counts[s]!).sort((a, b) => a - b)[runs.length >> 1]!);

/** Share of seconds at which the recorded count lies between the 2.5 % and 97.5 % quantiles of the runs. */
const shareInBand = (recorded: Int32Array, runs: readonly Int32Array[]): number => {
  const count = runs.length;
  let inside = 0;
  recorded.forEach((replicas, s) => {
    const counts = runs.map((trajectory) => trajectory[s]!).sort((a, b) => a - b);
    const [low, high] = [counts[Math.floor(0.025 * count)]!, counts[Math.ceil(0.975 * count) - 1]!];
    if (low <= replicas && replicas <= high) inside += 1;
  });
  return inside / recorded.length;
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
  const trajectories = runs.map(({ trajectory }) => trajectory);
  const alike = alikeness(trajectories);
  const median = trajectoryError(recorded, medianRun(trajectories));
  return {
    equal: runs.map(({ error }) => error.equal / error.seconds),
    replicaSecondsOff: mean(({ error }) => error.replicaSecondsOff),
    latencyOff: runs[0]!.latencyOff.map((_, q) => mean((run) => run.latencyOff[q]!)),
    inBand: shareInBand(recorded, trajectories),
    median: { equal: median.equal / median.seconds, replicaSecondsOff: median.replicaSecondsOff },
    between: alike.mean,
    rank: rankOf(
      runs.map(({ error }) => error.equal / error.seconds),
      alike.ofEach,
    ),
    left: runs[0]!.left,
  };
};
