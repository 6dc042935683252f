// Taking parts of a kind cluster away and back: Deployments of the metric path without pods, containers of one pod killed on
// their node, the API server's process stopped.

import { TestbedError } from '../../model/errors.ts';
import type { KubeClient, KubeList } from '../kube/client.ts';
import { patiently } from '../patience.ts';
import { CONTROL_PLANE, MONITORING, SAMPLES_FOLDER } from './names.ts';
import { run } from './shell.ts';

export type MonitoringPart = 'prometheus' | 'prometheus-adapter';

const GONE = { patienceMillis: 60_000, lookMillis: 50 };

const podNames = async (api: KubeClient, app: string): Promise<readonly string[]> => {
  const { items } = await api.get<KubeList>(`/api/v1/namespaces/${MONITORING}/pods?labelSelector=app%3D${app}`);
  return items.map(({ metadata }) => metadata.name);
};

const scale = (api: KubeClient, part: MonitoringPart, replicas: number): Promise<unknown> =>
  api.patch(`/apis/apps/v1/namespaces/${MONITORING}/deployments/${part}`, { spec: { replicas } });

/** Resolves when its pod is gone. */
export const takeOut = async (api: KubeClient, part: MonitoringPart): Promise<void> => {
  await scale(api, part, 0);
  const left = await patiently(GONE, async () => (await podNames(api, part)).join(', ') || null);
  if (left !== null)
    throw new TestbedError(
      'TARGET_FAILED',
      `the pod of ${part} is still there after ${GONE.patienceMillis / 1000} s: ${left}`,
    );
};

/** Its pod starts; whoever needs it waits. */
export const bringBack = async (api: KubeClient, part: MonitoringPart): Promise<void> => {
  await scale(api, part, 1);
};

/** Of a Prometheus that does not run; whatever user its image has may write there. */
export const emptySamples = async (): Promise<void> => {
  const make = `rm -rf ${SAMPLES_FOLDER} && install -d -m 0777 ${SAMPLES_FOLDER}`;
  await run('docker', ['exec', CONTROL_PLANE, 'sh', '-c', make]);
};

/** SIGKILL for every container of a pod. */
export const killContainers = async (node: string, podUid: string): Promise<void> => {
  const stop = `crictl ps -q --label io.kubernetes.pod.uid=${podUid} | xargs -r crictl stop --timeout 0`;
  await run('docker', ['exec', node, 'sh', '-c', stop]);
};

/** By the name of the process, which every image of a node has. */
export const freezeApiServer = async (frozen: boolean): Promise<void> => {
  const signal = frozen ? 'STOP' : 'CONT';
  const send = `for each in /proc/[0-9]*; do [ "$(cat $each/comm)" = kube-apiserver ] && kill -${signal} "\${each#/proc/}"; done; true`;
  await run('docker', ['exec', CONTROL_PLANE, 'sh', '-c', send]);
};
