// What each GPU type carries and costs: capacity curves, live sessions per replica, the cheapest instance with the card.

import type { ServiceSettings } from '../../scenarios/scenario.ts';
import { GPU_SPEED } from '../../model/service-time.ts';
import type { PlanInput } from '../../reports/plan/plan.ts';
import { sessionsPerReplica } from '../../reports/plan/sessions.ts';
import { serviceLaw } from '../../sim/fleet-settings.ts';
import { instancePrice } from '../../sim/prometheus/cost/prices.ts';

/** The cheapest EC2 instance with the card (metrics-path.md 2.5). */
const INSTANCE_OF: Readonly<Record<string, string>> = {
  T4: 'g4dn.xlarge',
  A10G: 'g5.xlarge',
  L4: 'g6.xlarge',
  L40S: 'g6e.xlarge',
};

/** @param byGpu curves of capacity, one per seed */
export const offersOf = (
  byGpu: ReadonlyMap<string, readonly (readonly number[])[]>,
  service: ServiceSettings,
): PlanInput['offers'] =>
  [...byGpu].map(([gpu, curves]) => {
    const instance = INSTANCE_OF[gpu] ?? null;
    const price = instance === null ? undefined : instancePrice(instance);
    return {
      gpu,
      basis: GPU_SPEED[gpu]!.basis,
      curves,
      sessionsPerReplica: sessionsPerReplica(serviceLaw({ ...service, gpu }).stream),
      instance,
      pricePerHour: price?.usd ?? null,
      source: price?.source ?? '',
    };
  });
