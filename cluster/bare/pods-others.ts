// Pods beside the speech pods, for instance the API server's behind an HPA of its own: they have no process, run on a
// node without cards and are Ready as soon as they are bound, as in simulation (sim/hops/other-workload.ts).

import type { KubeClient } from '../kube/client.ts';
import type { PodObject } from './kubelet-api.ts';
import { insist } from './kubelet-api.ts';
import { NODE_ADDRESS } from './nodes.ts';

const readyStatus = (now: string) => ({
  phase: 'Running',
  startTime: now,
  hostIP: NODE_ADDRESS,
  hostIPs: [{ ip: NODE_ADDRESS }],
  conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
  })),
});

export class OtherPods {
  private readonly api: KubeClient;
  private readonly now: () => string;
  private readonly onError: (error: unknown) => void;
  private readonly handled = new Set<string>();
  private stopped = false;

  /** @param now RFC 3339, whole seconds */
  constructor(api: KubeClient, now: () => string, onError: (error: unknown) => void) {
    this.api = api;
    this.now = now;
    this.onError = onError;
  }

  present({ metadata, spec }: PodObject): void {
    const { uid, name, namespace } = metadata;
    if (spec.nodeName === undefined) return;
    const path = `/api/v1/namespaces/${namespace ?? 'default'}/pods/${name}`;
    if (metadata.deletionTimestamp !== undefined)
      this.once(`end ${uid}`, () => this.api.remove(path, { gracePeriodSeconds: 0, preconditions: { uid } }));
    else
      this.once(`run ${uid}`, () =>
        this.api.patch(`${path}/status`, { metadata: { uid }, status: readyStatus(this.now()) }, 'strategic'),
      );
  }

  stop(): void {
    this.stopped = true;
  }

  private once(what: string, call: () => Promise<unknown>): void {
    if (this.handled.has(what)) return;
    this.handled.add(what);
    insist(call, [404, 409], () => this.stopped).catch(this.onError);
  }
}
