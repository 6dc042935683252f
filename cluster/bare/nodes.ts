// The Node objects of the bare profile and their leases, as a kubelet registers and renews them. Pure; kubelet.ts sends
// them. Nodes of the GPU pool come and go by the rule of sim/kubernetes/node-pool.ts; one more node without a card takes
// the workloads beside the speech pods.

import type { NodePoolConfig } from '../../sim/kubernetes/index.ts';

export interface NodeKind {
  readonly gpus: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly effect: string }[];
}

/** Kubelets are never called here (no logs, no exec), and nothing may be sent elsewhere. */
export const NODE_ADDRESS = '127.0.0.1';
export const GPU_RESOURCE = 'nvidia.com/gpu';

/** The node without a card, and the taint that keeps speech pods off it even when they ask for no GPU. */
export const OTHERS_NODE = 'surgelab-others';
export const OTHERS_TAINT = { key: 'surgelab.dev/others', effect: 'NoSchedule' };
export const OTHERS: NodeKind = { gpus: 0, labels: {}, taints: [OTHERS_TAINT] };

export const poolNodeKind = (pool: NodePoolConfig): NodeKind => ({
  gpus: pool.gpusPerNode,
  labels: pool.labels,
  taints: pool.taints,
});

/** As a g6 instance class has them; only the cards are ever short. */
const ROOM = { cpu: '64', memory: '512Gi', 'ephemeral-storage': '1Ti', pods: '110' };

const CONDITIONS = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady' },
] as const;

/** How often a kubelet reports unchanged conditions, and renews its lease. */
export const HEARTBEAT_MILLIS = 300_000;
export const LEASE_RENEW_MILLIS = 10_000;
const LEASE_SECONDS = 40;

export const nodeConditions = (readySince: string, now: string) =>
  CONDITIONS.map((condition) => ({ ...condition, lastHeartbeatTime: now, lastTransitionTime: readySince }));

/** @param now RFC 3339, whole seconds */
export const nodeObject = (name: string, kind: NodeKind, kubeletVersion: string, now: string) => {
  const room = kind.gpus === 0 ? ROOM : { ...ROOM, [GPU_RESOURCE]: String(kind.gpus) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        ...kind.labels,
      },
    },
    spec: { taints: kind.taints },
    status: {
      capacity: room,
      allocatable: room,
      conditions: nodeConditions(now, now),
      addresses: [
        { type: 'InternalIP', address: NODE_ADDRESS },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        machineID: name,
        systemUUID: name,
        bootID: name,
        kernelVersion: '',
        osImage: 'processes instead of containers',
        containerRuntimeVersion: 'process://1',
        kubeletVersion,
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
};

export const LEASE_NAMESPACE = 'kube-node-lease';

/** @param renewTime RFC 3339 with microseconds */
export const leaseObject = (node: string, renewTime: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: node, namespace: LEASE_NAMESPACE },
  spec: { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime },
});
