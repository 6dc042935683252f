// The same scenario with another load, other nodes, or nodes that are lost: every rate times a factor, the node pool resized.

import { perSecond, seconds } from '../../model/units.ts';
import type { Intervention } from '../../sim/known-inputs.ts';
import type { RateCurve, Scenario } from '../../scenarios/scenario.ts';

export interface Adjustment {
  /** Times the rate of every stream. */
  readonly load: number;
  /** Node counts; absent = the scenario's. */
  readonly nodes?: { readonly min: number; readonly max: number };
  /** Nodes lost at once, those of the oldest Ready pods; absent = none. */
  readonly lost?: { readonly nodes: number; readonly atMillis: number };
}

/** The parser writes the point at 0 that a surge leaves out, so a multiple of its points is a multiple everywhere. */
const scaled = (surge: RateCurve | null, factor: number): RateCurve =>
  surge === null
    ? { between: 'step', points: [[seconds(0), perSecond(factor)]] }
    : { ...surge, points: surge.points.map(([at, rate]) => [at, perSecond(rate * factor)]) };

/** What is lost, as something done to the simulation from outside. */
export const interventionsOf = ({ lost }: Adjustment): readonly Intervention[] =>
  Array.from({ length: lost?.nodes ?? 0 }, () => ({
    atMillis: lost!.atMillis,
    kind: 'cluster',
    input: { kind: 'node-lost', node: null, cause: 'the plan asks' },
  }));

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
