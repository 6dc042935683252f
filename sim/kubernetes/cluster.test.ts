import { describe, it, expect } from 'vitest';
import type { ClusterInput } from './cluster-interface.ts';
import type { DriveOptions, Driven, TimedInput } from './drive.ts';
import { drive } from './drive.ts';
import type { ExampleChanges } from './example-cluster.test-support.ts';
import { exampleCluster, fixed, probe } from './example-cluster.test-support.ts';
import { seconds } from '../../model/units.ts';
import { nodeViews, podViews, scaleView } from './views.ts';

const at = (ms: number, input: ClusterInput): TimedInput => ({ at: ms, input });
const scale = (ms: number, replicas: number): TimedInput => at(ms, { kind: 'scale', replicas, by: 'HPA asr' });

const run = (
  changes: ExampleChanges,
  inputs: readonly TimedInput[],
  untilMillis: number,
  options: Partial<DriveOptions> = {},
) => drive(exampleCluster(changes), inputs, { untilMillis, ...options });

/** [instant, event] of one pod, without what was there at the start. */
const lifeOf = (driven: Driven, pod: number): readonly (readonly [number, string])[] =>
  driven.life.flatMap((e) => (e.subject === 'pod' && e.ordinal === pod && e.t > 0 ? [[e.t, e.event] as const] : []));
const nodeLife = (driven: Driven): readonly (readonly [number, string, string])[] =>
  driven.life.flatMap((e) => (e.subject === 'node' ? [[e.t, e.name, e.event] as const] : []));
const causeOf = (driven: Driven, pod: number, event: string): string | undefined =>
  driven.life.find((e) => e.subject === 'pod' && e.ordinal === pod && e.event === event && e.t > 0)?.cause;
const outputs = (driven: Driven, kind: string): readonly (readonly [number, number])[] =>
  driven.outputs.flatMap(({ at: t, output }) =>
    output.kind === kind && 'pod' in output && t > 0 ? [[t, output.pod] as const] : [],
  );

describe('scale-up', () => {
  it('walks a pod from the PUT to the balancer, each hop with its delay', () => {
    const driven = run({}, [scale(1000, 2)], 30_000);
    expect(lifeOf(driven, 1)).toEqual([
      [1010, 'created'],
      [1015, 'scheduled'],
      [2015, 'container-started'],
      [2515, 'running'],
      [6015, 'model-ready'],
      [12_515, 'ready'], // the grid counts from running: 2.515 s found it loading, 12.515 s is the next tick
      [12_525, 'endpoint-ready'],
    ]);
    expect(outputs(driven, 'join')).toEqual([[12_525, 1]]);
    expect(outputs(driven, 'target-added')).toEqual([[2515, 1]]);
    expect(causeOf(driven, 1, 'created')).toBe('scaled from 1 to 2 by HPA asr');
  });

  it('creates in slow-start batches of 1, 2, 4, …, each after the answer to the one before', () => {
    const driven = run({ nodes: { gpusPerNode: 20 } }, [scale(1000, 9)], 2000);
    expect(driven.life.flatMap((e) => (e.event === 'created' && e.t > 0 ? [e.t] : []))).toEqual([
      1010, 1015, 1015, 1020, 1020, 1020, 1020, 1025,
    ]);
  });

  it('sees a scale that comes between two batches only when the last batch is answered', () => {
    const driven = run({ nodes: { gpusPerNode: 20 } }, [scale(1000, 5), scale(1012, 1)], 5000);
    expect(driven.life.flatMap((e) => (e.event === 'created' && e.t > 0 ? [e.t] : []))).toEqual([
      1010, 1015, 1015, 1020,
    ]);
    expect(driven.life.flatMap((e) => (e.event === 'deleting' ? [e.t] : []))).toEqual([1030, 1030, 1030, 1030]);
    expect(scaleView(driven.cluster)).toEqual({ specReplicas: 1, statusReplicas: 1, selector: { app: 'asr' } });
  });

  it('downloads the image once per node, and the second pod waits for it', () => {
    const config = exampleCluster({ nodes: { gpusPerNode: 2 }, cluster: { initialReplicas: 2 } });
    const driven = drive({ ...config, startup: { ...config.startup, imagePull: fixed(100) } }, [scale(1000, 4)], {
      untilMillis: 400_000,
    });
    // Node 1 appears at 65 s (scan at 5 s + 60 s) and both pods are bound 5 ms later.
    expect([2, 3].map((pod) => lifeOf(driven, pod).find(([, e]) => e === 'container-started'))).toEqual([
      [166_005, 'container-started'],
      [166_005, 'container-started'],
    ]);
  });
});

describe('readiness', () => {
  it('meets worked vector S9: 30 s grid from admission, no probe before 30 s of container life, ready at 82.9', () => {
    const config = exampleCluster({
      deployment: { readiness: probe(30, 30) },
      cluster: { probeGrid: 'admission', containers: 'real', epochMillis: 0 },
    });
    // PUT at 22.885: admitted at 22.9; the container runs from 27.4 and its model is loaded at 71.0.
    const inputs = [
      scale(22_885, 2),
      at(27_400, { kind: 'container-started', pod: 1 }),
      at(71_000, { kind: 'model-ready', pod: 1 }),
    ];
    const real = drive(config, inputs, { untilMillis: 120_000 });
    // At 52.9 the container is 52.9 − 27 = 25 whole seconds old: skipped.
    expect(outputs(real, 'probe').filter(([, pod]) => pod === 1)).toEqual([
      [82_900, 1],
      [112_900, 1],
    ]);
    const virtual = drive(
      {
        ...config,
        containers: 'virtual',
        startup: { ...config.startup, containerStart: fixed(4.5), modelLoad: fixed(43.6) },
      },
      [scale(22_885, 2)],
      { untilMillis: 120_000 },
    );
    expect(lifeOf(virtual, 1)).toEqual([
      [22_895, 'created'],
      [22_900, 'scheduled'],
      [27_400, 'container-started'],
      [27_900, 'running'],
      [71_000, 'model-ready'],
      [82_900, 'ready'],
      [82_910, 'endpoint-ready'],
    ]);
  });

  it('counts the initial delay in whole seconds from the container start rounded down', () => {
    // Container start 2.015 s, first probe at 2.515: 0 s old; ticks at 12.515 (10 whole seconds: 12.515 − 2 ≥ 10).
    const driven = run({ deployment: { readiness: probe(10, 10) } }, [scale(1000, 2)], 60_000);
    expect(lifeOf(driven, 1).find(([, e]) => e === 'ready')).toEqual([12_515, 'ready']);
    const later = run({ deployment: { readiness: probe(10, 11) } }, [scale(1000, 2)], 60_000);
    expect(lifeOf(later, 1).find(([, e]) => e === 'ready')).toEqual([22_515, 'ready']);
  });

  it('without a readiness probe comes with the kubelet noticing the container', () => {
    const driven = run({ deployment: { readiness: null } }, [scale(1000, 2)], 60_000);
    expect(lifeOf(driven, 1).find(([, e]) => e === 'ready')).toEqual([2515, 'ready']);
  });

  it('waits for the startup probe, whose success triggers it at once', () => {
    const driven = run(
      { deployment: { startup: probe(3, 0, 100) }, cluster: { healthWhileLoading: false } },
      [scale(1000, 2)],
      60_000,
    );
    // Startup ticks at 2.515, 5.515, 8.515; the model is loaded at 6.015.
    expect(lifeOf(driven, 1).find(([, e]) => e === 'ready')).toEqual([8515, 'ready']);
  });

  it('lost after failureThreshold failures takes the pod out, and one success brings it back', () => {
    const results = [true, false, false, false, true];
    const inputs = [
      scale(1000, 2),
      at(2000, { kind: 'container-started', pod: 1 }),
      at(3000, { kind: 'model-ready', pod: 1 }),
    ];
    const answers = results.map((ok, i) =>
      at(12_600 + i * 10_000, { kind: 'probe-result', pod: 1, probe: 'readiness', ok }),
    );
    const driven = run({ cluster: { containers: 'real' } }, [...inputs, ...answers], 70_000);
    expect(lifeOf(driven, 1).slice(5)).toEqual([
      [12_600, 'ready'],
      [12_610, 'endpoint-ready'],
      [42_600, 'not-ready'],
      [42_610, 'endpoint-gone'],
      [52_600, 'ready'],
      [52_610, 'endpoint-ready'],
    ]);
  });
});

describe('liveness', () => {
  it('restarts a pod whose /health is silent while the model loads, again and again with back-off', () => {
    const config = exampleCluster({
      deployment: { liveness: probe(10, 0, 3) },
      cluster: { healthWhileLoading: false, initialReplicas: 1 },
    });
    const driven = drive({ ...config, startup: { ...config.startup, modelLoad: fixed(100) } }, [scale(1000, 2)], {
      untilMillis: 90_000,
    });
    expect(lifeOf(driven, 1)).toEqual([
      [1010, 'created'],
      [1015, 'scheduled'],
      [2015, 'container-started'],
      [2515, 'running'],
      // Ticks from admission: 11.015, 21.015, 31.015; SIGTERM, and with nothing in service gone after 200 ms.
      [31_215, 'container-exited'],
      [31_715, 'restarting'], // noticed after 0.5 s, first back-off 0
      [32_715, 'container-started'],
      [33_215, 'running'],
      [61_215, 'container-exited'],
      [71_215, 'restarting'], // second back-off 10 s
      [72_215, 'container-started'],
      [72_715, 'running'],
    ]);
    expect(causeOf(driven, 1, 'restarting')).toBe('3 liveness probes failed in a row while its model was loading');
    expect(podViews(driven.cluster)[1]).toMatchObject({ restarts: 2, ready: false, phase: 'Running' });
  });
});

describe('the end of a pod', () => {
  const draining = (idleAt: (now: number) => number, changes: ExampleChanges = {}) =>
    run({ ...changes, cluster: { ...changes.cluster, initialReplicas: 2 } }, [scale(1000, 1)], 60_000, {
      idleAt: (_, now) => idleAt(now),
    });
  const victim = (driven: Driven): number =>
    driven.life.find((e) => e.event === 'deleting')!.t === 1010 ? outputs(driven, 'terminate')[0]![1] : NaN;

  it('with nothing in service comes at the 200 ms poll', () => {
    const driven = draining((now) => now);
    expect(lifeOf(driven, victim(driven))).toEqual([
      [1010, 'deleting'],
      [1020, 'endpoint-gone'],
      [1210, 'container-exited'],
      [1510, 'gone'],
    ]);
    expect(outputs(driven, 'await-idle')).toEqual([[1020, victim(driven)]]);
    expect(outputs(driven, 'target-removed')).toEqual([[1510, victim(driven)]]);
  });

  it('waits for its requests, to the next 50 ms poll', () => {
    const driven = draining(() => 3001);
    expect(lifeOf(driven, victim(driven)).slice(2)).toEqual([
      [3010, 'container-exited'],
      [3310, 'gone'],
    ]);
    const exact = draining(() => 3010);
    expect(lifeOf(exact, victim(exact))[2]).toEqual([3010, 'container-exited']);
  });

  it('is a kill when the grace is over, preStop included', () => {
    const driven = draining(() => 50_000, { deployment: { preStop: seconds(5) } });
    const pod = victim(driven);
    expect(outputs(driven, 'terminate')).toEqual([[6010, pod]]);
    expect(outputs(driven, 'kill')).toEqual([[31_010, pod]]);
    expect(lifeOf(driven, pod).slice(2)).toEqual([
      [31_010, 'container-exited'],
      [31_310, 'gone'],
    ]);
    expect(causeOf(driven, pod, 'container-exited')).toBe('killed: grace of 30.0 s is over');
  });

  it('before the container started is immediate, and unbound pods vanish without a kubelet', () => {
    const driven = run({ nodes: { autoscale: false } }, [scale(1000, 3), scale(1500, 1)], 10_000);
    expect(lifeOf(driven, 2)).toEqual([
      [1015, 'created'],
      [1020, 'unschedulable'],
      [1510, 'deleting'],
      [1510, 'gone'],
    ]);
    expect(lifeOf(driven, 1)).toEqual([
      [1010, 'created'],
      [1015, 'scheduled'],
      [1510, 'deleting'],
      [1510, 'container-exited'],
      [1810, 'gone'],
    ]);
  });

  it('by a kill with grace 0 leaves the balancer some ms later and is replaced', () => {
    const driven = run({}, [at(5000, { kind: 'pod-kill', pod: null, cause: 'fault' })], 7000);
    expect(lifeOf(driven, 0)).toEqual([
      [5000, 'deleting'],
      [5000, 'container-exited'],
      [5000, 'gone'],
      [5010, 'endpoint-gone'],
    ]);
    expect(lifeOf(driven, 1).slice(0, 2)).toEqual([
      [5010, 'created'],
      [5015, 'scheduled'],
    ]);
    expect(causeOf(driven, 1, 'created')).toMatch(/^replaces asr-[4-9bcdf]+-.{5}: fault$/);
  });

  it('of a container alone keeps the pod: it starts again after the back-off', () => {
    const driven = run({}, [at(5000, { kind: 'container-died', pod: 0, cause: 'crash' })], 30_000);
    expect(lifeOf(driven, 0)).toEqual([
      [5000, 'container-exited'],
      [5500, 'not-ready'],
      [5500, 'restarting'],
      [5510, 'endpoint-gone'],
      [6500, 'container-started'],
      [7000, 'running'],
      [10_500, 'model-ready'],
      [17_000, 'ready'],
      [17_010, 'endpoint-ready'],
    ]);
  });
});

describe('cards and nodes', () => {
  it('requests a node for pods without a card, and binds them when it is there', () => {
    const driven = run({}, [scale(1000, 3)], 80_000);
    expect(nodeLife(driven)).toEqual([
      [0, 'asr-gpu-0', 'added'],
      [5000, 'asr-gpu-1', 'requested'],
      [65_000, 'asr-gpu-1', 'added'],
    ]);
    expect(lifeOf(driven, 2).slice(0, 3)).toEqual([
      [1015, 'created'],
      [1020, 'unschedulable'],
      [65_005, 'scheduled'],
    ]);
    expect(causeOf(driven, 2, 'unschedulable')).toBe('0/1 nodes are available: 1 Insufficient nvidia.com/gpu');
  });

  it('asks for no more than its quota and says so', () => {
    const driven = run({}, [scale(1000, 12)], 200_000);
    expect(nodeLife(driven).map(([, name]) => name)).toEqual([
      'asr-gpu-0',
      'asr-gpu-1',
      'asr-gpu-2',
      'asr-gpu-1',
      'asr-gpu-2',
    ]);
    expect(driven.life.find((e) => e.event === 'requested')?.cause).toBe(
      '10 pods without a card; quota of 3 nodes leaves 2 of 5',
    );
    expect(podViews(driven.cluster).filter((pod) => pod.node === null)).toHaveLength(6);
  });

  it('holds pending pods back before they count', () => {
    const driven = run({ nodes: { podHold: seconds(30) } }, [scale(1000, 3)], 80_000);
    expect(nodeLife(driven)[1]).toEqual([35_000, 'asr-gpu-1', 'requested']);
  });

  it('removes a node that stayed empty, down to its minimum, never one with a pod', () => {
    const driven = run({}, [scale(1000, 4), scale(100_000, 1)], 200_000);
    const [survivor] = podViews(driven.cluster);
    expect(nodeViews(driven.cluster)).toEqual([{ name: survivor!.node, gpus: 2, gpusRequested: 1, pods: 1 }]);
    expect(nodeLife(driven).at(-1)).toEqual([135_000, expect.any(String), 'removed']);
  });

  it('gives the card of a pod away when its object is gone, not when it is told to go', () => {
    const driven = run(
      { nodes: { autoscale: false, gpusPerNode: 1 } },
      [scale(1000, 2), at(2000, { kind: 'pod-kill', pod: 0, cause: 'fault' })],
      10_000,
    );
    expect(lifeOf(driven, 1)).toContainEqual([2005, 'scheduled']);
  });

  it('does not see cards if pods request none: all land on the one node (trap A5)', () => {
    const driven = run({ deployment: { gpusPerPod: 0 } }, [scale(1000, 9)], 60_000);
    expect(nodeViews(driven.cluster)).toEqual([{ name: 'asr-gpu-0', gpus: 2, gpusRequested: 0, pods: 9 }]);
    expect(nodeLife(driven)).toEqual([[0, 'asr-gpu-0', 'added']]);
  });

  it.each([
    [
      'a selector that the pool does not carry',
      { deployment: { nodeSelector: { gpu: 'l4' } } },
      /affinity\/selector \(gpu=l4\)/,
    ],
    [
      'a taint nobody tolerates',
      { nodes: { taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }] } },
      /untolerated taint/,
    ],
    [
      'more cards than a node has',
      { deployment: { gpusPerPod: 4 } },
      /Insufficient nvidia.com\/gpu \(4 asked, a node has 2\)/,
    ],
  ] satisfies [string, ExampleChanges, RegExp][])(
    'leaves pods pending with the reason, and asks for no node: %s',
    (_, changes, why) => {
      const driven = run(changes, [scale(1000, 2)], 60_000);
      expect(causeOf(driven, 1, 'unschedulable')).toMatch(why);
      expect(nodeLife(driven)).toHaveLength(1);
    },
  );

  it('tolerated taints and matching labels are no obstacle', () => {
    const driven = run(
      {
        deployment: { nodeSelector: { gpu: 'l4' }, tolerations: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }] },
        nodes: { labels: { gpu: 'l4' }, taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }] },
      },
      [scale(1000, 2)],
      60_000,
    );
    expect(lifeOf(driven, 1)).toContainEqual([1015, 'scheduled']);
  });

  it('loses the node of the oldest Ready pod where none is named', () => {
    const driven = run({}, [at(5000, { kind: 'node-lost', node: null, cause: 'asked' })], 7000);
    expect(nodeLife(driven)).toContainEqual([5000, 'asr-gpu-0', 'lost']);
    expect(lifeOf(driven, 0)).toContainEqual([5000, 'container-exited']);
  });

  it('replaces the pods of a spot node that is taken away', () => {
    const driven = run({ nodes: { min: 0, spotLife: fixed(50) } }, [], 200_000);
    expect(nodeLife(driven)).toEqual([
      [0, 'asr-gpu-0', 'added'],
      [50_000, 'asr-gpu-0', 'lost'],
      [55_000, 'asr-gpu-1', 'requested'],
      [115_000, 'asr-gpu-1', 'added'],
      [165_000, 'asr-gpu-1', 'lost'],
      [175_000, 'asr-gpu-2', 'requested'],
    ]);
    expect(lifeOf(driven, 0).map(([, e]) => e)).toEqual(['deleting', 'container-exited', 'gone', 'endpoint-gone']);
  });
});

describe('the start', () => {
  it('has the initial pods Ready and in the balancer at once', () => {
    const { outputs: given } = run({ cluster: { initialReplicas: 2 } }, [], 0);
    expect(given.filter(({ output }) => output.kind === 'join').map(({ at: t }) => t)).toEqual([0, 0]);
  });

  it('or starts them quickly, for real containers, before the load', () => {
    const driven = drive(exampleCluster({ cluster: { initialPods: 'starting' } }), [], {
      startMillis: -20_000,
      untilMillis: 0,
    });
    expect(driven.life.map((e) => [e.t, e.event])).toEqual([
      [-20_000, 'added'],
      [-20_000, 'created'],
      [-19_995, 'scheduled'],
      [-19_795, 'container-started'],
      [-19_295, 'model-ready'],
      [-19_295, 'running'],
      [-19_295, 'ready'],
      [-19_285, 'endpoint-ready'],
    ]);
  });

  it('puts real containers to work on their reports alone', () => {
    const driven = run({ cluster: { containers: 'real' } }, [scale(1000, 2)], 30_000);
    expect(lifeOf(driven, 1)).toEqual([
      [1010, 'created'],
      [1015, 'scheduled'],
    ]);
    expect(driven.outputs.find(({ output }) => output.kind === 'start-container')?.output).toMatchObject({
      pod: 1,
      startAtMillis: 2015,
      modelLoadMillis: 4000,
    });
  });
});
