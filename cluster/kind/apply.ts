// Creating objects that may be there already, and waiting for what they amount to.

import type { Hpa } from '../../model/platform.ts';
import type { ObjectToCreate } from '../bare/aggregation.ts';
import type { KubeClient, KubeCondition, KubeList, KubeObject } from '../kube/client.ts';
import { isKubeError } from '../kube/client.ts';

/** Creates it, or patches what is there. */
export const apply = async (api: KubeClient, { path, body }: ObjectToCreate): Promise<void> => {
  try {
    await api.create(path, body);
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
    const { name } = body['metadata'] as { readonly name: string };
    await api.patch(`${path}/${name}`, body);
  }
};

export const applyAll = async (api: KubeClient, objects: readonly ObjectToCreate[]): Promise<void> => {
  for (const each of objects) await apply(api, each);
};

interface PodShown extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly KubeCondition[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

const whyNot = ({ metadata, status }: PodShown): string => {
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  const unscheduled = status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  const why = waiting?.reason ?? unscheduled?.message ?? status?.phase ?? 'no status';
  return `${metadata.name}: ${why}`;
};

const isReady = ({ metadata, status }: PodShown): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

/** Null when exactly `count` pods of a selector are there and all are Ready. */
export const podsReady = async (
  api: KubeClient,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  count: number,
): Promise<string | null> => {
  const text = Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const { items } = await api.get<KubeList<PodShown>>(
    `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(text)}`,
  );
  if (items.length === count && items.every(isReady)) return null;
  const waiting = items.filter((pod) => !isReady(pod)).map(whyNot);
  return `${items.length - waiting.length} of ${count} Ready${waiting.length === 0 ? '' : `; ${waiting.join('; ')}`}`;
};

interface DeploymentShown {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } } };
}

/** Of the pod that a Deployment among the objects makes: by them it is told from one with another configuration. */
export const podLabels = (objects: readonly ObjectToCreate[], name: string): Readonly<Record<string, string>> =>
  objects
    .filter(({ path }) => path.endsWith('/deployments'))
    .map(({ body }) => body as unknown as DeploymentShown)
    .find(({ metadata }) => metadata.name === name)!.spec.template.metadata.labels;

/** Raw paths under which an HPA's metrics are served; resource metrics come from elsewhere. */
export const metricPaths = ({ namespace, spec }: Hpa): readonly string[] =>
  (spec.metrics ?? []).flatMap(({ pods, external }) => {
    if (pods !== undefined)
      return [`/apis/custom.metrics.k8s.io/v1beta1/namespaces/${namespace}/pods/*/${pods.metric.name}`];
    return external === undefined
      ? []
      : [`/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${external.metric.name}`];
  });

const MOST_CHARACTERS = 160;

/** What an answer without a value says: the message of a Kubernetes Status, whole; of anything else whole words, and where the rest is. */
export const answerInWords = (text: string, path: string): string => {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // no JSON: shown as it is
  }
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= MOST_CHARACTERS) return line;
  const space = line.lastIndexOf(' ', MOST_CHARACTERS);
  const shown = line.slice(0, space > 0 ? space : MOST_CHARACTERS);
  return `${shown} … (all ${line.length} characters: kubectl get --raw '${path}')`;
};

/** Null when the adapter answers each of them with a value. */
export const metricsServed = async (api: KubeClient, hpa: Hpa): Promise<string | null> => {
  for (const path of metricPaths(hpa)) {
    const { status, text } = await api.raw('GET', path);
    if (status !== 200 || !text.includes('"value"')) return `${path} answers ${status} ${answerInWords(text, path)}`;
  }
  return null;
};
