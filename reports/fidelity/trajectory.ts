// Replica counts over time, second by second, and how two such curves differ. Pure.

import type { RunRecord } from '../../model/record.ts';
import { podLives, replicaCurves } from '../score/pods.ts';
import { valueAt } from '../stats/step-function.ts';

export interface TrajectoryError {
  readonly seconds: number;
  readonly equal: number;
  /** First second that differs; null = none. */
  readonly firstDifference: number | null;
  /** |Σ ours − Σ recorded| / Σ recorded. */
  readonly replicaSecondsOff: number;
}

export const trajectoryError = (recorded: Int32Array, ours: Int32Array): TrajectoryError => {
  let equal = 0;
  let first: number | null = null;
  let [sum, difference] = [0, 0];
  recorded.forEach((replicas, s) => {
    sum += replicas;
    difference += ours[s]! - replicas;
    if (ours[s] === replicas) equal += 1;
    else first ??= s;
  });
  return { seconds: recorded.length, equal, firstDifference: first, replicaSecondsOff: Math.abs(difference) / sum };
};

/** Replicas that the HPA wants (its accepted writes of the scale) at every whole second until the last arrival. */
export const wantedEverySecond = (run: RunRecord): Int32Array => {
  const { desired } = replicaCurves(run, podLives(run.life, run.header.endMillis));
  return Int32Array.from({ length: Math.floor(run.header.durationMillis / 1000) }, (_, s) =>
    valueAt(desired, s * 1000),
  );
};
