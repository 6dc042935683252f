// The command line of each component. Pure: paths, ports and the platform's settings in, arguments out. What is not
// named here is at its default, as in production; what is named has its reason beside it.

import type { AdapterSettings, ControllerSettings } from '../../model/platform.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Seconds } from '../../model/units.ts';
import type { ClientName } from './certificates.ts';
import { PROXY_CLIENT_NAME } from './certificates.ts';
import type { Component } from './component-names.ts';
import type { Layout } from './layout.ts';
import type { Ports } from './ports.ts';
import { LOOPBACK } from './ports.ts';

export interface ArgumentInput {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly controller: ControllerSettings;
  readonly adapter: AdapterSettings;
  readonly retention: Seconds;
  /** Whether nodes without a fresh lease become NotReady and lose their pods. */
  readonly nodeLifecycle: boolean;
}

const SERVICE_RANGE = '10.0.0.0/24';

const https = (port: number): string => `https://${LOOPBACK}:${port}`;

const etcd = ({ layout, ports }: ArgumentInput): string[] => [
  '--name=surgelab',
  `--data-dir=${layout.etcdData}`,
  `--listen-client-urls=${https(ports.etcd)}`,
  `--advertise-client-urls=${https(ports.etcd)}`,
  `--listen-peer-urls=${https(ports.etcdPeer)}`,
  `--initial-advertise-peer-urls=${https(ports.etcdPeer)}`,
  `--initial-cluster=surgelab=${https(ports.etcdPeer)}`,
  `--cert-file=${layout.server.certificate}`,
  `--key-file=${layout.server.key}`,
  `--trusted-ca-file=${layout.ca}`,
  '--client-cert-auth',
  `--peer-cert-file=${layout.server.certificate}`,
  `--peer-key-file=${layout.server.key}`,
  `--peer-trusted-ca-file=${layout.ca}`,
  '--peer-client-cert-auth',
  '--log-level=warn',
  // Nothing outlives the folder: a crash of the machine may lose it.
  '--unsafe-no-fsync',
];

const apiServer = ({ layout, ports }: ArgumentInput): string[] => [
  `--etcd-servers=${https(ports.etcd)}`,
  `--etcd-cafile=${layout.ca}`,
  `--etcd-certfile=${layout.server.certificate}`,
  `--etcd-keyfile=${layout.server.key}`,
  `--bind-address=${LOOPBACK}`,
  `--advertise-address=${LOOPBACK}`,
  `--secure-port=${ports.apiServer}`,
  // It would publish the loopback address as an endpoint, which the API refuses.
  '--endpoint-reconciler-type=none',
  `--service-cluster-ip-range=${SERVICE_RANGE}`,
  `--tls-cert-file=${layout.server.certificate}`,
  `--tls-private-key-file=${layout.server.key}`,
  `--client-ca-file=${layout.ca}`,
  '--anonymous-auth=false',
  '--authorization-mode=RBAC',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${layout.serviceAccountPublic}`,
  `--service-account-signing-key-file=${layout.serviceAccountPrivate}`,
  `--requestheader-client-ca-file=${layout.proxyCa}`,
  `--requestheader-allowed-names=${PROXY_CLIENT_NAME}`,
  '--requestheader-username-headers=X-Remote-User',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  `--proxy-client-cert-file=${layout.proxyClient.certificate}`,
  `--proxy-client-key-file=${layout.proxyClient.key}`,
  `--audit-policy-file=${layout.auditPolicy}`,
  `--audit-log-path=${layout.auditLog}`,
  // Megabytes; a rotated log would lose its reader.
  '--audit-log-maxsize=100000',
  '--profiling=false',
];

const accessThrough = (path: string): string[] => [
  `--kubeconfig=${path}`,
  `--authentication-kubeconfig=${path}`,
  `--authorization-kubeconfig=${path}`,
];

const serving = ({ layout }: ArgumentInput, port: number): string[] => [
  `--bind-address=${LOOPBACK}`,
  `--secure-port=${port}`,
  `--tls-cert-file=${layout.server.certificate}`,
  `--tls-private-key-file=${layout.server.key}`,
];

/** What the loop needs and what keeps the API tidy. Each further controller costs informers and memory. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'horizontal-pod-autoscaler-controller',
  'disruption-controller',
  'endpoints-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'pod-garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
] as const;
const NODE_CONTROLLERS = ['node-lifecycle-controller', 'taint-eviction-controller'] as const;

const controllerManager = (input: ArgumentInput): string[] => {
  const { layout, ports, controller, nodeLifecycle } = input;
  const controllers = [...CONTROLLERS, ...(nodeLifecycle ? NODE_CONTROLLERS : [])];
  return [
    ...accessThrough(layout.kubeconfig('kube-controller-manager')),
    ...serving(input, ports.controllerManager),
    '--leader-elect=false',
    // One identity per controller, as kubeadm sets it: the audit log then says which controller wrote.
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${layout.serviceAccountPrivate}`,
    `--root-ca-file=${layout.ca}`,
    `--controllers=${controllers.join(',')}`,
    `--horizontal-pod-autoscaler-sync-period=${formatDuration(controller.syncPeriod)}`,
    `--horizontal-pod-autoscaler-tolerance=${controller.tolerance}`,
    `--horizontal-pod-autoscaler-downscale-stabilization=${formatDuration(controller.downscaleStabilization)}`,
    '--profiling=false',
  ];
};

const scheduler = (input: ArgumentInput): string[] => [
  ...accessThrough(input.layout.kubeconfig('kube-scheduler')),
  ...serving(input, input.ports.scheduler),
  '--leader-elect=false',
  '--profiling=false',
];

const prometheus = ({ layout, ports, retention }: ArgumentInput): string[] => [
  `--config.file=${layout.prometheusConfig}`,
  `--storage.tsdb.path=${layout.prometheusData}`,
  `--storage.tsdb.retention.time=${formatDuration(retention)}`,
  `--web.listen-address=${LOOPBACK}:${ports.prometheus}`,
  '--web.enable-lifecycle',
];

const adapter = (input: ArgumentInput): string[] => {
  const { layout, ports } = input;
  const access: ClientName = 'adapter';
  return [
    `--prometheus-url=http://${LOOPBACK}:${ports.prometheus}`,
    `--config=${layout.adapterConfig}`,
    `--metrics-relist-interval=${formatDuration(input.adapter.relistInterval)}`,
    `--metrics-max-age=${formatDuration(input.adapter.maxAge)}`,
    `--lister-kubeconfig=${layout.kubeconfig(access)}`,
    `--authentication-kubeconfig=${layout.kubeconfig(access)}`,
    `--authorization-kubeconfig=${layout.kubeconfig(access)}`,
    ...serving(input, ports.adapter),
    `--audit-policy-file=${layout.adapterAuditPolicy}`,
    `--audit-log-path=${layout.adapterAuditLog}`,
  ];
};

const kubeStateMetrics = ({ layout, ports }: ArgumentInput): string[] => [
  `--kubeconfig=${layout.kubeconfig('kube-state-metrics')}`,
  `--host=${LOOPBACK}`,
  `--port=${ports.kubeStateMetrics}`,
  `--telemetry-host=${LOOPBACK}`,
  `--telemetry-port=${ports.kubeStateMetricsOwn}`,
  // Its other collectors need rights and memory that nothing here has a use for.
  '--resources=deployments,horizontalpodautoscalers,nodes,pods,replicasets',
];

export const ARGUMENTS: Readonly<Record<Component, (input: ArgumentInput) => string[]>> = {
  etcd,
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  prometheus,
  adapter,
  'kube-state-metrics': kubeStateMetrics,
};
