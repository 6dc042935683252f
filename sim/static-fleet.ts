// Service alone: a fixed number of pods that run from the origin, no scraping, no scaling. The fast simulation behind
// the capacity curve and the theory suite; it is made of the same engine, traffic and fleet as the whole world.

import type { RequestTable } from '../model/record.ts';
import type { Schedule } from '../model/schedule.ts';
import { Engine } from './engine/engine.ts';
import { assertConservation, assertLittle } from './invariants.ts';
import type { FleetSettings } from './service/fleet.ts';
import { playTraffic } from './hops/traffic.ts';

export interface StaticRun {
  readonly requests: RequestTable;
  readonly events: number;
  /** Last instant that was simulated. */
  readonly endMillis: number;
  /** Integral of the number in the system, request-milliseconds. */
  readonly inSystemMillis: number;
}

/**
 * Runs until the last request is over, or to `untilMillis`. Asserts conservation and Little's identity.
 *
 * @param pods number of pods, ≥ 0
 */
export const simulateStaticFleet = (
  schedule: Schedule,
  settings: FleetSettings,
  pods: number,
  untilMillis = Infinity,
): StaticRun => {
  const engine = new Engine();
  const fleet = playTraffic(engine, schedule, settings, () => undefined);
  for (let pod = 0; pod < pods; pod++) {
    fleet.containerStarts(pod, true);
    fleet.join(0, pod);
  }
  engine.run(untilMillis, () => fleet.arrived === schedule.count && fleet.inSystem === 0);
  const endMillis = untilMillis === Infinity ? engine.now : Math.max(engine.now, untilMillis);
  const inSystemMillis = fleet.inSystemMillis(endMillis);
  assertConservation(fleet);
  assertLittle(fleet.requests, fleet.arrived, inSystemMillis, endMillis);
  return { requests: fleet.requests, events: engine.handled, endMillis, inSystemMillis };
};
