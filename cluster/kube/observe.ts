// Watches a workload on a cluster that is not ours: its pods, the nodes, its endpoints, its HPA with status, conditions and
// events, and the replicas of its Deployment. Reads only. Gives transitions, decisions and scale writes on one clock, and
// says where a watch had a gap.

import type { Hpa, Platform } from '../../model/platform.ts';
import type { Decision, LifeEvent } from '../../model/record.ts';
import type { EndpointSlice } from '../bare/load-balancer.ts';
import type { KubeClient, KubeObject } from './client.ts';
import type { ScaleChange } from './known-draws.ts';
import type { HpaShown } from './observed-decisions.ts';
import { ObservedDecisions } from './observed-decisions.ts';
import type { PodShown } from './observed-life.ts';
import { ObservedLife } from './observed-life.ts';
import { watchKubernetes } from './watch.ts';

export interface Observed {
  readonly life: readonly LifeEvent[];
  readonly decisions: readonly Decision[];
  /** Changes of the Deployment's replicas, whoever made them: the API does not say. */
  readonly scaleChanges: readonly ScaleChange[];
  /** Events of the HPA, gaps and troubles of the watches, in order of time. */
  readonly notes: readonly string[];
}

interface DeploymentShown extends KubeObject {
  readonly spec: { readonly replicas?: number };
}

interface EventShown extends KubeObject {
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
}

const query = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

export class ClusterObserver {
  private readonly api: KubeClient;
  private readonly platform: Platform;
  private readonly now: () => number;
  private readonly abort = new AbortController();
  private readonly life = new ObservedLife();
  private readonly decided = new ObservedDecisions();
  private readonly scales: ScaleChange[] = [];
  private readonly notes: string[] = [];
  private readonly ready = new Set<string>();
  private readonly watches: Promise<void>[];

  /** @param now milliseconds since the origin of the observation */
  constructor(api: KubeClient, platform: Platform, now: () => number) {
    this.api = api;
    this.platform = platform;
    this.now = now;
    this.watches = this.begin();
  }

  /** Ends the watches. Rejects if one of them could not go on, for instance for want of rights. */
  async stop(): Promise<Observed> {
    this.abort.abort();
    await Promise.all(this.watches);
    const { life, decided, scales, notes } = this;
    return { life: life.life, decisions: decided.decisions, scaleChanges: scales, notes };
  }

  private begin(): Promise<void>[] {
    const { deployment, hpa } = this.platform;
    const { namespace, name, selector } = deployment;
    const core = `/api/v1/namespaces/${namespace}`;
    return [
      this.watch<PodShown>('pods', `${core}/pods?${query({ labelSelector: selectorText(selector) })}`, (pod, there) => {
        if (there) this.life.pod(pod, this.now());
        else this.life.podGone(pod, this.now());
        const isReady = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;
        if (there && isReady && pod.metadata.deletionTimestamp === undefined) this.ready.add(pod.metadata.name);
        else this.ready.delete(pod.metadata.name);
      }),
      this.watch('nodes', '/api/v1/nodes', (node, there) => this.life.node(node, there, this.now())),
      this.watch<EndpointSlice>(
        'endpoints',
        `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
        (slice, there) => this.life.slice(slice, there, this.now()),
      ),
      this.watch<DeploymentShown>(
        'deployment',
        `/apis/apps/v1/namespaces/${namespace}/deployments?${query({ fieldSelector: `metadata.name=${name}` })}`,
        ({ spec }, there) => {
          const { replicas } = spec;
          if (there && replicas !== undefined && replicas !== this.scales.at(-1)?.replicas)
            this.scales.push({ atMillis: this.now(), replicas, by: 'unknown' });
        },
      ),
      ...(hpa === null ? [] : this.beginHpa(hpa)),
    ];
  }

  private beginHpa({ namespace, name }: Hpa): Promise<void>[] {
    return [
      this.watch<HpaShown>(
        'HPA',
        `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers?${query({ fieldSelector: `metadata.name=${name}` })}`,
        (object, there) => {
          if (there) this.decided.hpa(object, this.ready.size, this.now());
        },
      ),
      this.watch<EventShown>(
        'events of the HPA',
        `/api/v1/namespaces/${namespace}/events?${query({ fieldSelector: `involvedObject.kind=HorizontalPodAutoscaler,involvedObject.name=${name}` })}`,
        ({ reason, message }, there, known) => {
          if (there) this.note(`event of the HPA${known ? ', again' : ''}: ${reason ?? ''} ${message ?? ''}`);
        },
      ),
    ];
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what the path gives, only the caller knows
  private watch<T extends KubeObject>(
    what: string,
    path: string,
    changed: (object: T, there: boolean, known: boolean) => void,
  ): Promise<void> {
    return watchKubernetes<T>(this.api, {
      path,
      signal: this.abort.signal,
      trouble: (error) => this.note(`watch of ${what}: ${error instanceof Error ? error.message : String(error)}`),
      changed: (change) => {
        if (change.kind === 'listed') {
          if (change.gap) this.note(`watch of ${what}: listed anew, what happened in between is told late`);
        } else changed(change.object, change.kind === 'present', change.kind === 'present' && change.known);
      },
    });
  }

  private note(text: string): void {
    this.notes.push(`${(this.now() / 1000).toFixed(1)} s: ${text}`);
  }
}
