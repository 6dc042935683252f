// The life of the pods and nodes of a kind run from the API server's audit log: every accepted write at the microsecond at
// which it was answered, bindings included. Takes calls, gives the transitions of the run record. Pure.

import type { LifeEvent } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import { GPU_RESOURCE } from '../bare/nodes.ts';
import type { AuditCall } from '../kube/audit-log.ts';
import { isAcceptedWrite } from '../kube/audit-log.ts';
import { ObservedLife } from '../kube/observed-life.ts';
import type { PodShown } from '../kube/observed-life.ts';
import type { NodeShown } from './nodes.ts';

export interface AuditedLifeInput {
  readonly calls: readonly AuditCall[];
  readonly namespace: string;
  /** Of the Deployment's pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** Whose endpoints count. */
  readonly service: string;
  /** Unix time of the origin: what was before it was there at it. */
  readonly epochMillis: number;
  /** Nodes with a card at the origin. */
  readonly nodes: readonly string[];
  /** Of the readiness probe, seconds; null = there is none. */
  readonly probePeriod: number | null;
  /** By name, Unix time at which the model was loaded, as far as pods told. */
  readonly loaded: ReadonlyMap<string, number>;
  /** By name: who was first. */
  readonly ordinals: ReadonlyMap<string, number>;
  /** What only the node autoscaler of the run knows. */
  readonly requested: readonly LifeEvent[];
}

interface Shown {
  readonly kind?: string;
  readonly metadata?: PodShown['metadata'];
}

const isOf = (object: unknown, kind: 'Pod' | 'EndpointSlice'): object is PodShown =>
  typeof object === 'object' && object !== null && (object as Shown).kind === kind;

const isNode = (object: unknown): object is NodeShown =>
  typeof object === 'object' && object !== null && (object as Shown).kind === 'Node';

const hasLabels = ({ metadata }: PodShown, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => metadata.labels?.[name] === value);

const boundTo = (request: unknown): string | null =>
  (request as { readonly target?: { readonly name?: string } } | null | undefined)?.target?.name ?? null;

const isGone = ({ verb }: AuditCall, { metadata }: PodShown): boolean =>
  verb === 'delete' && !((metadata.deletionGracePeriodSeconds ?? 0) > 0);

const hasCard = ({ status }: NodeShown): boolean =>
  status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true &&
  Number(status.allocatable?.[GPU_RESOURCE] ?? 0) > 0;

/** Pods and endpoints, in Unix time. */
const podLife = ({ calls, namespace, selector, service }: AuditedLifeInput): readonly LifeEvent[] => {
  const observed = new ObservedLife();
  const last = new Map<string, PodShown>();
  for (const call of calls) {
    if (call.namespace !== namespace || !isAcceptedWrite(call)) continue;
    const { resource, subresource, response, answeredMillis: at } = call;
    if (resource === 'pods' && subresource === 'binding') {
      const pod = last.get(call.name);
      const nodeName = boundTo(call.request);
      if (pod !== undefined && nodeName !== null) observed.pod({ ...pod, spec: { nodeName } }, at);
    } else if (resource === 'pods' && isOf(response, 'Pod') && hasLabels(response, selector)) {
      last.set(response.metadata.name, response);
      if (isGone(call, response)) observed.podGone(response, at);
      else observed.pod(response, at);
    } else if (resource === 'endpointslices' && isOf(response, 'EndpointSlice')) {
      if (response.metadata.labels?.['kubernetes.io/service-name'] === service)
        observed.slice(response, call.verb !== 'delete', at);
    }
  }
  return observed.life;
};

/** A node is there when it has its card: the scheduler can use it no earlier. */
const nodeLife = ({ calls, nodes, epochMillis }: AuditedLifeInput): readonly LifeEvent[] => {
  const observed = new ObservedLife();
  for (const name of nodes) observed.node({ metadata: { name } }, true, epochMillis);
  for (const call of calls) {
    const { resource, response, answeredMillis: at } = call;
    if (resource !== 'nodes' || at < epochMillis || !isAcceptedWrite(call)) continue;
    if (call.verb === 'delete') observed.node({ metadata: { name: call.name } }, false, at);
    else if (isNode(response) && hasCard(response)) observed.node(response, true, at);
  }
  return observed.life;
};

/** How much earlier than its write the kubelet may have seen a container run. */
const WRITE_MILLIS = 100;

type PodEvent = Extract<LifeEvent, { readonly subject: 'pod' }>;

/**
 * The kubelet asks at its own ticks, counted from when it saw the container: ready is at one of them, and the model was
 * loaded by then, if nobody told when just before. `running` is moved to the tick that this implies, a few milliseconds
 * from its write.
 */
const withProbeGrid = (
  life: readonly PodEvent[],
  periodMillis: number,
  told: ReadonlyMap<string, number>,
): readonly PodEvent[] => {
  const at = (pod: PodEvent, event: PodEvent['event']): number | undefined =>
    life.find((each) => each.name === pod.name && each.event === event)?.t;
  return life.flatMap((event): PodEvent[] => {
    const [running, ready] = [at(event, 'running'), at(event, 'ready')];
    if (running === undefined || ready === undefined) return [event];
    // A kubelet that has just started waits for a part of a period first: its grid begins later, never earlier.
    const ticks = Math.floor((ready - running + WRITE_MILLIS) / periodMillis);
    const seen = ticks < 1 ? running : Math.max(at(event, 'scheduled') ?? 0, ready - ticks * periodMillis);
    if (event.event === 'container-started') return [{ ...event, t: millis(Math.min(event.t, seen)) }];
    if (event.event === 'running') return [{ ...event, t: millis(seen) }];
    if (event.event !== 'ready' || event.t !== ready) return [event];
    const loaded: PodEvent = {
      ...event,
      t: millis(
        Math.min(Math.max(at(event, 'container-started') ?? seen, told.get(event.name) ?? ready - 1), ready - 1),
      ),
      event: 'model-ready',
      cause: told.has(event.name) ? 'as it says itself' : 'loaded before the probe that found it',
    };
    return [loaded, event];
  });
};

/** In order of time, milliseconds since the origin; pods that were gone before it are left out. */
export const auditedLife = (input: AuditedLifeInput): readonly LifeEvent[] => {
  const { epochMillis, probePeriod, ordinals, requested } = input;
  const sorted = { ...input, calls: input.calls.toSorted((a, b) => a.answeredMillis - b.answeredMillis) };
  const pods = podLife(sorted).filter((event): event is PodEvent => event.subject === 'pod');
  const before = new Set(pods.filter(({ event, t }) => event === 'gone' && t < epochMillis).map(({ name }) => name));
  const counted = pods
    .filter(({ name }) => !before.has(name) && ordinals.has(name))
    .map((event) => ({ ...event, ordinal: ordinals.get(event.name)! }));
  const gridded = probePeriod === null ? counted : withProbeGrid(counted, probePeriod * 1000, input.loaded);
  const onRunClock = [...nodeLife(sorted), ...gridded].map((event) => ({
    ...event,
    t: millis(Math.max(0, event.t - epochMillis)),
  }));
  return [...onRunClock, ...requested].sort((a, b) => a.t - b.t);
};
