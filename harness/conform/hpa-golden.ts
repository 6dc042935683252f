// The vocabulary of the HPA golden files (schema: README of golden/hpa): integers, pods, templates and samples, turned
// into what sim/autoscaler observes.

import type { Int64 } from '../../sim/autoscaler/int64.ts';
import { int64 } from '../../sim/autoscaler/int64.ts';
import type {
  ContainerRequests,
  MetricAnswer,
  ObservedPod,
  PodPhase,
  PodResources,
  PodSample,
  Requests,
  ResourceUsage,
} from '../../sim/autoscaler/observation.ts';

/** An integer; beyond ±(2^53 − 1) as decimal text. */
export type GoldenInt = number | `${bigint}`;

export type GoldenPod = readonly [state: string, ready?: number | null, start?: number | null, template?: number];
type GoldenContainer = readonly [name: string, cpu: GoldenInt | null, memory: GoldenInt | null, kind?: string];
type Pair = readonly [GoldenInt | null, GoldenInt | null];
export type GoldenTemplate = readonly (GoldenContainer | { readonly pl?: Pair; readonly oh?: Pair })[];

type GoldenUsage = GoldenInt | readonly (GoldenInt | null)[];
export type GoldenSample = GoldenUsage | { readonly v: GoldenUsage; readonly ts?: number; readonly w?: number };

export const toInt64 = (value: GoldenInt): Int64 => (typeof value === 'number' ? value : int64(BigInt(value)));

export const fromInt64 = (value: Int64): GoldenInt => (typeof value === 'number' ? value : `${value}`);

/** JSON text of a value, 'unchanged' for an absent one. Integers look the same however they were written. */
export const comparable = (value: unknown): string => (value === undefined ? 'unchanged' : JSON.stringify(value));

const PHASES: Readonly<Record<string, PodPhase>> = {
  P: 'Pending',
  R: 'Running',
  S: 'Succeeded',
  F: 'Failed',
  U: 'Unknown',
};
const READY: Readonly<Record<string, ObservedPod['ready']>> = { T: 'True', F: 'False', U: 'Unknown', '-': null };

const requestsOf = (pair: Pair | undefined): Requests => {
  const requests: Record<string, Int64> = {};
  if (pair?.[0] != null) requests['cpu'] = toInt64(pair[0]);
  if (pair?.[1] != null) requests['memory'] = toInt64(pair[1]);
  return requests;
};

const isContainer = (entry: GoldenTemplate[number]): entry is GoldenContainer => Array.isArray(entry);

const KINDS: Readonly<Record<string, ContainerRequests['kind']>> = { r: 'sidecar', i: 'init' };

export const resourcesOf = (template: GoldenTemplate): PodResources => {
  const last = template.at(-1);
  const level = last === undefined || isContainer(last) ? {} : last;
  return {
    containers: template.filter(isContainer).map(([name, cpu, memory, kind]) => ({
      name,
      kind: KINDS[kind ?? ''] ?? 'regular',
      requests: requestsOf([cpu, memory]),
    })),
    podLevel: requestsOf(level.pl),
    overhead: requestsOf(level.oh),
  };
};

/** Container `a` without requests. */
export const PLAIN_TEMPLATES: readonly PodResources[] = [resourcesOf([['a', null, null]])];

export const podOf = (name: string, pod: GoldenPod, templates: readonly PodResources[]): ObservedPod => {
  const [state, ready, start, template] = pod;
  return {
    name,
    phase: PHASES[state[0]!]!,
    ready: READY[state[1]!]!,
    readyTransitionMillis: ready ?? null,
    startMillis: start ?? null,
    terminating: state.includes('d', 2),
    resources: templates[template ?? 0]!,
  };
};

/** Letter `o` of the state: its labels do not match the usual selector. */
export const isUnselected = (pod: GoldenPod): boolean => pod[0].includes('o', 2);

/** A sample and the pod it belongs to; `resources` decides which containers it names. */
export interface NamedSample {
  readonly podName: string;
  readonly sample: GoldenSample;
  readonly resources: PodResources;
}

const usageOf = (sample: GoldenSample): GoldenUsage =>
  typeof sample === 'object' && 'v' in sample ? sample.v : sample;

const podSample = ({ podName, sample }: NamedSample): PodSample => ({
  podName,
  milli: toInt64(usageOf(sample) as GoldenInt),
});

/** A plain value is the usage of the first running container, the others use 0; a list names them in order, what is beyond them is void. */
const resourceUsage = (
  { podName, sample, resources }: NamedSample,
  timestampMillis: number,
  windowMillis: number,
): ResourceUsage => {
  const usage = usageOf(sample);
  const names = resources.containers.filter((c) => c.kind !== 'init').map((c) => c.name);
  const values = typeof usage === 'object' ? usage.slice(0, names.length) : names.map((_, i) => (i === 0 ? usage : 0));
  const own: { readonly ts?: number; readonly w?: number } = typeof sample === 'object' && 'v' in sample ? sample : {};
  return {
    podName,
    containers: values.map((v, i) => ({ name: names[i]!, milli: v === null ? null : toInt64(v) })),
    timestampMillis: own.ts ?? timestampMillis,
    windowMillis: own.w === undefined ? windowMillis : own.w * 1000,
  };
};

/** The answer for a Pods metric, or for a resource metric with the common timestamp and window. */
export const perPodAnswer = (
  type: string,
  samples: readonly NamedSample[],
  timestampMillis: number,
  windowMillis: number,
): MetricAnswer =>
  type === 'Pods'
    ? { kind: 'pods', items: samples.map(podSample) }
    : { kind: 'resource', items: samples.map((s) => resourceUsage(s, timestampMillis, windowMillis)) };

export const FAILED_CALL: MetricAnswer = { kind: 'failed', message: 'the API call failed' };
