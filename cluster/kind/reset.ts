// Makes a cluster that has run before as if it had not: no workload, no HPA, a Prometheus without samples, an empty audit
// log. And the logs of a run as files.

import { basename, join } from 'node:path';
import type { ObjectToCreate } from '../bare/aggregation.ts';
import { hpaObject } from '../bare/platform-objects.ts';
import type { KubeClient, KubeList } from '../kube/client.ts';
import { podsReady } from './apply.ts';
import { bringBack, emptySamples, takeOut } from './breaks.ts';
import { ADAPTER_AUDIT_LOG, AUDIT_LOG, CONTROL_PLANE, MONITORING } from './names.ts';
import type { Ladder } from './rungs.ts';
import { need } from './rungs.ts';
import { run } from './shell.ts';
import type { UpCluster } from './up.ts';
import { workloadObjects } from './workload.ts';

const GONE_SECONDS = 90;

const remove = (api: KubeClient, { path, body }: ObjectToCreate, options?: object): Promise<void> =>
  api.remove(`${path}/${(body['metadata'] as { readonly name: string }).name}`, options);

const podsOf = async (api: KubeClient, namespace: string, selector: string): Promise<readonly string[]> => {
  const { items } = await api.get<KubeList>(
    `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`,
  );
  return items.map(({ metadata }) => metadata.name);
};

export const resetWorkload = async ({ api, workload }: UpCluster, ladder: Ladder): Promise<void> => {
  const { platform } = workload;
  const { deployment, hpa, otherHpas } = platform;
  for (const each of hpa === null ? otherHpas : [hpa, ...otherHpas]) await remove(api, hpaObject(each));
  for (const each of workloadObjects({ ...workload, replicas: 0 }))
    if (each.path.endsWith('/deployments')) await remove(api, each, { propagationPolicy: 'Background' });
  await api.remove(`/apis/apps/v1/namespaces/${MONITORING}/deployments/prometheus-adapter`, {
    propagationPolicy: 'Background',
  });
  const selector = Object.entries(deployment.selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  await takeOut(api, 'prometheus');
  await emptySamples();
  await bringBack(api, 'prometheus');
  await need(
    {
      what: 'the pods of the run before to be gone',
      patienceSeconds: GONE_SECONDS,
      check: async () => {
        const left = await podsOf(api, deployment.namespace, selector);
        return left.length === 0 ? null : `${left.length} left`;
      },
    },
    ladder,
  );
  await need(
    {
      what: 'a Prometheus without samples',
      patienceSeconds: GONE_SECONDS,
      check: () => podsReady(api, MONITORING, { app: 'prometheus' }, 1),
    },
    ladder,
  );
  await run('docker', ['exec', CONTROL_PLANE, 'sh', '-c', `: >${AUDIT_LOG}; : >${ADAPTER_AUDIT_LOG}`]);
};

/** Copies both audit logs into a folder of the caller's. */
export const copyLogs = async (folder: string): Promise<void> => {
  for (const log of [AUDIT_LOG, ADAPTER_AUDIT_LOG])
    await run('docker', ['cp', `${CONTROL_PLANE}:${log}`, join(folder, basename(log))]);
};
