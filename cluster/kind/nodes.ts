// GPU nodes that come late, as a cloud's node autoscaler brings them: the container of a node stays, warm, but the cluster
// does not know it (parked) until its kubelet is started (provisioned), which registers it anew with labels and taint.

import { TestbedError } from '../../model/errors.ts';
import { GPU_RESOURCE } from '../bare/nodes.ts';
import type { KubeClient, KubeCondition, KubeList, KubeObject } from '../kube/client.ts';
import { run } from './shell.ts';

export interface NodeShown extends KubeObject {
  readonly spec?: { readonly podCIDR?: string };
  readonly status?: {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly conditions?: readonly KubeCondition[];
  };
}

/** A service of our own node image; the official one has a DaemonSet instead, which comes with the node. */
const STOP =
  'systemctl stop kubelet; systemctl stop podnet 2>/dev/null && rm -f /etc/cni/net.d/10-podnet.conflist; ' +
  'crictl pods -q | xargs -r crictl rmp -f >/dev/null 2>&1; true';
const START = 'systemctl start kubelet; systemctl start podnet 2>/dev/null; true';

const nodePath = (name: string): string => `/api/v1/nodes/${name}`;

export const parkNode = async (api: KubeClient, name: string, signal?: AbortSignal): Promise<void> => {
  await run('docker', ['exec', name, 'sh', '-c', STOP], signal === undefined ? {} : { signal });
  await api.remove(nodePath(name));
  const { items } = await api.get<KubeList>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`);
  for (const { metadata } of items)
    await api.remove(`/api/v1/namespaces/${metadata.namespace!}/pods/${metadata.name}`, { gracePeriodSeconds: 0 });
};

export const startNode = async (name: string): Promise<void> => {
  await run('docker', ['exec', name, 'sh', '-c', START]);
};

const isReady = (status: NodeShown['status']): boolean =>
  status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

/** Cards that pods can be given, by the name of the node; nodes that are not Ready have none. */
export const cardsOf = async (api: KubeClient): Promise<ReadonlyMap<string, number>> => {
  const { items } = await api.get<KubeList<NodeShown>>('/api/v1/nodes');
  return new Map(
    items.map(({ metadata, status }) => {
      return [metadata.name, isReady(status) ? Number(status?.allocatable?.[GPU_RESOURCE] ?? 0) : 0];
    }),
  );
};

/** Null when every node of the start shows its card. */
export const cardsThere = async (api: KubeClient, warm: number): Promise<string | null> => {
  const cards = [...(await cardsOf(api)).values()].reduce((sum, each) => sum + each, 0);
  return cards >= warm ? null : `${cards} of ${warm} cards`;
};

/** Null when every node that is registered is Ready. */
export const nodesReady = async (api: KubeClient): Promise<string | null> => {
  const { items } = await api.get<KubeList<NodeShown>>('/api/v1/nodes');
  const waiting = items.filter(({ status }) => !isReady(status));
  return waiting.length === 0 ? null : `${waiting.map(({ metadata }) => metadata.name).join(', ')} not Ready`;
};

/** Addresses of the nodes on their Docker network. */
export const nodeAddress = async (name: string): Promise<string> => {
  const told = await run('docker', [
    'inspect',
    '-f',
    '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}',
    name,
  ]);
  const [address] = told.trim().split(/\s+/);
  if (address === undefined || address === '')
    throw new TestbedError('TARGET_FAILED', `container ${name} has no address`, { hint: `docker inspect ${name}` });
  return address;
};
