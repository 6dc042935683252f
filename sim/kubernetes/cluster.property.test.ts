import { describe, it, expect } from 'vitest';
import fc from 'fast-check';
import type { ClusterInput } from './cluster-interface.ts';
import type { TimedInput } from './drive.ts';
import { drive } from './drive.ts';
import { exampleCluster, probe } from './example-cluster.test-support.ts';
import { seconds } from '../../model/units.ts';
import { nodeViews, podViews, scaleView } from './views.ts';

const CALM_MILLIS = 400_000;
const END_MILLIS = CALM_MILLIS + 600_000;

const input: fc.Arbitrary<ClusterInput> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('scale'), replicas: fc.nat(12), by: fc.constant('a law') }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pod-kill', pod: null, cause: 'a law' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('container-died'), pod: fc.nat(15), cause: fc.constant('a law') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('node-lost'),
      node: fc.constant('asr-gpu-1'),
      cause: fc.constant('a law'),
    }),
  },
);
const inputs: fc.Arbitrary<readonly TimedInput[]> = fc.array(fc.record({ at: fc.nat(CALM_MILLIS), input }), {
  maxLength: 12,
});

/** Everything random, two cards a node, six nodes: any of the replica counts can be had. */
const world = (seed: number, gpusPerNode: number) =>
  exampleCluster({
    deployment: { liveness: probe(10, 0, 3), terminationGrace: seconds(20) },
    nodes: { gpusPerNode, max: Math.ceil(16 / gpusPerNode), provision: { kind: 'uniform', min: 10, max: 90 } },
    cluster: {
      seed,
      initialReplicas: 2,
      startup: {
        containerStart: { kind: 'uniform', min: 0.5, max: 3 },
        imagePull: { kind: 'exponential', mean: 5 },
        modelLoad: { kind: 'lognormal', median: 10, sigma: 0.5 },
      },
      delays: {
        replicaSet: { kind: 'lognormal', median: 0.012, sigma: 0.5 },
        createBatch: { kind: 'fixed', value: 0.007 },
        schedule: { kind: 'exponential', mean: 0.006 },
        endpoints: { kind: 'exponential', mean: 0.01 },
        endpointGone: { kind: 'exponential', mean: 0.01 },
        notice: { kind: 'uniform', min: 0, max: 1 },
        podGone: { kind: 'uniform', min: 0, max: 1 },
      },
    },
  });

const idleAt = (pod: number, now: number): number => now + ((pod * 7919) % 30_000);

describe('the cluster, whatever happens to it', () => {
  it('never runs more pods on a node than it has cards, and gives no pod two states', () => {
    fc.assert(
      fc.property(inputs, fc.nat(1000), fc.constantFrom(1, 2, 4), (given, seed, gpus) => {
        drive(world(seed, gpus), given, {
          untilMillis: END_MILLIS,
          idleAt,
          watch: (cluster) => {
            for (const node of nodeViews(cluster)) expect(node.pods).toBeLessThanOrEqual(gpus);
            const onNodes = nodeViews(cluster).reduce((sum, node) => sum + node.pods, 0);
            expect(onNodes).toBe(podViews(cluster).filter((pod) => pod.node !== null && pod.phase !== 'Failed').length);
          },
        });
      }),
      { numRuns: 60 },
    );
  });

  it('comes to the replicas asked for, all Ready and in the balancer, when it is left alone', () => {
    fc.assert(
      fc.property(inputs, fc.nat(1000), (given, seed) => {
        const { cluster, outputs } = drive(world(seed, 2), given, { untilMillis: END_MILLIS, idleAt });
        const asked = scaleView(cluster).specReplicas;
        const pods = podViews(cluster);
        expect(pods.map((pod) => [pod.ready, pod.terminating])).toEqual(Array(asked).fill([true, false]));
        const joined = new Set<number>();
        for (const { output } of outputs) {
          if (output.kind === 'join') {
            expect(joined.has(output.pod)).toBe(false);
            joined.add(output.pod);
          }
          if (output.kind === 'leave') expect(joined.delete(output.pod)).toBe(true);
        }
        expect([...joined].sort((a, b) => a - b)).toEqual(pods.map((pod) => pod.ordinal));
      }),
      { numRuns: 60 },
    );
  });

  it('loses no pod: each created one is there or gone, each start of a container has its end or still runs', () => {
    fc.assert(
      fc.property(inputs, fc.nat(1000), (given, seed) => {
        const { cluster, life, outputs } = drive(world(seed, 2), given, { untilMillis: END_MILLIS, idleAt });
        const count = (event: string): number => life.filter((e) => e.event === event).length;
        expect(count('created')).toBe(count('gone') + podViews(cluster).length);
        const targets = (kind: string): number => outputs.filter(({ output }) => output.kind === kind).length;
        // The two initial pods were there without a start.
        expect(targets('start-container') + 2).toBe(count('container-exited') + podViews(cluster).length);
        expect(targets('target-added') - targets('target-removed')).toBe(podViews(cluster).length);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same outputs for the same seed', () => {
    fc.assert(
      fc.property(inputs, fc.nat(1000), (given, seed) => {
        const once = drive(world(seed, 2), given, { untilMillis: END_MILLIS, idleAt }).outputs;
        expect(drive(world(seed, 2), given, { untilMillis: END_MILLIS, idleAt }).outputs).toEqual(once);
      }),
      { numRuns: 10 },
    );
  });

  it('draws by ordinal: a pod has the same name, start and model load whatever was asked for before', () => {
    const startOf = (given: readonly TimedInput[]) =>
      drive(world(5, 16), given, { untilMillis: CALM_MILLIS, idleAt })
        .outputs.flatMap(({ at, output }) =>
          output.kind === 'start-container'
            ? [[output.name, output.modelLoadMillis, output.startAtMillis - at] as const]
            : [],
        )
        .map(([name, load, delay]) => [name, load.toFixed(6), delay.toFixed(6)]);
    const scale = (at: number, replicas: number): TimedInput => ({
      at,
      input: { kind: 'scale', replicas, by: 'a law' },
    });
    const inOneStep = startOf([scale(100_000, 8)]);
    expect(startOf([scale(50_000, 4), scale(200_000, 8)])).toEqual(inOneStep);
  });
});
