// An HPA over a list of given moments under a clock that stands still in each of them: memory and status are carried from
// one to the next, the world is what the list says. The short way from "these metrics" to "these replicas".

import type { CompiledHpa } from './compile.ts';
import { readSelector } from './label-selector.ts';
import { NO_MEMORY } from './memory.ts';
import type { MetricAnswer, ObservedPod } from './observation.ts';
import { observe } from './observation.ts';
import type { Reconciled } from './reconcile.ts';
import { reconcile } from './reconcile.ts';
import { EMPTY_STATUS, storedStatus } from './status.ts';

/** `count` pods p0, p1, … that have been Ready for an hour. */
export const readyPods = (count: number): ObservedPod[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `p${i}`,
    phase: 'Running',
    ready: 'True',
    readyTransitionMillis: -3_590_000,
    startMillis: -3_600_000,
    terminating: false,
  }));

export interface Moment {
  readonly atMillis: number;
  /** scale.spec.replicas. */
  readonly replicas: number;
  /** scale.status.replicas; absent = `replicas`. */
  readonly statusReplicas?: number;
  /** Absent: `replicas` ready pods. */
  readonly pods?: readonly ObservedPod[];
  readonly answers: readonly MetricAnswer[];
  /** The HPA from this moment on: its spec was edited. */
  readonly hpa?: CompiledHpa;
}

const SELECTOR = readSelector('app=x');

/** Reconciles at each moment; every PUT is accepted. */
export const rehearse = (hpa: CompiledHpa, moments: readonly Moment[]): Reconciled[] => {
  let memory = NO_MEMORY;
  let status = EMPTY_STATUS;
  let spec = hpa;
  return moments.map((moment) => {
    spec = moment.hpa ?? spec;
    const { replicas, statusReplicas = replicas, answers } = moment;
    const result = reconcile(
      spec,
      memory,
      observe({
        nowMillis: moment.atMillis,
        status,
        scale: { kind: 'found', specReplicas: replicas, statusReplicas, selector: SELECTOR },
        pods: moment.pods ?? readyPods(replicas),
        answers,
      }),
    );
    memory = result.memory;
    status = storedStatus(result.status);
    return result;
  });
};
