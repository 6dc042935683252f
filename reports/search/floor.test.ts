import { describe, expect, it } from 'vitest';
import { stepFunction } from '../stats/step-function.ts';
import { floorOf } from './floor.ts';

describe('floorOf', () => {
  const input = {
    replicas: stepFunction([
      [0, 1],
      [1_800_000, 5],
    ]),
    untilMillis: 3_600_000,
    replicasPerNode: 2,
    leastNodes: 0,
    pricePerNodeHour: 3,
  };

  it('pays whole nodes for exactly as long as they are needed', () => {
    // Half an hour of 1 node, half an hour of 3.
    expect(floorOf(input)).toEqual({ nodes: 2, costPerHour: 6 });
  });

  it('pays for the nodes that stay in any case', () => {
    expect(floorOf({ ...input, leastNodes: 2 })).toEqual({ nodes: 2.5, costPerHour: 7.5 });
  });
});
