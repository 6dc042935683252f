// Who may be sent to: the ready addresses of a Service as its EndpointSlices say, followed by watch like kube-proxy does.
// Takes the slices' changes, tells which pods came and went.

import type { Platform, Service } from '../../model/platform.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import { watchKubernetes } from '../kube/watch.ts';

export interface EndpointSlice extends KubeObject {
  readonly endpoints?:
    | readonly {
        readonly conditions?: { readonly ready?: boolean | null };
        readonly targetRef?: { readonly kind?: string; readonly uid?: string };
      }[]
    | null;
}

export interface EndpointChange {
  readonly uid: string;
  readonly ready: boolean;
}

/** UIDs of the pods that are ready in any slice. A condition that is not said counts as true. */
export const readyPods = (slices: Iterable<EndpointSlice>): ReadonlySet<string> => {
  const ready = new Set<string>();
  for (const { endpoints } of slices)
    for (const { conditions, targetRef } of endpoints ?? [])
      if (conditions?.ready !== false && targetRef?.kind === 'Pod' && targetRef.uid !== undefined)
        ready.add(targetRef.uid);
  return ready;
};

/** First who leaves, then who comes, each in the order of the slices. */
export const endpointChanges = (before: ReadonlySet<string>, now: ReadonlySet<string>): readonly EndpointChange[] => [
  ...[...before].filter((uid) => !now.has(uid)).map((uid) => ({ uid, ready: false })),
  ...[...now].filter((uid) => !before.has(uid)).map((uid) => ({ uid, ready: true })),
];

/** The Service that callers use: it selects the pods and leads to `port`; else any that selects them; null = none. */
export const callersService = ({ deployment, services }: Platform, port: number): Service | null => {
  const selecting = services.filter(
    ({ namespace, selector }) =>
      namespace === deployment.namespace &&
      Object.keys(selector).length > 0 &&
      Object.entries(selector).every(([name, value]) => deployment.podLabels[name] === value),
  );
  const named = deployment.ports.find(({ containerPort }) => containerPort === port)?.name;
  const leads = ({ ports }: Service): boolean =>
    ports.some(({ targetPort }) => targetPort === port || targetPort === named);
  return selecting.find(leads) ?? selecting[0] ?? null;
};

/** Tells every change until `signal` aborts; then it resolves. */
export const followEndpoints = async (
  api: KubeClient,
  service: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
  changed: (change: EndpointChange) => void,
): Promise<void> => {
  const slices = new Map<string, EndpointSlice>();
  let ready: ReadonlySet<string> = new Set();
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service.name}`);
  await watchKubernetes<EndpointSlice>(api, {
    path: `/apis/discovery.k8s.io/v1/namespaces/${service.namespace}/endpointslices?labelSelector=${selector}`,
    signal,
    changed: (change) => {
      if (change.kind === 'listed') return;
      if (change.kind === 'present') slices.set(change.object.metadata.name, change.object);
      else slices.delete(change.object.metadata.name);
      const now = readyPods(slices.values());
      for (const each of endpointChanges(ready, now)) changed(each);
      ready = now;
    },
  });
};
