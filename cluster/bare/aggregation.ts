// What has to exist in the API before the loop can run: the rights of our clients, and the two metric APIs that the
// adapter serves, reached through a Service that is nothing but a name for this host (no kube-proxy is needed).

import type { AdapterSettings } from '../../model/platform.ts';

const MONITORING = 'monitoring';
const ADAPTER = 'prometheus-adapter';
const RBAC = 'rbac.authorization.k8s.io';
const RBAC_PATH = `/apis/${RBAC}/v1`;

export interface ObjectToCreate {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const group = (name: string): object => ({ kind: 'Group', name, apiGroup: RBAC });

const bound = (name: string, role: string, subject: object): ObjectToCreate => ({
  path: `${RBAC_PATH}/clusterrolebindings`,
  body: { metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role }, subjects: [subject] },
});

const role = (name: string, rules: readonly object[]): ObjectToCreate => ({
  path: `${RBAC_PATH}/clusterroles`,
  body: { metadata: { name }, rules },
});

const metricApi = (apiGroup: MetricApi, adapterPort: number, ca: string): ObjectToCreate => ({
  path: '/apis/apiregistration.k8s.io/v1/apiservices',
  body: {
    metadata: { name: `v1beta1.${apiGroup}` },
    spec: {
      group: apiGroup,
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      caBundle: Buffer.from(ca).toString('base64'),
      service: { name: ADAPTER, namespace: MONITORING, port: adapterPort },
    },
  },
});

const METRIC_APIS = [
  ['custom.metrics.k8s.io', 'rules'],
  ['external.metrics.k8s.io', 'externalRules'],
] as const;
export type MetricApi = (typeof METRIC_APIS)[number][0];

/** The adapter serves an API only if its configuration has rules for it, and its chart registers just those. */
export const metricApisOf = (adapterConfig: AdapterSettings['config']): readonly MetricApi[] =>
  METRIC_APIS.filter(([, key]) => {
    const rules = adapterConfig[key];
    return Array.isArray(rules) && rules.length > 0;
  }).map(([api]) => api);

/** In the order in which they have to be created. */
export const startObjects = (apis: readonly MetricApi[], adapterPort: number, ca: string): ObjectToCreate[] => [
  role('surgelab:reader', [
    {
      apiGroups: ['', 'apps', 'autoscaling', 'discovery.k8s.io'],
      resources: ['*'],
      verbs: ['get', 'list', 'watch'],
    },
  ]),
  bound('surgelab:readers', 'surgelab:reader', group('surgelab:readers')),
  bound('surgelab:delegators', 'system:auth-delegator', group('surgelab:delegators')),
  {
    path: `${RBAC_PATH}/namespaces/kube-system/rolebindings`,
    body: {
      metadata: { name: 'surgelab:delegators' },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
      subjects: [group('surgelab:delegators')],
    },
  },
  // As the adapter's chart grants it to the HPA controller.
  role(
    'surgelab:metrics-reader',
    METRIC_APIS.map(([api]) => ({ apiGroups: [api], resources: ['*'], verbs: ['get', 'list'] })),
  ),
  bound('surgelab:hpa-reads-metrics', 'surgelab:metrics-reader', {
    kind: 'ServiceAccount',
    name: 'horizontal-pod-autoscaler',
    namespace: 'kube-system',
  }),
  { path: '/api/v1/namespaces', body: { metadata: { name: MONITORING } } },
  {
    path: `/api/v1/namespaces/${MONITORING}/services`,
    body: { metadata: { name: ADAPTER }, spec: { type: 'ExternalName', externalName: 'localhost' } },
  },
  ...apis.map((api) => metricApi(api, adapterPort, ca)),
];
