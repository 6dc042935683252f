import { describe, expect, it } from 'vitest';
import { millis, seconds } from '../../model/units.ts';
import { exampleCluster, probe } from '../../sim/kubernetes/example-cluster.test-support.ts';
import type { ClusterConfig } from '../../sim/kubernetes/index.ts';
import type { KubeletInput, KubeletOutput } from './kubelet-machine.ts';
import { KubeletMachine } from './kubelet-machine.ts';

interface Driven {
  readonly machine: KubeletMachine;
  /** [instant in ms, name, event] */
  readonly life: readonly (readonly [number, string, string])[];
  readonly outputs: readonly { readonly at: number; readonly output: KubeletOutput }[];
}

/**
 * Runs the machine under virtual time with containers that behave: they start when they are told to, load their model in
 * the time they are told, are healthy from then on, and end 50 ms after SIGTERM.
 */
const drive = (
  config: ClusterConfig,
  given: readonly (readonly [at: number, input: KubeletInput])[],
  until: number,
): Driven => {
  const machine = new KubeletMachine(config);
  const queue = given.map(([at, input], order) => ({ at, order, input }));
  const life: [number, string, string][] = [];
  const outputs: { at: number; output: KubeletOutput }[] = [];
  const loaded = new Set<number>();
  let order = queue.length;
  const later = (at: number, input: KubeletInput): void => {
    queue.push({ at, order: order++, input });
  };
  for (;;) {
    queue.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = queue.shift();
    if (next === undefined || next.at > until) return { machine, life, outputs };
    if (next.input.kind === 'model-ready') loaded.add(next.input.pod);
    for (const output of machine.step(next.input, millis(next.at))) {
      outputs.push({ at: next.at, output });
      switch (output.kind) {
        case 'life':
          life.push([output.event.t, output.event.name, output.event.event]);
          break;
        case 'timer':
          later(output.atMillis, { kind: 'timer', timer: output.timer });
          break;
        case 'start-container':
          loaded.delete(output.pod);
          later(output.startAtMillis, { kind: 'container-started', pod: output.pod });
          later(output.startAtMillis + output.modelLoadMillis, { kind: 'model-ready', pod: output.pod });
          break;
        case 'probe':
          later(next.at, { kind: 'probe-result', pod: output.pod, probe: output.probe, ok: loaded.has(output.pod) });
          break;
        case 'terminate':
          later(next.at + 50, { kind: 'container-exited', pod: output.pod });
          break;
        default:
      }
    }
  }
};

const created = (name: string): KubeletInput => ({ kind: 'pod-created', name, uid: `uid-${name}`, cause: 'a test' });
const bound = (pod: number, node: string): KubeletInput => ({ kind: 'pod-bound', pod, node });
const of = (driven: Driven, name: string) =>
  driven.life.flatMap(([at, who, event]) => (who === name ? [[at, event] as const] : []));

const NONE_AT_FIRST = { cluster: { initialReplicas: 0 } } as const;

describe('the kubelet under controllers from outside', () => {
  it('takes a pod from bound to Ready by its draws and probes, and to the end by grace, exit and a last deletion', () => {
    const driven = drive(
      exampleCluster(NONE_AT_FIRST),
      [
        [0, { kind: 'nodes-of-the-start' }],
        [1000, { kind: 'begin' }],
        [2000, created('a')],
        [2005, bound(0, 'asr-gpu-0')],
        // A watch repeats itself: nothing happens twice.
        [2006, bound(0, 'asr-gpu-0')],
        [14_000, { kind: 'endpoint', pod: 0, ready: true }],
        [20_000, { kind: 'pod-deleting', pod: 0, grace: seconds(30), cause: 'scaled down' }],
        [20_001, { kind: 'pod-deleting', pod: 0, grace: seconds(30), cause: 'scaled down' }],
        [20_006, { kind: 'endpoint', pod: 0, ready: false }],
        [20_360, { kind: 'pod-gone', pod: 0, cause: 'removed' }],
      ],
      30_000,
    );
    // Container 1 s after admission, noticed 0.5 s later; the model takes 4 s, so the probe ten seconds later passes.
    expect(of(driven, 'a')).toEqual([
      [2000, 'created'],
      [2005, 'scheduled'],
      [3005, 'container-started'],
      [3505, 'running'],
      [7005, 'model-ready'],
      [13_505, 'ready'],
      [14_000, 'endpoint-ready'],
      [20_000, 'deleting'],
      [20_006, 'endpoint-gone'],
      [20_050, 'container-exited'],
      [20_360, 'gone'],
    ]);
    const told = driven.outputs.flatMap(({ at, output }) =>
      ['join', 'leave', 'terminate', 'delete-object'].includes(output.kind) ? [[at, output.kind]] : [],
    );
    expect(told).toEqual([
      [14_000, 'join'],
      [20_000, 'terminate'],
      [20_006, 'leave'],
      [20_350, 'delete-object'],
    ]);
  });

  it('lets the preStop sleep pass before SIGTERM and kills when the grace is over', () => {
    const driven = drive(
      exampleCluster({ ...NONE_AT_FIRST, deployment: { preStop: seconds(5) } }),
      [
        [0, { kind: 'nodes-of-the-start' }],
        [0, created('a')],
        [0, bound(0, 'asr-gpu-0')],
        [20_000, { kind: 'pod-deleting', pod: 0, grace: seconds(5), cause: 'scaled down' }],
      ],
      40_000,
    );
    const ends = driven.outputs.flatMap(({ at, output }) =>
      output.kind === 'terminate' || output.kind === 'kill' ? [[at, output.kind]] : [],
    );
    expect(ends).toEqual([
      [25_000, 'terminate'],
      [25_000, 'kill'],
    ]);
  });

  it('starts a pod of the start quickly, image present, and without the initial delay of its probes', () => {
    const driven = drive(
      exampleCluster({ deployment: { readiness: probe(30, 120) } }),
      [
        [0, { kind: 'nodes-of-the-start' }],
        [100, created('a')],
        [100, bound(0, 'asr-gpu-0')],
        [1400, { kind: 'endpoint', pod: 0, ready: true }],
        [1500, { kind: 'begin' }],
      ],
      2000,
    );
    expect(of(driven, 'a')).toEqual([
      [100, 'created'],
      [100, 'scheduled'],
      [300, 'container-started'],
      [800, 'model-ready'],
      [1300, 'running'],
      [1300, 'ready'],
      [1400, 'endpoint-ready'],
    ]);
    const causes = driven.outputs.flatMap(({ output }) => (output.kind === 'life' ? [output.event.cause] : []));
    expect(new Set(causes)).toEqual(new Set(['there at the start of the run']));
  });

  it('requests a node for an unschedulable pod at a scan, has it after the draw, and removes it when it stayed empty', () => {
    const driven = drive(
      exampleCluster({ ...NONE_AT_FIRST, nodes: { gpusPerNode: 1 } }),
      [
        [0, { kind: 'nodes-of-the-start' }],
        // Scans at 6 s (phase 5 s after the beginning), 16 s, 26 s, …
        [1000, { kind: 'begin' }],
        [2000, created('a')],
        [2005, bound(0, 'asr-gpu-0')],
        [3000, created('b')],
        [
          3005,
          { kind: 'pod-unschedulable', pod: 1, message: '0/1 nodes are available: 1 Insufficient nvidia.com/gpu' },
        ],
        [66_010, bound(1, 'asr-gpu-1')],
        [80_000, { kind: 'pod-deleting', pod: 1, grace: seconds(30), cause: 'scaled down' }],
        [80_400, { kind: 'pod-gone', pod: 1, cause: 'removed' }],
      ],
      200_000,
    );
    expect(driven.life.filter(([, name]) => name.startsWith('asr-gpu'))).toEqual([
      [0, 'asr-gpu-0', 'added'],
      [6000, 'asr-gpu-1', 'requested'],
      [66_000, 'asr-gpu-1', 'added'],
      [116_000, 'asr-gpu-1', 'removed'],
    ]);
    expect(of(driven, 'b').slice(0, 3)).toEqual([
      [3000, 'created'],
      [3005, 'unschedulable'],
      [66_010, 'scheduled'],
    ]);
  });

  it('counts a node of the start as empty from the beginning of the run', () => {
    const driven = drive(
      exampleCluster({ ...NONE_AT_FIRST, nodes: { initial: 2, min: 1 } }),
      [
        [0, { kind: 'nodes-of-the-start' }],
        // Scans at 15 s, 25 s, 35 s (empty for 25 s then), 45 s.
        [10_000, { kind: 'begin' }],
      ],
      60_000,
    );
    expect(driven.life).toEqual([
      [0, 'asr-gpu-0', 'added'],
      [0, 'asr-gpu-1', 'added'],
      [45_000, 'asr-gpu-1', 'removed'],
    ]);
  });

  it('restarts a crashed container at once, then after 10 s: the same pod, a new container', () => {
    const crash: KubeletInput = { kind: 'container-died', pod: 0, cause: 'its process ended by itself' };
    const driven = drive(
      exampleCluster(NONE_AT_FIRST),
      [
        [0, { kind: 'nodes-of-the-start' }],
        [0, created('a')],
        [0, bound(0, 'asr-gpu-0')],
        [30_000, crash],
        [60_000, crash],
      ],
      72_000,
    );
    // Not restarted before it is noticed, 0.5 s after the exit; each start takes 1 s.
    expect(of(driven, 'a').slice(6)).toEqual([
      [30_000, 'container-exited'],
      [30_500, 'not-ready'],
      [30_500, 'restarting'],
      [31_500, 'container-started'],
      [32_000, 'running'],
      [35_500, 'model-ready'],
      [42_000, 'ready'],
      [60_000, 'container-exited'],
      [60_500, 'not-ready'],
      [70_000, 'restarting'],
      [71_000, 'container-started'],
      [71_500, 'running'],
    ]);
    expect(driven.machine.alive(0)?.restarts).toBe(2);
  });

  it('kills the container of an object that is removed without grace', () => {
    const driven = drive(
      exampleCluster(NONE_AT_FIRST),
      [
        [0, { kind: 'nodes-of-the-start' }],
        [0, created('a')],
        [0, bound(0, 'asr-gpu-0')],
        [20_000, { kind: 'pod-gone', pod: 0, cause: 'killed' }],
      ],
      60_000,
    );
    expect(of(driven, 'a').slice(6)).toEqual([
      [20_000, 'deleting'],
      [20_000, 'container-exited'],
      [20_000, 'gone'],
    ]);
    expect(driven.outputs.filter(({ output }) => output.kind === 'kill')).toEqual([
      { at: 20_000, output: { kind: 'kill', pod: 0, cause: 'killed' } },
    ]);
    expect(driven.machine.alive(0)).toBeUndefined();
  });

  it('leaves what the real controllers do to them', () => {
    const driven = drive(
      exampleCluster(NONE_AT_FIRST),
      [
        [0, { kind: 'nodes-of-the-start' }],
        [0, created('a')],
        [20_000, { kind: 'pod-gone', pod: 0, cause: 'killed' }],
      ],
      60_000,
    );
    const timers = driven.outputs.flatMap(({ output }) => (output.kind === 'timer' ? [output.timer.of] : []));
    expect(timers).toEqual(['gone']);
  });
});
