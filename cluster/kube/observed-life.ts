// The life of pods and nodes of a cluster that is not ours, from what its API shows: objects as watches tell them, each at
// the moment at which it was told. Takes changes in order of time; gives the transitions of the run record.

import type { LifeEvent, NodeTransition, PodTransition } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import type { EndpointSlice } from '../bare/load-balancer.ts';
import { readyPods } from '../bare/load-balancer.ts';
import type { KubeCondition, KubeObject } from './client.ts';

export interface PodShown extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly KubeCondition[];
    readonly containerStatuses?: readonly {
      readonly containerID?: string;
      readonly restartCount?: number;
      readonly state?: {
        readonly running?: object;
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
      };
    }[];
  };
}

interface Seen {
  readonly ordinal: number;
  readonly name: string;
  node: string | null;
  readonly done: Set<PodTransition>;
  ready: boolean;
  joined: boolean;
  restarts: number;
}

/** A pod that is watched from its beginning passes through all of these; of one that is there already they are told at once. */
export class ObservedLife {
  readonly life: LifeEvent[] = [];
  private readonly pods = new Map<string, Seen>();
  private readonly nodes = new Set<string>();
  private readonly slices = new Map<string, EndpointSlice>();

  pod(object: PodShown, atMillis: number): void {
    const uid = object.metadata.uid ?? object.metadata.name;
    let seen = this.pods.get(uid);
    if (seen === undefined) {
      const { name } = object.metadata;
      seen = { ordinal: this.pods.size, name, node: null, done: new Set(), ready: false, joined: false, restarts: 0 };
      this.pods.set(uid, seen);
      this.tell(seen, atMillis, 'created', 'its object is there');
    }
    const { conditions = [], phase, containerStatuses = [] } = object.status ?? {};
    const condition = (type: string) => conditions.find((each) => each.type === type);
    const unscheduled = condition('PodScheduled');
    if (unscheduled?.status === 'False') this.once(seen, atMillis, 'unschedulable', unscheduled.message ?? 'no node');
    const nodeName = object.spec?.nodeName;
    if (nodeName !== undefined && nodeName !== '') {
      seen.node = nodeName;
      this.once(seen, atMillis, 'scheduled', `bound to ${nodeName}`);
    }
    const [container] = containerStatuses;
    if (container?.state?.running !== undefined) this.once(seen, atMillis, 'container-started', 'its status says so');
    if (phase === 'Running') this.once(seen, atMillis, 'running', 'phase Running');
    const restarts = container?.restartCount ?? 0;
    if (restarts > seen.restarts) this.tell(seen, atMillis, 'restarting', `restart ${restarts}`);
    seen.restarts = restarts;
    this.readiness(seen, condition('Ready')?.status === 'True', atMillis);
    if (object.metadata.deletionTimestamp !== undefined)
      this.once(seen, atMillis, 'deleting', 'deletion timestamp set');
    if (container?.state?.terminated !== undefined && seen.done.has('deleting'))
      this.once(seen, atMillis, 'container-exited', container.state.terminated.reason ?? 'terminated');
    this.membership(atMillis);
  }

  podGone(object: PodShown, atMillis: number): void {
    const seen = this.pods.get(object.metadata.uid ?? object.metadata.name);
    if (seen === undefined) return;
    this.once(seen, atMillis, 'deleting', 'gone at once');
    this.once(seen, atMillis, 'gone', 'its object is gone');
  }

  /** @param there false = the slice is no more */
  slice(object: EndpointSlice, there: boolean, atMillis: number): void {
    if (there) this.slices.set(object.metadata.name, object);
    else this.slices.delete(object.metadata.name);
    this.membership(atMillis);
  }

  /** Pods and slices are two watches: either may come first. */
  private membership(atMillis: number): void {
    const ready = readyPods(this.slices.values());
    for (const [uid, seen] of this.pods) {
      if (ready.has(uid) === seen.joined) continue;
      seen.joined = !seen.joined;
      if (seen.joined) this.tell(seen, atMillis, 'endpoint-ready', 'a ready endpoint of a Service');
      else this.tell(seen, atMillis, 'endpoint-gone', 'no ready endpoint any more');
    }
  }

  node({ metadata: { name } }: KubeObject, there: boolean, atMillis: number): void {
    if (there === this.nodes.has(name)) return;
    if (there) this.nodes.add(name);
    else this.nodes.delete(name);
    const event: NodeTransition = there ? 'added' : 'removed';
    this.life.push({
      t: millis(atMillis),
      subject: 'node',
      name,
      event,
      cause: there ? 'its object is there' : 'its object is gone',
    });
  }

  private readiness(seen: Seen, ready: boolean, atMillis: number): void {
    if (ready === seen.ready) return;
    seen.ready = ready;
    this.tell(seen, atMillis, ready ? 'ready' : 'not-ready', `condition Ready is ${ready ? 'True' : 'False'}`);
  }

  private once(seen: Seen, atMillis: number, event: PodTransition, cause: string): void {
    if (!seen.done.has(event)) this.tell(seen, atMillis, event, cause);
  }

  private tell(seen: Seen, atMillis: number, event: PodTransition, cause: string): void {
    seen.done.add(event);
    const { name, ordinal, node } = seen;
    this.life.push({ t: millis(atMillis), subject: 'pod', name, ordinal, event, node, cause });
  }
}
