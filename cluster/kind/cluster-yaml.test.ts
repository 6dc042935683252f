import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { smallPlatform, smallScenario } from '../local/small-world.test-support.ts';
import { clusterYaml } from './cluster-yaml.ts';

interface Shown {
  readonly kubeadmConfigPatches: readonly string[];
  readonly nodes: readonly { readonly kubeadmConfigPatches: readonly string[] }[];
}

describe("kind's configuration of a scenario", () => {
  const scenario = smallScenario(1, 60);
  const yaml = clusterYaml({
    scenario: {
      ...scenario,
      nodes: {
        ...scenario.nodes,
        labels: { pool: 'speech' },
        taints: [
          { key: 'nvidia.com/gpu', effect: 'NoSchedule' },
          { key: 'spot', effect: 'NoExecute' },
        ],
      },
    },
    platform: smallPlatform(4),
    workers: 2,
    folder: '/state/mounted',
  });
  const shown = parse(yaml) as Shown;

  it('has a control plane with what is mounted and workers that look like a GPU pool', () => {
    const worker = {
      role: 'worker',
      labels: { 'nvidia.com/gpu.present': 'true', 'nvidia.com/gpu.product': 'NVIDIA-L40S', pool: 'speech' },
    };
    expect(parse(yaml)).toMatchObject({
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      name: 'surgelab',
      nodes: [
        {
          role: 'control-plane',
          extraMounts: [{ hostPath: '/state/mounted', containerPath: '/surgelab', readOnly: true }],
        },
        worker,
        worker,
      ],
    });
    expect(
      shown.nodes.slice(1).map(({ kubeadmConfigPatches }) => kubeadmConfigPatches.map((each) => parse(each) as object)),
    ).toEqual(
      Array.from({ length: 2 }, () => [
        {
          kind: 'JoinConfiguration',
          nodeRegistration: {
            taints: [
              { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
              { key: 'spot', effect: 'NoExecute' },
            ],
          },
        },
      ]),
    );
  });

  it('gives the HPA controller the periods of the platform, and the API server an audit log', () => {
    const patches = shown.kubeadmConfigPatches.map((each) => parse(each) as object);
    expect(patches).toMatchObject([
      { kind: 'KubeletConfiguration', failCgroupV1: false, nodeStatusUpdateFrequency: '1s' },
      {
        kind: 'ClusterConfiguration',
        apiServer: {
          extraArgs: [
            { name: 'audit-policy-file', value: '/etc/surgelab/audit-policy.yaml' },
            { name: 'audit-log-path', value: '/var/log/surgelab/audit.log' },
            { name: 'audit-log-maxsize', value: '100000' },
          ],
        },
        controllerManager: {
          extraArgs: [
            { name: 'leader-elect', value: 'false' },
            { name: 'horizontal-pod-autoscaler-sync-period', value: '5s' },
            { name: 'horizontal-pod-autoscaler-tolerance', value: '0.1' },
            { name: 'horizontal-pod-autoscaler-downscale-stabilization', value: '10s' },
          ],
        },
        scheduler: {
          extraEnvs: [{ name: 'GOGC', value: '30' }],
          extraArgs: [{ name: 'leader-elect', value: 'false' }],
        },
      },
    ]);
  });
});
