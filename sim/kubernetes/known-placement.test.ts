import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import type { ClusterConfig } from './cluster-interface.ts';
import { drive } from './drive.ts';
import { exampleCluster } from './example-cluster.test-support.ts';

const scale = (at: number, replicas: number) =>
  ({ at, input: { kind: 'scale', replicas, by: 'somebody' } as const }) as const;

/** [instant, pod] at which discovery hears that a pod has no target any more; a deleted pod has nothing in service from 20 s on. */
const removals = (config: ClusterConfig, at: number): unknown =>
  drive(config, [scale(0, 2), scale(at, 1)], { untilMillis: 60_000, idleAt: () => 20_000 }).outputs.flatMap(
    ({ at: instant, output }) => (output.kind === 'target-removed' ? [[instant, output.pod]] : []),
  );

describe('discovery of terminating pods', () => {
  it('keeps them with role pod until their object is gone, and drops them with role endpoints when they are deleted', () => {
    expect(removals(exampleCluster(), 15_000)).toEqual([[20_310, 1]]);
    expect(removals(exampleCluster({ cluster: { targetsLeave: 'deleted' } }), 15_000)).toEqual([[15_010, 1]]);
  });

  it('never has a pod with role endpoints that was deleted before it was seen to run', () => {
    // The container of pod 1 starts at 1.015 s and is noticed half a second later.
    expect(removals(exampleCluster({ cluster: { targetsLeave: 'deleted' } }), 1200)).toEqual([]);
  });
});

describe('recorded placement', () => {
  it('decides which of several waiting pods takes a node that comes, whatever their order', () => {
    const recorded = {
      pods: [{}, { node: 'second' }, { node: 'first' }],
      nodes: [
        { name: 'start' },
        { name: 'first', provisionMillis: 10_000 },
        { name: 'second', provisionMillis: 20_000 },
      ],
    };
    const config = exampleCluster({
      nodes: { gpusPerNode: 1, initial: 1, min: 1, max: 3, podHold: seconds(0) },
      cluster: { recorded },
    });
    const scheduled = drive(config, [scale(0, 3)], { untilMillis: 60_000 }).life.flatMap((e) =>
      e.subject === 'pod' && e.event === 'scheduled' && e.t > 0 ? [[e.ordinal, e.node, e.t]] : [],
    );
    // Requested by the scan at 5 s.
    expect(scheduled).toEqual([
      [2, 'first', 15_005],
      [1, 'second', 25_005],
    ]);
  });
});
