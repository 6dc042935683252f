// Service accounts and the rights that the metric path needs in a cluster: Prometheus and kube-state-metrics read, the
// adapter delegates authentication, the HPA controller reads metric APIs. Pure: objects to create.

import type { ObjectToCreate } from '../bare/aggregation.ts';
import { MONITORING } from './names.ts';

const RBAC = 'rbac.authorization.k8s.io';
const RBAC_PATH = `/apis/${RBAC}/v1`;

const account = (name: string): ObjectToCreate => ({
  path: `/api/v1/namespaces/${MONITORING}/serviceaccounts`,
  body: { metadata: { name } },
});

const subject = (name: string, namespace: string) => ({ kind: 'ServiceAccount', name, namespace });

const bound = (name: string, role: string, who: object): ObjectToCreate => ({
  path: `${RBAC_PATH}/clusterrolebindings`,
  body: { metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role }, subjects: [who] },
});

const role = (name: string, rules: readonly object[]): ObjectToCreate => ({
  path: `${RBAC_PATH}/clusterroles`,
  body: { metadata: { name }, rules },
});

const READ = ['get', 'list', 'watch'];

/** In the order in which they have to be created. */
export const rightsObjects = (): readonly ObjectToCreate[] => [
  { path: '/api/v1/namespaces', body: { metadata: { name: MONITORING } } },
  ...['prometheus', 'prometheus-adapter', 'kube-state-metrics'].map(account),
  role('surgelab:prometheus', [
    { apiGroups: [''], resources: ['nodes', 'services', 'endpoints', 'pods'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  ]),
  bound('surgelab:prometheus', 'surgelab:prometheus', subject('prometheus', MONITORING)),
  role('surgelab:kube-state-metrics', [
    { apiGroups: [''], resources: ['nodes', 'pods'], verbs: READ },
    { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: READ },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: READ },
  ]),
  bound('surgelab:kube-state-metrics', 'surgelab:kube-state-metrics', subject('kube-state-metrics', MONITORING)),
  role('surgelab:adapter', [{ apiGroups: [''], resources: ['namespaces', 'pods', 'services', 'nodes'], verbs: READ }]),
  bound('surgelab:adapter', 'surgelab:adapter', subject('prometheus-adapter', MONITORING)),
  bound('surgelab:adapter-delegates', 'system:auth-delegator', subject('prometheus-adapter', MONITORING)),
  {
    path: `${RBAC_PATH}/namespaces/kube-system/rolebindings`,
    body: {
      metadata: { name: 'surgelab:adapter-reads-authentication' },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
      subjects: [subject('prometheus-adapter', MONITORING)],
    },
  },
  // As the adapter's chart grants it to the HPA controller.
  role(
    'surgelab:metrics-reader',
    ['custom.metrics.k8s.io', 'external.metrics.k8s.io'].map((group) => ({
      apiGroups: [group],
      resources: ['*'],
      verbs: ['get', 'list'],
    })),
  ),
  bound('surgelab:hpa-reads-metrics', 'surgelab:metrics-reader', subject('horizontal-pod-autoscaler', 'kube-system')),
];
