// Registers Node objects, renews their leases and heartbeats, removes them: the part of a kubelet that speaks for its
// node. Which nodes there are is decided by the pool (kubelet.ts).

import type { LifeEvent } from '../../model/record.ts';
import type { NodePoolConfig } from '../../sim/kubernetes/index.ts';
import type { KubeClient } from '../kube/client.ts';
import { insist } from './kubelet-api.ts';
import type { NodeKind } from './nodes.ts';
import {
  HEARTBEAT_MILLIS,
  LEASE_NAMESPACE,
  LEASE_RENEW_MILLIS,
  leaseObject,
  nodeConditions,
  nodeObject,
  poolNodeKind,
} from './nodes.ts';

const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${LEASE_NAMESPACE}/leases`;

const wholeSeconds = (unixMillis: number): string => `${new Date(unixMillis).toISOString().slice(0, 19)}Z`;
const microseconds = (unixMillis: number): string => new Date(unixMillis).toISOString().replace('Z', '000Z');

type NodeEvent = Extract<LifeEvent, { readonly subject: 'node' }>;

export interface RegistrarSettings {
  readonly api: KubeClient;
  /** Version that the nodes claim to be. */
  readonly kubeletVersion: string;
  readonly unixMillis: () => number;
  /** A call was refused for good. */
  readonly onError: (error: unknown) => void;
}

export class NodeRegistrar {
  private readonly settings: RegistrarSettings;
  private readonly nodes = new Map<string, { readonly readySince: string; lastHeartbeatMillis: number }>();
  private readonly renewing: NodeJS.Timeout;
  private stopped = false;

  constructor(settings: RegistrarSettings) {
    this.settings = settings;
    this.renewing = setInterval(() => this.renew(), LEASE_RENEW_MILLIS);
  }

  /** The pool said so of one of its nodes; resolves when the API has it. */
  async changed({ name, event }: NodeEvent, pool: NodePoolConfig): Promise<void> {
    if (event === 'added') await this.add(name, poolNodeKind(pool));
    if (event === 'lost' || event === 'removed') await this.remove(name);
  }

  /** Resolves when the node can be scheduled to. */
  async add(name: string, kind: NodeKind): Promise<void> {
    const { api, kubeletVersion, unixMillis, onError } = this.settings;
    const now = unixMillis();
    const node = { readySince: wholeSeconds(now), lastHeartbeatMillis: now };
    this.nodes.set(name, node);
    const over = (): boolean => this.stopped || this.nodes.get(name) !== node;
    try {
      await insist(
        () => api.create('/api/v1/nodes', nodeObject(name, kind, kubeletVersion, node.readySince)),
        [409],
        over,
      );
      // Admission taints every new node as not ready; its lifecycle controller, if there is one, comes to the same.
      await insist(() => api.patch(`/api/v1/nodes/${name}`, { spec: { taints: kind.taints } }), [404], over);
      await insist(() => api.create(LEASES, leaseObject(name, microseconds(unixMillis()))), [409], over);
    } catch (error) {
      onError(error);
    }
  }

  async remove(name: string): Promise<void> {
    this.nodes.delete(name);
    const { api, onError } = this.settings;
    const over = (): boolean => this.stopped || this.nodes.has(name);
    try {
      await insist(() => api.remove(`/api/v1/nodes/${name}`), [], over);
      await insist(() => api.remove(`${LEASES}/${name}`), [], over);
    } catch (error) {
      onError(error);
    }
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.renewing);
  }

  /** A renewal that fails is not tried again: the next one is due in ten seconds, the lease lasts forty. */
  private renew(): void {
    const { api, unixMillis } = this.settings;
    const now = unixMillis();
    for (const [name, node] of this.nodes) {
      const lease = { spec: { renewTime: microseconds(now) } };
      void api.patch(`${LEASES}/${name}`, lease).catch(() => undefined);
      if (now - node.lastHeartbeatMillis < HEARTBEAT_MILLIS) continue;
      node.lastHeartbeatMillis = now;
      const status = { status: { conditions: nodeConditions(node.readySince, wholeSeconds(now)) } };
      void api.patch(`/api/v1/nodes/${name}/status`, status, 'strategic').catch(() => undefined);
    }
  }
}
