// What objects looked like when: their states after each accepted write, from the bodies in the audit log. A controller's
// informer shows such a state some milliseconds after the write was answered. Pure.

import type { KubeCondition } from './client.ts';
import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { ObservedPod, PodPhase } from '../../sim/autoscaler/observation.ts';
import type { AuditCall } from './audit-log.ts';
import { isAcceptedWrite, unixMillis } from './audit-log.ts';

export interface AuditedPod {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly podIP?: string;
    readonly conditions?: readonly KubeCondition[];
  };
}

/** A pod from `atMillis` (Unix) on; null = its object is gone. */
export interface PodState {
  readonly atMillis: number;
  readonly pod: AuditedPod | null;
}

const isPod = (object: unknown): object is AuditedPod =>
  typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'Pod';

/** A deletion with grace leaves a terminating object; without, none. */
const isRemoved = ({ verb }: AuditCall, { metadata }: AuditedPod): boolean =>
  verb === 'delete' && !((metadata.deletionGracePeriodSeconds ?? 0) > 0);

/** The states of every pod of a namespace, by name, in order of time; names in order of creation. */
export const podStates = (calls: readonly AuditCall[], namespace: string): ReadonlyMap<string, readonly PodState[]> => {
  const states = new Map<string, PodState[]>();
  for (const call of calls) {
    if (call.resource !== 'pods' || call.group !== '' || call.namespace !== namespace) continue;
    if (!isAcceptedWrite(call) || !isPod(call.response)) continue;
    const pod = call.response;
    const list = states.get(pod.metadata.name) ?? [];
    states.set(pod.metadata.name, list);
    list.push({ atMillis: call.answeredMillis, pod: isRemoved(call, pod) ? null : pod });
  }
  for (const list of states.values()) list.sort((a, b) => a.atMillis - b.atMillis);
  return states;
};

const stateAt = (states: readonly PodState[], unix: number): AuditedPod | null =>
  states.findLast(({ atMillis }) => atMillis <= unix)?.pod ?? null;

const timeOf = (text: string | null | undefined): number | null =>
  text === undefined || text === null ? null : unixMillis(text);

const observed = (pod: AuditedPod): ObservedPod => {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    name: pod.metadata.name,
    phase: (pod.status?.phase ?? 'Pending') as PodPhase,
    ready: ready === undefined ? null : (ready.status as 'True' | 'False' | 'Unknown'),
    readyTransitionMillis: timeOf(ready?.lastTransitionTime),
    startMillis: timeOf(pod.status?.startTime),
    terminating: pod.metadata.deletionTimestamp !== undefined,
  };
};

/** The pods that a controller lists at a Unix time; its selector is not applied. */
export const podsAt = (
  states: ReadonlyMap<string, readonly PodState[]>,
  unix: number,
  wanted: (labels: Readonly<Record<string, string>>) => boolean,
): readonly ObservedPod[] =>
  [...states.values()].flatMap((list) => {
    const pod = stateAt(list, unix);
    return pod === null || !wanted(pod.metadata.labels ?? {}) ? [] : [observed(pod)];
  });

/** An HPA's spec from `atMillis` (Unix) on. */
export interface HpaEdit {
  readonly atMillis: number;
  readonly generation: number;
  readonly spec: HorizontalPodAutoscalerSpec;
}

interface HpaBody {
  readonly metadata?: { readonly name?: string; readonly generation?: number };
  readonly spec?: HorizontalPodAutoscalerSpec;
}

/** Creation and edits of one HPA, its status writes left out. */
export const hpaEdits = (calls: readonly AuditCall[], namespace: string, name: string): readonly HpaEdit[] => {
  const edits: HpaEdit[] = [];
  for (const call of calls) {
    if (call.resource !== 'horizontalpodautoscalers' || call.namespace !== namespace || call.subresource !== '')
      continue;
    const { metadata, spec } = (call.response ?? {}) as HpaBody;
    if (!isAcceptedWrite(call) || metadata?.name !== name || spec === undefined) continue;
    const generation = metadata.generation ?? edits.length + 1;
    if (generation !== edits.at(-1)?.generation) edits.push({ atMillis: call.answeredMillis, generation, spec });
  }
  return edits;
};
