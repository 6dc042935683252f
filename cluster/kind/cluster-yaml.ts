// kind's configuration file of a scenario: a control plane with the scenario's controller settings and an audit log, and
// GPU workers with their labels and taint. Pure.

import { stringify } from 'yaml';
import { formatDuration } from '../../model/duration.ts';
import type { ControllerSettings, Platform } from '../../model/platform.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { AUDIT_LOG, CLUSTER_NAME, LOG_FOLDER } from './names.ts';

export const GPU_TAINT = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const;

export interface ClusterYamlInput {
  readonly scenario: Scenario;
  readonly platform: Platform;
  readonly workers: number;
  /** Folder of this machine with `audit-policy.yaml`. */
  readonly folder: string;
}

/** Where the folder appears in the control plane's node. */
const MOUNT = '/surgelab';
const POLICY = '/etc/surgelab/audit-policy.yaml';

/** Arguments as kubeadm's lists of name and value. */
const named = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

/** Control planes of this size are mostly garbage: a third as much of it for a little more processor time. */
export const LEAN = [{ name: 'GOGC', value: '30' }];
/** There is one of each; a lease that was lost while the API server stood still would end them. */
const ALONE = { 'leader-elect': 'false' };

const clusterConfiguration = (controller: ControllerSettings) => ({
  kind: 'ClusterConfiguration',
  // Throw-away data: no fsync for every write.
  etcd: { local: { extraEnvs: LEAN, extraArgs: named({ 'unsafe-no-fsync': 'true' }) } },
  apiServer: {
    extraEnvs: LEAN,
    extraArgs: named({
      'audit-policy-file': POLICY,
      'audit-log-path': AUDIT_LOG,
      'audit-log-maxsize': '100000',
    }),
    extraVolumes: [
      {
        name: 'audit-policy',
        hostPath: `${MOUNT}/audit-policy.yaml`,
        mountPath: POLICY,
        readOnly: true,
        pathType: 'File',
      },
      {
        name: 'audit-log',
        hostPath: LOG_FOLDER,
        mountPath: LOG_FOLDER,
        pathType: 'DirectoryOrCreate',
      },
    ],
  },
  controllerManager: {
    extraEnvs: LEAN,
    extraArgs: named({
      ...ALONE,
      'horizontal-pod-autoscaler-sync-period': formatDuration(controller.syncPeriod),
      'horizontal-pod-autoscaler-tolerance': String(controller.tolerance),
      'horizontal-pod-autoscaler-downscale-stabilization': formatDuration(controller.downscaleStabilization),
    }),
  },
  scheduler: { extraEnvs: LEAN, extraArgs: named(ALONE) },
});

const KUBELET = {
  kind: 'KubeletConfiguration',
  // Kubelets from 1.35 refuse a host with cgroups v1 unless told otherwise; without effect on v2.
  failCgroupV1: false,
  // A new card is allocatable at the next status update, by default up to 10 s later.
  nodeStatusUpdateFrequency: '1s',
};

/** Labels of every GPU node. */
export const gpuLabels = (
  { nodes, service }: Scenario,
  { deployment }: Platform,
): Readonly<Record<string, string>> => ({
  'nvidia.com/gpu.present': 'true',
  'nvidia.com/gpu.product': `NVIDIA-${service.gpu}`,
  ...(nodes.labels ?? deployment.nodeSelector),
});

export const clusterYaml = ({ scenario, platform, workers, folder }: ClusterYamlInput): string => {
  const taints = [GPU_TAINT, ...(scenario.nodes.taints ?? []).filter(({ key }) => key !== GPU_TAINT.key)];
  const patch = (value: object): string => stringify(value);
  const worker = {
    role: 'worker',
    labels: gpuLabels(scenario, platform),
    kubeadmConfigPatches: [patch({ kind: 'JoinConfiguration', nodeRegistration: { taints } })],
  };
  return stringify(
    {
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      name: CLUSTER_NAME,
      kubeadmConfigPatches: [patch(KUBELET), patch(clusterConfiguration(platform.controller))],
      nodes: [
        {
          role: 'control-plane',
          kubeadmConfigPatches: [patch({ kind: 'InitConfiguration', nodeRegistration: { taints: [] } })],
          extraMounts: [{ hostPath: folder, containerPath: MOUNT, readOnly: true }],
        },
        ...Array.from({ length: workers }, () => worker),
      ],
    },
    { aliasDuplicateObjects: false },
  );
};
