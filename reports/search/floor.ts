// The clairvoyant policy of scoring.md section 7: replicas as the load needs them, instant by instant, neither early nor
// late. What it pays is the floor under every setting that keeps the promise.

import type { StepFunction } from '../stats/step-function.ts';
import { area, stepFunction } from '../stats/step-function.ts';

export interface Floor {
  /** Money for nodes; it misses no call, and its metrics are not counted. */
  readonly costPerHour: number;
  /** Nodes on average. */
  readonly nodes: number;
}

export interface FloorInput {
  /** The fewest that keep the promise, over time. */
  readonly replicas: StepFunction;
  readonly untilMillis: number;
  readonly replicasPerNode: number;
  /** Nodes that are paid for in any case. */
  readonly leastNodes: number;
  readonly pricePerNodeHour: number;
}

/** @example floorOf({ replicas: stepFunction([[0, 3]]), untilMillis: 1000, replicasPerNode: 2, leastNodes: 0, pricePerNodeHour: 1 }).nodes // 2 */
export const floorOf = ({
  replicas,
  untilMillis,
  replicasPerNode,
  leastNodes,
  pricePerNodeHour,
}: FloorInput): Floor => {
  const nodes = stepFunction(
    replicas.at.map((t, i) => [t, Math.max(leastNodes, Math.ceil(replicas.value[i]! / replicasPerNode))] as const),
  );
  const mean = area(nodes, 0, untilMillis) / untilMillis;
  return { nodes: mean, costPerHour: mean * pricePerNodeHour };
};
