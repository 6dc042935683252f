// Everything that an observation asks a cluster for, as data: the dry run prints it, the rights are made from it, and a test
// holds it against what the observer really asks. Pure.

import type { Platform } from '../../model/platform.ts';
import type { PrometheusPlace } from './prometheus-place.ts';
import { proxyPath } from './prometheus-place.ts';

export interface KubeRead {
  readonly verbs: readonly ('get' | 'list' | 'watch')[];
  /** '' = the core API. */
  readonly group: string;
  /** With its subresource, as rights name it: `services/proxy`. */
  readonly resource: string;
  /** Null = objects that are in no namespace. */
  readonly namespace: string | null;
  /** Only these objects; none = all. */
  readonly names: readonly string[];
  /** Below the API server. */
  readonly path: string;
  readonly why: string;
}

const query = (name: string, value: string): string => `${name}=${encodeURIComponent(value)}`;

const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

const WATCHED = ['list', 'watch'] as const;

/** In the order in which they are made. The test of this file holds them against cluster/kube/observe.ts. */
export const readsOf = ({ deployment, hpa }: Platform, prometheus: PrometheusPlace | null): readonly KubeRead[] => {
  const { namespace, name, selector } = deployment;
  const all = { verbs: WATCHED, namespace, names: [] };
  return [
    {
      ...all,
      group: '',
      resource: 'pods',
      path: `/api/v1/namespaces/${namespace}/pods?${query('labelSelector', selectorText(selector))}`,
      why: 'when pods are created, bound, started, ready, deleted',
    },
    {
      ...all,
      group: '',
      resource: 'nodes',
      namespace: null,
      path: '/api/v1/nodes',
      why: 'when nodes come and go',
    },
    {
      ...all,
      group: 'discovery.k8s.io',
      resource: 'endpointslices',
      path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      why: 'when pods become and stop being ready endpoints',
    },
    {
      ...all,
      group: 'apps',
      resource: 'deployments',
      names: [name],
      path: `/apis/apps/v1/namespaces/${namespace}/deployments?${query('fieldSelector', `metadata.name=${name}`)}`,
      why: 'how many replicas are wanted',
    },
    ...(hpa === null
      ? []
      : [
          {
            ...all,
            group: 'autoscaling',
            resource: 'horizontalpodautoscalers',
            namespace: hpa.namespace,
            names: [hpa.name],
            path: `/apis/autoscaling/v2/namespaces/${hpa.namespace}/horizontalpodautoscalers?${query('fieldSelector', `metadata.name=${hpa.name}`)}`,
            why: 'its spec, and each change of its status and conditions',
          },
          {
            ...all,
            group: '',
            resource: 'events',
            namespace: hpa.namespace,
            path: `/api/v1/namespaces/${hpa.namespace}/events?${query('fieldSelector', `involvedObject.kind=HorizontalPodAutoscaler,involvedObject.name=${hpa.name}`)}`,
            why: 'what the HPA says of itself',
          },
        ]),
    ...(prometheus?.kind === 'service'
      ? [
          {
            verbs: ['get'] as const,
            group: '',
            resource: 'services/proxy',
            namespace: prometheus.namespace,
            names: [`${prometheus.service}:${prometheus.port}`],
            path: proxyPath(prometheus),
            why: 'samples that Prometheus stored, and what it costs',
          },
        ]
      : []),
  ];
};

/** One line for a person. */
export const readText = ({ verbs, path, why }: KubeRead): string => `${verbs.join(', ')} ${path}\n    ${why}`;
