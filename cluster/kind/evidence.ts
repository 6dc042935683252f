// What a person would look at after a cluster failed to come up, kept as text files: containers and the ends of their logs,
// nodes, pods, events, logs of the metric path. Never secrets, certificates or tokens: no object of such a kind is read.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeClient } from '../kube/client.ts';
import { CLUSTER_NAME, MONITORING } from './names.ts';
import { tryRun } from './shell.ts';

const OF_CLUSTER = `label=io.x-k8s.kind.cluster=${CLUSTER_NAME}`;

/** Names of the node containers of our cluster. */
export const nodeContainers = async (): Promise<readonly string[]> => {
  const told = await tryRun('docker', ['ps', '-a', '--filter', OF_CLUSTER, '--format', '{{.Names}}']);
  return (told ?? '').split('\n').filter((name) => name !== '');
};

interface PodList {
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
}

const ofApi = async (api: KubeClient, keep: (file: string, text: string) => void): Promise<void> => {
  const get = async (path: string): Promise<string> => {
    try {
      return (await api.raw('GET', path)).text;
    } catch (error) {
      return String(error);
    }
  };
  keep('nodes.json', await get('/api/v1/nodes'));
  keep('events.json', await get('/api/v1/events?limit=500'));
  keep('apiservices.json', await get('/apis/apiregistration.k8s.io/v1/apiservices'));
  const pods = await get('/api/v1/pods');
  keep('pods.json', pods);
  const monitoring = await get(`/api/v1/namespaces/${MONITORING}/pods`);
  let list: PodList = {};
  try {
    list = JSON.parse(monitoring) as PodList;
  } catch {
    // no answer: pods.json says why
  }
  for (const { metadata } of list.items ?? [])
    keep(`${metadata.name}.log`, await get(`/api/v1/namespaces/${MONITORING}/pods/${metadata.name}/log?tailLines=200`));
};

/** @param api null = the API server was never reached */
export const keepEvidence = async (folder: string, api: KubeClient | null, error: unknown): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const keep = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  keep('error.txt', error instanceof Error ? `${error.message}\n` : `${String(error)}\n`);
  keep('containers.txt', (await tryRun('docker', ['ps', '-a', '--filter', OF_CLUSTER])) ?? 'docker does not answer\n');
  for (const name of await nodeContainers()) {
    keep(`${name}.txt`, (await tryRun('docker', ['logs', '--tail', '200', name])) ?? '');
    keep(
      `${name}-kubelet.txt`,
      (await tryRun('docker', ['exec', name, 'journalctl', '-u', 'kubelet', '-n', '200', '--no-pager'])) ?? '',
    );
  }
  if (api !== null) await ofApi(api, keep);
};
