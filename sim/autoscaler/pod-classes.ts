// Sorts the pods of a per-pod metric into ready, unready, missing and ignored (hpa.md section 5) and lines samples up with
// them. What is proposed from the classes is in per-pod.ts.

import type { HpaFlags } from './settings.ts';
import type { Int64 } from './int64.ts';
import type { ObservedPod, PodSample } from './observation.ts';

/** A resource sample also says when it was taken and over which window. */
export interface TimedSample extends PodSample {
  readonly timestampMillis: number;
  readonly windowMillis: number;
}

export interface PodGroups {
  /** Pods that count with their own metric. */
  readonly ready: number;
  /** Indices into the pod list. */
  readonly unready: readonly number[];
  readonly missing: readonly number[];
  /** Metrics that remain: those of ready pods, then those of pods that are not in the list. */
  readonly values: readonly Int64[];
  /** Pod index of the first entries of `values`; the rest belongs to no listed pod. */
  readonly owners: readonly number[];
}

interface Aligned<S> {
  /** Sample of each pod. */
  readonly own: readonly (S | undefined)[];
  readonly foreign: readonly S[];
}

const sameOrder = (pods: readonly ObservedPod[], samples: readonly PodSample[]): boolean => {
  if (pods.length !== samples.length) return false;
  for (let i = 0; i < pods.length; i++) if (pods[i]!.name !== samples[i]!.podName) return false;
  return true;
};

/** The last of several samples of one pod wins; an answer in pod order needs no map. */
const align = <S extends PodSample>(pods: readonly ObservedPod[], samples: readonly S[]): Aligned<S> => {
  if (sameOrder(pods, samples)) return { own: samples, foreign: [] };
  const byName = new Map<string, S>();
  for (const sample of samples) byName.set(sample.podName, sample);
  let found = 0;
  const own = pods.map((pod) => {
    const sample = byName.get(pod.name);
    if (sample !== undefined) found++;
    return sample;
  });
  if (found === byName.size) return { own, foreign: [] };
  for (const pod of pods) byName.delete(pod.name);
  return { own, foreign: [...byName.values()] };
};

/** Whether a sampled pod counts as unready; only cpu asks. */
export type UnreadyRule<S> = (pod: ObservedPod, sample: S) => boolean;

/** The rule of exactly the resource `cpu` (hpa.md section 5, point 4). Golden family `cpu`. */
export const cpuUnready =
  (flags: HpaFlags, nowMillis: number): UnreadyRule<TimedSample> =>
  (pod, sample) => {
    if (pod.ready === null || pod.startMillis === null) return true;
    const transition = pod.readyTransitionMillis ?? -Infinity;
    const initialised = pod.startMillis + flags.cpuInitializationSeconds * 1000;
    if (initialised > nowMillis) {
      return pod.ready === 'False' || sample.timestampMillis < transition + sample.windowMillis;
    }
    return pod.ready === 'False' && pod.startMillis + flags.initialReadinessDelaySeconds * 1000 > transition;
  };

/**
 * First match wins: terminating or Failed → ignored, Pending → unready, no sample → missing, then `rule`, else ready.
 * So a Running pod that is not Ready counts fully in a Pods metric (golden n:pods-running-unready-counts).
 */
export const groupPods = <S extends PodSample>(
  pods: readonly ObservedPod[],
  samples: readonly S[],
  rule: UnreadyRule<S> | null,
): PodGroups => {
  const { own, foreign } = align(pods, samples);
  const unready: number[] = [];
  const missing: number[] = [];
  const values: Int64[] = [];
  const owners: number[] = [];
  for (let i = 0; i < pods.length; i++) {
    const pod = pods[i]!;
    const sample = own[i];
    if (pod.terminating || pod.phase === 'Failed') continue;
    if (pod.phase === 'Pending') unready.push(i);
    else if (sample === undefined) missing.push(i);
    else if (rule !== null && rule(pod, sample)) unready.push(i);
    else {
      owners.push(i);
      values.push(sample.milli);
    }
  }
  for (const sample of foreign) values.push(sample.milli);
  return { ready: owners.length, unready, missing, values, owners };
};
