// Looks at a cluster that is not ours before anything is sent: may this user read all that the run needs, is the workload
// there, and is it the one of the scenario? Reads only. Gives the platform as it is there and what differs.

import { TestbedError } from '../../model/errors.ts';
import type { HorizontalPodAutoscalerSpec, MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { Platform } from '../../model/platform.ts';
import type { KubeClient, KubeList, KubeObject } from '../kube/client.ts';
import { KubeError } from '../kube/client.ts';
import type { KubeRead } from './reads.ts';
import { readText } from './reads.ts';

export interface Found {
  readonly platform: Platform;
  /** What the API server says it is, for instance v1.34.4. */
  readonly kubernetes: string;
  readonly notes: readonly string[];
}

/** The workload of a scenario in another namespace than its manifests say. */
export const inNamespace = (platform: Platform, namespace: string): Platform => {
  const was = platform.deployment.namespace;
  const moved = <T extends { readonly namespace: string }>(one: T): T =>
    one.namespace === was ? { ...one, namespace } : one;
  return {
    ...platform,
    namespace,
    deployment: { ...platform.deployment, namespace },
    hpa: platform.hpa === null ? null : moved(platform.hpa),
    otherHpas: platform.otherHpas.map(moved),
    services: platform.services.map(moved),
    monitors: platform.monitors.map(moved),
  };
};

const metricText = (spec: MetricSpec): string => {
  const source = spec.pods ?? spec.object ?? spec.external;
  const target = (source ?? spec.resource)?.target;
  const name = source?.metric.name ?? spec.resource?.name ?? spec.type;
  return `${name} ${target?.averageUtilization ?? target?.averageValue ?? target?.value ?? '?'}`;
};

/** What a person would compare first. Defaults of the API server are no difference. */
const facts = ({ minReplicas, maxReplicas, metrics }: HorizontalPodAutoscalerSpec): Record<string, string> => ({
  minReplicas: String(minReplicas ?? 1),
  maxReplicas: String(maxReplicas),
  metrics: (metrics ?? []).map(metricText).join(', '),
});

const differences = (there: HorizontalPodAutoscalerSpec, here: HorizontalPodAutoscalerSpec): string[] => {
  const [real, ours] = [facts(there), facts(here)];
  return Object.keys(real)
    .filter((key) => real[key] !== ours[key])
    .map((key) => `HPA: ${key} ${real[key]} on the cluster, ${ours[key]} in the scenario; the cluster's is recorded`);
};

interface Listed extends KubeObject {
  readonly spec?: unknown;
}

/** The list of a read, and whether it could be watched; a sentence where the user may not. */
const tryRead = async (
  api: KubeClient,
  read: KubeRead,
): Promise<{ readonly items: readonly Listed[]; readonly refused: string | null }> => {
  const { path, verbs, names } = read;
  const more = (extra: string): string => `${path}${path.includes('?') ? '&' : '?'}${extra}`;
  const ask = async (url: string): Promise<string | null> => {
    const { status, text } = await api.raw('GET', url);
    if (status === 403) return null;
    if (status !== 200)
      throw new TestbedError('TARGET_FAILED', `GET ${url}: ${status} ${text.slice(0, 300)}`, {
        hint: status === 401 ? 'are the credentials of this context still valid?' : 'kubectl get --raw shows the same',
      });
    return text;
  };
  // Of a proxy, what is behind it says more: it is tried by whoever reads it.
  if (!verbs.includes('list')) return { items: [], refused: null };
  const text = await ask(names.length > 0 ? path : more('limit=1'));
  if (text === null) return { items: [], refused: readText({ ...read, verbs: ['list'] }) };
  const { items, metadata } = JSON.parse(text) as KubeList<Listed>;
  const from = `watch=true&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`;
  const watched = await ask(more(from));
  return { items, refused: watched === null ? readText({ ...read, verbs: ['watch'] }) : null };
};

/**
 * Throws TARGET_UNREACHABLE without an answer, TARGET_FAILED with every right that is missing, INPUT_MISSING without the
 * Deployment.
 */
export const lookThere = async (api: KubeClient, wanted: Platform, reads: readonly KubeRead[]): Promise<Found> => {
  try {
    return await look(api, wanted, reads);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    throw new TestbedError('TARGET_UNREACHABLE', error.message, {
      hint: 'does kubectl --context reach the same cluster? a VPN, a proxy or a login may be missing',
      cause: error,
    });
  }
};

const look = async (api: KubeClient, wanted: Platform, reads: readonly KubeRead[]): Promise<Found> => {
  const tried = await Promise.all(reads.map((read) => tryRead(api, read)));
  const refused = tried.flatMap((each) => each.refused ?? []);
  const { deployment, hpa } = wanted;
  if (refused.length > 0)
    throw new TestbedError('TARGET_FAILED', `this user may not:\n  ${refused.join('\n  ')}`, {
      hint: `surgelab generate rbac SCENARIO --namespace ${deployment.namespace} | kubectl apply -f -`,
    });
  const specOf = (resource: string): unknown =>
    tried[reads.findIndex((read) => read.resource === resource)]?.items[0]?.spec;
  const running = specOf('deployments') as { readonly replicas?: number } | undefined;
  if (running === undefined)
    throw new TestbedError(
      'INPUT_MISSING',
      `${api.server} has no Deployment ${deployment.namespace}/${deployment.name}`,
      {
        hint: 'the name is of the manifests of the scenario; --namespace says where else to look',
      },
    );
  const spec = specOf('horizontalpodautoscalers') as HorizontalPodAutoscalerSpec | undefined;
  const { gitVersion } = await api.get<{ readonly gitVersion: string }>('/version');
  return {
    kubernetes: gitVersion,
    platform: {
      ...wanted,
      deployment: { ...deployment, replicas: running.replicas ?? 1 },
      hpa: hpa === null || spec === undefined ? null : { ...hpa, spec },
      otherHpas: [],
    },
    notes: [
      ...(hpa !== null && spec === undefined ? [`no HPA ${hpa.namespace}/${hpa.name} on the cluster`] : []),
      ...(hpa === null || spec === undefined ? [] : differences(spec, hpa.spec)),
      ...wanted.otherHpas.map(({ name }) => `HPA ${name} was not observed: only the one of the workload is`),
    ],
  };
};
