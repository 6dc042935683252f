// Follows the Deployment's pods and the endpoints of their Service while a run lasts: numbers pods in the order in which
// they appear, tells which may be sent to and at which address, reads what they say of themselves. A pod is reached at its
// node's address (host port), on the Docker network that is this machine's own.

import type { EndpointChange } from '../bare/load-balancer.ts';
import { followEndpoints } from '../bare/load-balancer.ts';
import type { KubeClient } from '../kube/client.ts';
import type { PodShown } from '../kube/observed-life.ts';
import { watchKubernetes } from '../kube/watch.ts';
import { PodLogs } from './pod-logs.ts';

export interface FollowedPod {
  readonly ordinal: number;
  readonly name: string;
  /** When it was first seen, on the caller's clock. */
  readonly seenMillis: number;
  shown: PodShown;
}

export interface FollowerSettings {
  readonly api: KubeClient;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly service: string;
  readonly port: number;
  /** Milliseconds of any clock. */
  readonly now: () => number;
  readonly join: (pod: number, origin: string) => void;
  readonly leave: (pod: number) => void;
}

const isReady = ({ status }: PodShown): boolean =>
  status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

interface Hosted {
  readonly hostIP?: string;
}

export class PodFollower {
  /** Names of all pods that were seen, also of those that are gone. */
  readonly ordinals = new Map<string, number>();
  /** Ordinals and addresses of the pods that may be sent to. */
  readonly serving = new Map<number, string>();
  readonly logs: PodLogs;
  /** Rejects when a watch cannot go on. */
  readonly broken: Promise<never>;
  private readonly settings: FollowerSettings;
  private readonly pods = new Map<string, FollowedPod>();
  /** Ready before their object was seen. */
  private readonly early = new Set<string>();
  private readonly abort = new AbortController();

  constructor(settings: FollowerSettings) {
    this.settings = settings;
    const { api, namespace, selector, service } = settings;
    this.logs = new PodLogs(api, namespace);
    const text = Object.entries(selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    const { signal } = this.abort;
    const watching = [
      watchKubernetes<PodShown>(api, {
        path: `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(text)}`,
        signal,
        changed: (change) => {
          if (change.kind === 'present') this.seen(change.object);
          else if (change.kind === 'gone') this.gone(change.object.metadata.uid ?? '');
        },
      }),
      followEndpoints(api, { namespace, name: service }, signal, (change) => this.endpoint(change)),
    ];
    this.broken = new Promise((_, reject) => {
      for (const each of watching) each.catch(reject);
    });
    this.broken.catch(() => undefined);
  }

  /** The one that was there first of those that are Ready and stay. */
  get oldestReady(): FollowedPod | null {
    const ready = this.present.filter(({ shown }) => isReady(shown) && shown.metadata.deletionTimestamp === undefined);
    return ready.toSorted((a, b) => a.ordinal - b.ordinal)[0] ?? null;
  }

  /** Those that are there now. */
  get present(): readonly FollowedPod[] {
    return [...this.pods.values()];
  }

  stop(): void {
    this.abort.abort();
    this.logs.stop();
  }

  private seen(shown: PodShown): void {
    const uid = shown.metadata.uid ?? '';
    const known = this.pods.get(uid);
    if (known !== undefined) {
      known.shown = shown;
      this.logs.seen(known.ordinal, shown);
      return;
    }
    const { name } = shown.metadata;
    const ordinal = this.ordinals.get(name) ?? this.ordinals.size;
    this.ordinals.set(name, ordinal);
    this.pods.set(uid, { ordinal, name, seenMillis: this.settings.now(), shown });
    this.logs.seen(ordinal, shown);
    if (this.early.delete(uid)) this.endpoint({ uid, ready: true });
  }

  /** A pod that is killed may be gone before its endpoint is, and its node's address another pod's soon. */
  private gone(uid: string): void {
    const pod = this.pods.get(uid);
    this.pods.delete(uid);
    if (pod !== undefined) this.leave(pod.ordinal);
  }

  private leave(ordinal: number): void {
    if (this.serving.delete(ordinal)) this.settings.leave(ordinal);
  }

  private endpoint({ uid, ready }: EndpointChange): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) {
      if (ready) this.early.add(uid);
      else this.early.delete(uid);
      return;
    }
    const { hostIP } = (pod.shown.status ?? {}) as Hosted;
    if (!ready) this.leave(pod.ordinal);
    else if (hostIP !== undefined) {
      const origin = `http://${hostIP}:${this.settings.port}`;
      this.serving.set(pod.ordinal, origin);
      this.settings.join(pod.ordinal, origin);
    }
  }
}
