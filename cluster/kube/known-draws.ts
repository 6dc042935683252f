// What chance decided about the pods and nodes of a real run, in the words of the cluster machine: taken from the life of
// pods and nodes, from the objects of the API and from the writes of the scale. Given back to a simulation it makes the
// same pods start, join and end at the same delays. Pure.

import type { Probe } from '../../model/platform.ts';
import type { LifeEvent, NodeTransition, PodTransition } from '../../model/record.ts';
import type { RecordedDraws, RecordedNode, RecordedPod } from '../../sim/kubernetes/index.ts';
import { slowStartBatches } from '../../sim/kubernetes/slow-start.ts';
import type { AuditCall } from './audit-log.ts';
import { isAcceptedWrite, unixMillis } from './audit-log.ts';
import type { AuditedPod, PodState } from './audited-objects.ts';

/** An accepted change of the Deployment's replicas; `by` is the user of the API. */
export interface ScaleChange {
  readonly atMillis: number;
  readonly replicas: number;
  readonly by: string;
}

interface Replicas {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly replicas?: number };
}

/** Changes of spec.replicas through the scale or the Deployment itself, milliseconds since the origin. */
export const scaleChanges = (
  calls: readonly AuditCall[],
  deployment: { readonly namespace: string; readonly name: string },
  epochMillis: number,
): readonly ScaleChange[] => {
  const changes: ScaleChange[] = [];
  const writes = calls
    .filter(
      (call) =>
        call.resource === 'deployments' &&
        (call.subresource === '' || call.subresource === 'scale') &&
        call.namespace === deployment.namespace &&
        ((call.response ?? {}) as Replicas).metadata?.name === deployment.name &&
        isAcceptedWrite(call),
    )
    .sort((a, b) => a.answeredMillis - b.answeredMillis);
  for (const { response, answeredMillis, user } of writes) {
    const replicas = ((response ?? {}) as Replicas).spec?.replicas;
    if (replicas !== undefined && replicas !== changes.at(-1)?.replicas)
      changes.push({ atMillis: answeredMillis - epochMillis, replicas, by: user });
  }
  return changes;
};

type PodEvent = LifeEvent & { readonly subject: 'pod' };
type NodeEvent = LifeEvent & { readonly subject: 'node' };

/** Instants of each pod's transitions, by ordinal; a repeated one (restart) has several. */
const instantsByPod = (life: readonly LifeEvent[]): Map<PodTransition, PodEvent[]>[] => {
  const pods: Map<PodTransition, PodEvent[]>[] = [];
  for (const event of life) {
    if (event.subject !== 'pod') continue;
    const own = (pods[event.ordinal] ??= new Map<PodTransition, PodEvent[]>());
    own.set(event.event, [...(own.get(event.event) ?? []), event]);
  }
  return pods;
};

/** When the slow-start batch of each pod began, by ordinal. */
const batchBegins = (created: readonly PodEvent[], changes: readonly ScaleChange[]): ReadonlyMap<number, number> => {
  const before = changes.findLast(({ atMillis }) => atMillis <= 0)?.replicas ?? 0;
  const wanted = changes.filter(({ atMillis }) => atMillis > 0).map(({ replicas }) => replicas);
  return new Map([...slowStartBatches(created, before, wanted)].map(([pod, first]) => [pod.ordinal, first.t]));
};

/** The tick that a probe belonged to: its answer came a little after it, and a kubelet of the simulation has no lateness. */
const nominalReady = (running: number, ready: number, probes: KnownDrawsInput['probes']): number => {
  const { readiness, startup } = probes;
  if (readiness === null || startup !== null) return ready;
  const period = readiness.period * 1000;
  return running + Math.floor((ready - running + 1) / period) * period;
};

/** The delay between two moments of one pod as a field of that name, where both are known; a negative one is the recorder's. */
export const delay = <K extends string>(
  name: K,
  from: number | undefined,
  to: number | undefined,
): Partial<Readonly<Record<K, number>>> =>
  from === undefined || to === undefined ? {} : ({ [name]: Math.max(0, to - from) } as Partial<Record<K, number>>);

const knownPod = (
  own: ReadonlyMap<PodTransition, readonly PodEvent[]>,
  pod: AuditedPod | null,
  batchBegan: number | undefined,
  { probes, epochMillis }: KnownDrawsInput,
): RecordedPod => {
  const all = (event: PodTransition): readonly PodEvent[] => own.get(event) ?? [];
  const first = (event: PodTransition): number | undefined => all(event)[0]?.t;
  const created = first('created');
  const scheduled = all('scheduled')[0];
  const started = all('container-started');
  const ready = all('ready')[0];
  const running = first('running');
  const initial = created !== undefined && created <= 0;
  const since = pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  const createdAt = pod?.metadata.creationTimestamp;
  const exit = all('container-exited').at(-1)?.t;
  const life = (from: readonly PodEvent[], to: readonly PodEvent[]): number[] =>
    from.flatMap(({ t }, i) => (to[i] === undefined ? [] : [Math.max(0, to[i].t - t)]));
  return {
    name: all('created')[0]?.name ?? '',
    ...(pod?.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
    ...(created === undefined
      ? {}
      : { createdMillis: initial && createdAt !== undefined ? unixMillis(createdAt) - epochMillis : created }),
    ...(initial && since !== undefined && since !== null ? { readySinceMillis: unixMillis(since) - epochMillis } : {}),
    ...(scheduled?.node == null ? {} : { node: scheduled.node }),
    ...(initial
      ? {}
      : {
          // After a crash the back-off is the machine's own: only the first start has a delay to be known.
          containerStartMillis: started.map(({ t }, i) => (i === 0 && scheduled !== undefined ? t - scheduled.t : 0)),
          modelLoadMillis: life(started, all('model-ready')),
          noticeMillis: life(started, all('running')),
        }),
    ...(all('unschedulable').length > 0 || initial ? {} : delay('scheduleMillis', batchBegan ?? created, scheduled?.t)),
    ...(running === undefined || ready === undefined
      ? {}
      : delay('endpointMillis', nominalReady(running, ready.t, probes), first('endpoint-ready'))),
    ...delay('endpointGoneMillis', first('deleting'), first('endpoint-gone')),
    ...delay('podGoneMillis', exit, first('gone')),
  };
};

/** Nodes in order of appearance: those of the start, then those requested with the delay until they were there. */
const knownNodes = (life: readonly LifeEvent[]): readonly RecordedNode[] => {
  const events = life.filter((event): event is NodeEvent => event.subject === 'node');
  const at = (name: string, event: NodeTransition): number | undefined =>
    events.find((each) => each.name === name && each.event === event)?.t;
  return [...new Set(events.map(({ name }) => name))].map((name) => {
    const [requested, added] = [at(name, 'requested'), at(name, 'added')];
    return requested === undefined || added === undefined ? { name } : { name, provisionMillis: added - requested };
  });
};

export interface KnownDrawsInput {
  readonly life: readonly LifeEvent[];
  readonly pods: ReadonlyMap<string, readonly PodState[]>;
  readonly changes: readonly ScaleChange[];
  readonly probes: { readonly readiness: Probe | null; readonly startup: Probe | null };
  readonly epochMillis: number;
  /** Ordinals of pods that somebody killed. */
  readonly killed: readonly number[];
}

export const knownDraws = (input: KnownDrawsInput): RecordedDraws => {
  const { life, pods, changes, killed, epochMillis } = input;
  const byPod = instantsByPod(life);
  const later = life.filter((e): e is PodEvent => e.subject === 'pod' && e.event === 'created' && e.t > 0);
  const begun = killed.length > 0 ? new Map<number, number>() : batchBegins(later, changes);
  const acts = life
    .filter((e): e is PodEvent => e.subject === 'pod' && (e.event === 'created' || e.event === 'deleting'))
    .map(({ t }) => t);
  const atOrigin = (states: readonly PodState[]): AuditedPod | null =>
    (states.findLast(({ atMillis, pod }) => pod !== null && atMillis <= epochMillis) ?? states[0])?.pod ?? null;
  return {
    pods: Array.from(byPod, (own: (typeof byPod)[number] | undefined, ordinal) => {
      const name = own?.get('created')?.[0]?.name;
      const states = name === undefined ? undefined : pods.get(name);
      return own === undefined
        ? {}
        : knownPod(own, states === undefined ? null : atOrigin(states), begun.get(ordinal), input);
    }),
    nodes: knownNodes(life),
    replicaSetMillis:
      killed.length > 0
        ? []
        : changes.flatMap(({ atMillis }) => {
            const act = atMillis > 0 ? acts.find((t) => t >= atMillis) : undefined;
            return act === undefined ? [] : [act - atMillis];
          }),
    deletions: life.flatMap((e) =>
      e.subject === 'pod' && e.event === 'deleting' && !killed.includes(e.ordinal) ? [e.ordinal] : [],
    ),
  };
};
