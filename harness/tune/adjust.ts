// The same scenario with another load or other nodes: every rate times a factor, the node pool resized.

import { perSecond, seconds } from '../../model/units.ts';
import type { RateCurve, Scenario } from '../../scenarios/scenario.ts';

export interface Adjustment {
  /** Times the rate of every stream. */
  readonly load: number;
  /** Node counts; absent = the scenario's. */
  readonly nodes?: { readonly min: number; readonly max: number };
}

/** The parser writes the point at 0 that a surge leaves out, so a multiple of its points is a multiple everywhere. */
const scaled = (surge: RateCurve | null, factor: number): RateCurve =>
  surge === null
    ? { between: 'step', points: [[seconds(0), perSecond(factor)]] }
    : { ...surge, points: surge.points.map(([at, rate]) => [at, perSecond(rate * factor)]) };

/** @example adjusted(scenario, { load: 1.5 }) // half as many calls again, at the same instants of day */
export const adjusted = (scenario: Scenario, { load, nodes }: Adjustment): Scenario => ({
  ...scenario,
  traffic:
    load === 1
      ? scenario.traffic
      : scenario.traffic.map((traffic) => ({ ...traffic, surge: scaled(traffic.surge, load) })),
  nodes:
    nodes === undefined
      ? scenario.nodes
      : { ...scenario.nodes, min: nodes.min, warm: Math.max(scenario.nodes.warm, nodes.min), max: nodes.max },
});
