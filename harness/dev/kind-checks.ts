// What make test-kind looks at beside the run: memory of the cluster's processes, which cluster it is, rows that were sent,
// and secrets where none may be.

import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { nodeContainers } from '../../cluster/kind/evidence.ts';
import { run } from '../../cluster/kind/shell.ts';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import type { KubeList } from '../../cluster/kube/client.ts';
import type { RequestTable } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';

/** Host process ids of everything in the node containers. */
const processIds = async (): Promise<readonly number[]> => {
  const ids: number[] = [];
  for (const name of await nodeContainers()) {
    const [, ...rows] = (await run('docker', ['top', name, '-o', 'pid'])).trim().split('\n');
    ids.push(...rows.map(Number));
  }
  return ids;
};

const proportionalKilobytes = (pid: number): number => {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
};

/** Memory of every process in the node containers: pages that several share count once in all (PSS); page cache does not. */
export const nodeMemoryBytes = async (): Promise<number> =>
  (await processIds()).reduce((sum, pid) => sum + proportionalKilobytes(pid) * 1024, 0);

/** Kubernetes' own pods may still be replaced by leaner ones after `up`. */
const OURS = '?fieldSelector=metadata.namespace!=kube-system';

/** Containers, nodes and pods of a cluster by what is never given twice; equal for the same cluster. */
export const clusterIdentity = async (kubeconfig: string): Promise<readonly string[]> => {
  const api = await connectKubernetes(kubeconfig);
  try {
    const containers = await run('docker', ['inspect', '-f', '{{.Name}} {{.Id}}', ...(await nodeContainers())]);
    const lists = await Promise.all(['nodes', `pods${OURS}`].map((what) => api.get<KubeList>(`/api/v1/${what}`)));
    const objects = lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name} ${metadata.uid!}`));
    return [...containers.trim().split('\n'), ...objects].sort();
  } finally {
    await api.close();
  }
};

const DROPPED = OUTCOMES.indexOf('dropped');

/** Rows that left the generator. */
export const rowsSent = ({ count, sentMillis, outcome }: RequestTable): number =>
  Array.from({ length: count }, (_, row) => row).filter(
    (row) => outcome[row] !== DROPPED && !Number.isNaN(sentMillis[row]!),
  ).length;

/** Long words of a kubeconfig's secret fields, and what any certificate or token looks like. */
const needles = (kubeconfig: string): readonly (string | RegExp)[] => [
  ...[...kubeconfig.matchAll(/(?:-data|token): (\S{24,})/g)].map((match) => match[1]!.slice(0, 64)),
  /BEGIN [A-Z ]*(CERTIFICATE|PRIVATE KEY)/,
  /client-(certificate|key)-data/,
  /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\./,
];

/** Files of a run folder that hold a piece of the kubeconfig or anything that looks like a key. */
export const secretsIn = (folder: string, kubeconfig: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const bytes = readFileSync(path);
      const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
      return needles(kubeconfig).some((each) => (typeof each === 'string' ? text.includes(each) : each.test(text)));
    });
