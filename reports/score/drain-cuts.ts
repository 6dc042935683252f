// Calls that a pod which was told to go did not finish: it was killed when its grace period was over. Takes a run and its
// pods, gives the calls; what a longer grace period would buy is asked elsewhere.

import type { RunRecord } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { PodLife } from './pods.ts';

const FAILED = OUTCOMES.indexOf('failed');
/** A live cluster tells deletions in whole seconds. */
const CLOCK_MILLIS = 1000;

/**
 * Those of the calls that were being served and failed on a pod whose grace period was over by then. A pod that is killed
 * earlier (a fault, a lost node, a server that drops its callers at SIGTERM) is none that a longer grace period would help;
 * with a grace period of 0 the two cannot be told apart, and every call of a deleted pod counts.
 */
export const cutByDrain = (run: RunRecord, pods: readonly PodLife[], calls: readonly number[]): number[] => {
  const { outcome, pod, admittedMillis, doneMillis } = run.requests;
  const graceMillis = 1000 * run.header.platform.deployment.terminationGrace;
  const overAt = new Map(
    pods.flatMap(({ ordinal, first: { deleting } }) =>
      deleting === undefined ? [] : [[ordinal, deleting + graceMillis - CLOCK_MILLIS] as const],
    ),
  );
  return calls.filter(
    (i) =>
      outcome[i] === FAILED &&
      admittedMillis[i]! <= doneMillis[i]! &&
      doneMillis[i]! >= (overAt.get(pod[i]!) ?? Infinity),
  );
};
