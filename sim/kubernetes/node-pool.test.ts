import { describe, expect, it } from 'vitest';
import { millis, seconds } from '../../model/units.ts';
import { parseScenario } from '../../scenarios/parse.ts';
import { smallPlatform } from '../small-world.test-support.ts';
import type { ClusterInput } from './cluster-interface.ts';
import { clusterConfig } from './config.ts';
import type { Driven } from './drive.ts';
import { drive } from './drive.ts';
import type { ExampleChanges } from './example-cluster.test-support.ts';
import { exampleCluster, fixed } from './example-cluster.test-support.ts';

const scale = (at: number, replicas: number) => ({
  at: millis(at),
  input: { kind: 'scale', replicas, by: 'HPA asr' } satisfies ClusterInput,
});

const run = (changes: ExampleChanges, inputs: ReturnType<typeof scale>[], untilMillis: number): Driven =>
  drive(exampleCluster(changes), inputs, { untilMillis });

/** [at, node, event, cause] of every node after the start. */
const nodesOf = ({ life }: Driven): unknown[] =>
  life.flatMap((e) => (e.subject === 'node' && e.t > 0 ? [[e.t, e.name, e.event, e.cause]] : []));

describe('the node autoscaler', () => {
  it('keeps a spare node ready: asked for at the first look, and again when a pod takes it', () => {
    // Two cards on each node, one pod on the first; scans at 5, 15, … s, a node takes 60 s.
    const driven = run({ nodes: { spare: 1 } }, [scale(80_000, 3)], 200_000);
    expect(nodesOf(driven)).toEqual([
      [5000, 'asr-gpu-1', 'requested', 'keeps 1 spare'],
      [65_000, 'asr-gpu-1', 'added', 'schedulable 60.0 s after it was requested'],
      // Both new pods are bound at once, one of them to the spare node.
      [85_000, 'asr-gpu-2', 'requested', 'keeps 1 spare'],
      [145_000, 'asr-gpu-2', 'added', 'schedulable 60.0 s after it was requested'],
    ]);
    expect(driven.life.filter(({ event }) => event === 'unschedulable')).toEqual([]);
  });

  it('removes what is beyond the reserve, not the reserve', () => {
    const driven = run({ nodes: { initial: 3, min: 0, spare: 1 } }, [], 200_000);
    expect(nodesOf(driven)).toEqual([[35_000, 'asr-gpu-2', 'removed', 'empty for 35.0 s']]);
  });

  it('has no reserve beyond its quota, and says so', () => {
    const driven = run({ nodes: { spare: 4 } }, [], 10_000);
    expect(nodesOf(driven)).toEqual([
      [5000, 'asr-gpu-1', 'requested', 'keeps 4 spare; quota of 3 nodes leaves 2 of 4'],
      [5000, 'asr-gpu-2', 'requested', 'keeps 4 spare; quota of 3 nodes leaves 2 of 4'],
    ]);
  });

  it('replaces a spot node of the minimum although no pod waits for it', () => {
    const driven = run({ nodes: { initial: 2, min: 2, spotLife: fixed(50) }, cluster: { seed: 3 } }, [], 100_000);
    expect(nodesOf(driven)).toEqual([
      [50_000, 'asr-gpu-0', 'lost', 'spot capacity taken back'],
      [50_000, 'asr-gpu-1', 'lost', 'spot capacity taken back'],
      [55_000, 'asr-gpu-2', 'requested', '1 pod without a card'],
      [55_000, 'asr-gpu-3', 'requested', '1 pod without a card'],
    ]);
  });
});

describe('the model of a pod', () => {
  /** From the container's start to its model, ms, of four pods that start together on this many nodes. */
  const loads = (cache: 'pod' | 'node' | 'shared', initialReplicas: number, nodes = 4): number[] => {
    const config = exampleCluster({
      nodes: { gpusPerNode: 8, initial: nodes, max: nodes },
      cluster: { initialReplicas, initialPods: 'ready' },
    });
    const startup = { ...config.startup, modelDownload: fixed(300), modelCache: cache };
    const driven = drive({ ...config, startup }, [scale(1000, initialReplicas + 4)], { untilMillis: 400_000 });
    return [0, 1, 2, 3].map((i) => {
      const of = (event: string): number =>
        driven.life.find((e) => e.subject === 'pod' && e.ordinal === initialReplicas + i && e.event === event)?.t ??
        NaN;
      return of('model-ready') - of('container-started');
    });
  };

  it('is downloaded by every container where nothing keeps it', () => {
    expect(loads('pod', 0)).toEqual([304_000, 304_000, 304_000, 304_000]);
  });

  it('is downloaded once per node where the node keeps it: the second pod waits for the rest', () => {
    expect(loads('node', 0)).toEqual([304_000, 304_000, 304_000, 304_000]);
    // Containers start 5 ms apart in the batches 1, 2, 4; all wait for the download of the first.
    expect(loads('node', 0, 1)).toEqual([304_000, 303_995, 303_995, 303_990]);
    // A pod that was there at the start has its node's model.
    expect(loads('node', 1, 1)).toEqual([4000, 4000, 4000, 4000]);
  });

  it('is downloaded once in all on a shared volume, and is there if a pod was', () => {
    expect(loads('shared', 0)).toEqual([304_000, 303_995, 303_995, 303_990]);
    expect(loads('shared', 1)).toEqual([4000, 4000, 4000, 4000]);
  });
});

describe('nodes of a scenario', () => {
  const file = (nodes: string, startup = '{}'): string =>
    `{name: a, duration: 30m, traffic: [{name: i, audio: 5s, arrivals: {kind: poisson, rate: 6/s}}], nodes: ${nodes}, startup: ${startup}}`;
  const platform = smallPlatform();
  const configOf = (nodes: string, startup?: string) =>
    clusterConfig(platform, parseScenario('s.yaml', file(nodes, startup)));

  it('reach the machine: labels, taints, spot, reserve, phase, hold', () => {
    const { nodes } = configOf(
      '{labels: {gpu: l4}, taints: [{key: nvidia.com/gpu}], spotLife: 2h, spare: 2, scanPhase: 3s, podHold: 5s}',
    );
    expect(nodes).toMatchObject({
      labels: { gpu: 'l4' },
      taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }],
      spotLife: { kind: 'fixed', value: 7200 },
      spare: 2,
      scanPhase: 3,
      podHold: 5,
    });
  });

  it('carry what the Deployment selects, no taint and no end, unless told otherwise', () => {
    const selecting = { ...platform, deployment: { ...platform.deployment, nodeSelector: { gpu: 'l4' } } };
    const { nodes } = clusterConfig(selecting, parseScenario('s.yaml', file('{}')));
    expect(nodes).toMatchObject({ labels: { gpu: 'l4' }, taints: [], spotLife: null, spare: 0, podHold: seconds(30) });
    expect(nodes.scanPhase).toBeLessThan(10);
  });

  it('and the model’s download and cache', () => {
    expect(configOf('{}', '{modelDownload: 5m, modelCache: node}').startup).toMatchObject({
      modelDownload: { kind: 'fixed', value: 300 },
      modelCache: 'node',
    });
    expect('modelDownload' in configOf('{}').startup).toBe(false);
  });

  it('with a taint nobody tolerates leave new pods pending with the reason', () => {
    const config = configOf('{taints: [{key: nvidia.com/gpu}], warm: 1}');
    const driven = drive({ ...config, initialReplicas: 0 }, [scale(1000, 1)], { untilMillis: 60_000 });
    expect(driven.life.filter((e) => e.event === 'unschedulable').map(({ cause }) => cause)).toEqual([
      '0/1 nodes are available: node(s) had untolerated taint {nvidia.com/gpu}',
    ]);
  });
});
