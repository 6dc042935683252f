// Follows the Deployment's pods and the endpoints of their Service while a run lasts: numbers pods in the order in which
// they appear, tells which may be sent to and at which address. A pod is reached at its node's address (host port), on the
// Docker network that is this machine's own.

import type { EndpointChange } from '../bare/load-balancer.ts';
import { followEndpoints } from '../bare/load-balancer.ts';
import type { KubeClient } from '../kube/client.ts';
import type { PodShown } from '../kube/observed-life.ts';
import { watchKubernetes } from '../kube/watch.ts';

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

interface LogLine {
  readonly what?: string;
  readonly monotonicMillis?: number;
}

/** When an emulated pod says that its model was loaded, on the machine's monotonic clock; null = it does not say. */
export const loadedIn = (log: string): number | null => {
  for (const line of log.split('\n')) {
    try {
      const { what, monotonicMillis } = JSON.parse(line) as LogLine;
      if (what === 'loaded' && monotonicMillis !== undefined) return monotonicMillis;
    } catch {
      // somebody else's words
    }
  }
  return null;
};

const isReady = ({ status }: PodShown): boolean =>
  status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

interface Hosted {
  readonly hostIP?: string;
}

export class PodFollower {
  /** Names of all pods that were seen, also of those that are gone. */
  readonly ordinals = new Map<string, number>();
  /** By name, as the pods' own logs say: asked for when they become Ready, since a deleted pod takes its log with it. */
  readonly loadedMonotonicMillis = new Map<string, number>();
  /** Rejects when a watch cannot go on. */
  readonly broken: Promise<never>;
  private readonly settings: FollowerSettings;
  private readonly pods = new Map<string, FollowedPod>();
  /** Ready before their object was seen. */
  private readonly early = new Set<string>();
  private readonly abort = new AbortController();
  private readonly asked = new Set<string>();

  constructor(settings: FollowerSettings) {
    this.settings = settings;
    const { api, namespace, selector, service } = settings;
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
          else if (change.kind === 'gone') this.pods.delete(change.object.metadata.uid ?? '');
        },
      }),
      followEndpoints(api, { namespace, name: service }, signal, (change) => this.endpoint(change)),
    ];
    this.broken = new Promise((_, reject) => {
      for (const each of watching) each.catch(reject);
    });
    this.broken.catch(() => undefined);
  }

  /** Those that are there now. */
  get present(): readonly FollowedPod[] {
    return [...this.pods.values()];
  }

  stop(): void {
    this.abort.abort();
  }

  private seen(shown: PodShown): void {
    if (isReady(shown)) void this.readLog(shown.metadata.name);
    const uid = shown.metadata.uid ?? '';
    const known = this.pods.get(uid);
    if (known !== undefined) {
      known.shown = shown;
      return;
    }
    const { name } = shown.metadata;
    const ordinal = this.ordinals.get(name) ?? this.ordinals.size;
    this.ordinals.set(name, ordinal);
    this.pods.set(uid, { ordinal, name, seenMillis: this.settings.now(), shown });
    if (this.early.delete(uid)) this.endpoint({ uid, ready: true });
  }

  /** What cannot be read stays unknown: the probe that passed is known in any case. */
  private async readLog(name: string): Promise<void> {
    if (this.asked.has(name)) return;
    this.asked.add(name);
    const { api, namespace } = this.settings;
    try {
      const { text } = await api.raw('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log?limitBytes=4096`);
      const loaded = loadedIn(text);
      if (loaded !== null) this.loadedMonotonicMillis.set(name, loaded);
    } catch {
      this.asked.delete(name);
    }
  }

  private endpoint({ uid, ready }: EndpointChange): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) {
      if (ready) this.early.add(uid);
      else this.early.delete(uid);
      return;
    }
    const { hostIP } = (pod.shown.status ?? {}) as Hosted;
    if (!ready) this.settings.leave(pod.ordinal);
    else if (hostIP !== undefined) this.settings.join(pod.ordinal, `http://${hostIP}:${this.settings.port}`);
  }
}
