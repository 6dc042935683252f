// The metric path as objects of the API: fake cards, kube-state-metrics, Prometheus and the adapter, with the files that
// the scenario's monitors, rules and adapter values amount to. Pure: platform and images in, objects out.

import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { formatDuration } from '../../model/duration.ts';
import type { Platform } from '../../model/platform.ts';
import type { ObjectToCreate } from '../bare/aggregation.ts';
import { metricApisOf } from '../bare/aggregation.ts';
import { ADAPTER_AUDIT_POLICY } from '../bare/audit-policy.ts';
import { adapterFile, prometheusFiles } from '../bare/monitoring-files.ts';
import type { KindImages } from './images.ts';
import { LEAN } from './cluster-yaml.ts';
import { ADAPTER_AUDIT_LOG, LOG_FOLDER, MONITORING, PROMETHEUS_HOST_PORT, SAMPLES_FOLDER } from './names.ts';

const CONTROL_PLANE_ONLY = { 'node-role.kubernetes.io/control-plane': '' };
const ADAPTER_PORT = 6443;
const KUBE_STATE_METRICS_PORT = 8080;

const inMonitoring = (plural: string): string => `/api/v1/namespaces/${MONITORING}/${plural}`;

/** File names of a ConfigMap have no folders: `rules/x.yml` becomes `rules..x.yml`, mounted under its own path. */
const configMap = (name: string, files: ReadonlyMap<string, string>): ObjectToCreate => ({
  path: inMonitoring('configmaps'),
  body: {
    metadata: { name },
    data: Object.fromEntries([...files].map(([path, text]) => [path.replaceAll('/', '..'), text])),
  },
});

const configVolume = (name: string, paths: Iterable<string>) => ({
  name: 'config',
  configMap: { name, items: [...paths].map((path) => ({ key: path.replaceAll('/', '..'), path })) },
});

const hashOf = (files: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex')
    .slice(0, 16);

/** @param files what its pod reads when it starts: labels say which, so that others replace it and its Ready is not taken for theirs */
const deployment = (name: string, podSpec: object, files: ReadonlyMap<string, string> = new Map()): ObjectToCreate => ({
  path: `/apis/apps/v1/namespaces/${MONITORING}/deployments`,
  body: {
    metadata: { name, labels: { app: name } },
    spec: {
      replicas: 1,
      // Two of them at once would fight for the port of the host.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, 'surgelab/configuration': hashOf(files) } },
        spec: {
          serviceAccountName: name,
          nodeSelector: CONTROL_PLANE_ONLY,
          terminationGracePeriodSeconds: 2,
          enableServiceLinks: false,
          ...podSpec,
        },
      },
    },
  },
});

const service = (name: string, port: number, targetPort: number): ObjectToCreate => ({
  path: inMonitoring('services'),
  body: { metadata: { name }, spec: { selector: { app: name }, ports: [{ port, targetPort }] } },
});

const readiness = (path: string, port: number, scheme = 'HTTP') => ({
  httpGet: { path, port, scheme },
  periodSeconds: 1,
});

/** A DaemonSet that advertises one card per GPU node over the kubelet's device-plugin socket, as the real plugin does. */
export const cardObjects = (images: KindImages): readonly ObjectToCreate[] => [
  {
    path: '/apis/apps/v1/namespaces/kube-system/daemonsets',
    body: {
      metadata: { name: 'fake-gpu' },
      spec: {
        selector: { matchLabels: { app: 'fake-gpu' } },
        template: {
          metadata: { labels: { app: 'fake-gpu' } },
          spec: {
            automountServiceAccountToken: false,
            nodeSelector: { 'nvidia.com/gpu.present': 'true' },
            tolerations: [{ operator: 'Exists' }],
            priorityClassName: 'system-node-critical',
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'plugin',
                image: images.cards,
                env: [{ name: 'COUNT', value: '1' }],
                resources: { requests: { cpu: '5m', memory: '16Mi' } },
                volumeMounts: [{ name: 'sockets', mountPath: '/var/lib/kubelet/device-plugins' }],
              },
            ],
            volumes: [{ name: 'sockets', hostPath: { path: '/var/lib/kubelet/device-plugins' } }],
          },
        },
      },
    },
  },
];

const kubeStateMetricsObjects = (image: string): readonly ObjectToCreate[] => [
  service('kube-state-metrics', KUBE_STATE_METRICS_PORT, KUBE_STATE_METRICS_PORT),
  deployment('kube-state-metrics', {
    containers: [
      {
        name: 'kube-state-metrics',
        image,
        env: LEAN,
        args: [
          `--port=${KUBE_STATE_METRICS_PORT}`,
          '--resources=deployments,horizontalpodautoscalers,nodes,pods,replicasets',
        ],
        resources: { requests: { cpu: '10m', memory: '32Mi' } },
        readinessProbe: readiness('/healthz', KUBE_STATE_METRICS_PORT),
      },
    ],
  }),
];

const hasKubeStateMetrics = ({ kubeStateMetrics }: KindImages): boolean => kubeStateMetrics !== null;

export const prometheusObjects = (platform: Platform, images: KindImages): readonly ObjectToCreate[] => {
  const { prometheus } = platform;
  const files = prometheusFiles(platform, {
    kubeconfig: null,
    kubeStateMetrics: hasKubeStateMetrics(images)
      ? `kube-state-metrics.${MONITORING}.svc:${KUBE_STATE_METRICS_PORT}`
      : null,
  });
  // Scrape phases hang on the name it finds for itself, which is that of the operator's pod.
  const [hostname, subdomain] = prometheus.hostName.split('.');
  return [
    ...(images.kubeStateMetrics === null ? [] : kubeStateMetricsObjects(images.kubeStateMetrics)),
    configMap('prometheus', files),
    service('prometheus', 9090, 9090),
    deployment(
      'prometheus',
      {
        hostname,
        ...(subdomain === undefined ? {} : { subdomain }),
        containers: [
          {
            name: 'prometheus',
            image: images.prometheus,
            env: LEAN,
            args: [
              '--config.file=/etc/prometheus/prometheus.yml',
              '--storage.tsdb.path=/data',
              `--storage.tsdb.retention.time=${formatDuration(prometheus.retention)}`,
            ],
            ports: [{ containerPort: 9090, hostPort: PROMETHEUS_HOST_PORT }],
            resources: { requests: { cpu: '50m', memory: '64Mi' } },
            readinessProbe: readiness('/-/ready', 9090),
            volumeMounts: [
              { name: 'config', mountPath: '/etc/prometheus' },
              { name: 'data', mountPath: '/data' },
            ],
          },
        ],
        volumes: [
          configVolume('prometheus', files.keys()), // Its samples outlive its pod, as a volume would keep them.
          { name: 'data', hostPath: { path: SAMPLES_FOLDER, type: 'Directory' } },
        ],
      },
      files,
    ),
  ];
};

/** Created when Prometheus has the series: the adapter lists them when it starts, and its next list may be a minute away. */
export const adapterObjects = (platform: Platform, images: KindImages): readonly ObjectToCreate[] => {
  const { adapter } = platform;
  const files = new Map([
    ['adapter.yaml', adapterFile(platform)],
    ['audit-policy.yaml', stringify(ADAPTER_AUDIT_POLICY)],
  ]);
  const name = 'prometheus-adapter';
  return [
    configMap(name, files),
    service(name, 443, ADAPTER_PORT),
    deployment(
      name,
      {
        containers: [
          {
            name: 'adapter',
            image: images.adapter,
            env: LEAN,
            args: [
              `--prometheus-url=http://prometheus.${MONITORING}.svc:9090`,
              '--config=/etc/adapter/adapter.yaml',
              `--metrics-relist-interval=${formatDuration(adapter.relistInterval)}`,
              `--metrics-max-age=${formatDuration(adapter.maxAge)}`,
              `--secure-port=${ADAPTER_PORT}`,
              '--cert-dir=/tmp',
              '--audit-policy-file=/etc/adapter/audit-policy.yaml',
              `--audit-log-path=${ADAPTER_AUDIT_LOG}`,
            ],
            ports: [{ containerPort: ADAPTER_PORT }],
            resources: { requests: { cpu: '20m', memory: '48Mi' } },
            readinessProbe: readiness('/readyz', ADAPTER_PORT, 'HTTPS'),
            volumeMounts: [
              { name: 'config', mountPath: '/etc/adapter' },
              { name: 'tmp', mountPath: '/tmp' },
              { name: 'log', mountPath: LOG_FOLDER },
            ],
          },
        ],
        volumes: [
          configVolume(name, files.keys()),
          { name: 'tmp', emptyDir: {} },
          { name: 'log', hostPath: { path: LOG_FOLDER, type: 'DirectoryOrCreate' } },
        ],
      },
      files,
    ),
    ...metricApisOf(adapter.config).map((group) => ({
      path: '/apis/apiregistration.k8s.io/v1/apiservices',
      body: {
        metadata: { name: `v1beta1.${group}` },
        spec: {
          group,
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { name, namespace: MONITORING, port: 443 },
        },
      },
    })),
  ];
};
