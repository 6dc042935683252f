// From the service section of a scenario to what the fleet acts on: parameter set, GPU speed and cap applied.

import { TestbedError } from '../model/errors.ts';
import { serviceLawOf } from '../model/service-law.ts';
import type { ServiceLaw } from '../model/service-time.ts';
import { GPU_SPEED, SERVICE_LAWS } from '../model/service-time.ts';
import type { ServiceSettings, Traffic } from '../scenarios/scenario.ts';
import type { FleetSettings } from './service/fleet.ts';

/** The law on the scenario's GPU. Throws SCENARIO_INVALID for an unknown parameter set or GPU. */
export const serviceLaw = (service: ServiceSettings): ServiceLaw => {
  const law = serviceLawOf(service);
  if (law === null) {
    const [field, value, known] =
      SERVICE_LAWS[service.calibration] === undefined
        ? ['calibration', service.calibration, SERVICE_LAWS]
        : ['gpu', service.gpu, GPU_SPEED];
    throw new TestbedError('SCENARIO_INVALID', `service.${field}: unknown value ${JSON.stringify(value)}`, {
      hint: `use one of ${Object.keys(known).join(', ')}`,
    });
  }
  return law;
};

/** @param traffic whose callers' conduct counts; none for questions about callers that wait (capacity) */
export const fleetSettings = (
  service: ServiceSettings,
  balancerSeed: number,
  traffic: readonly Traffic[] = [],
): FleetSettings => ({
  law: serviceLaw(service),
  balancer: service.balancer,
  queueAt: service.queueAt,
  queueLimit: service.queueLimit,
  timeout: service.timeout,
  retries: service.retries,
  countStreamsAsRequests: service.countStreamsAsRequests,
  ...(service.connections === undefined ? {} : { connections: service.connections }),
  ...(service.abandonedWork === undefined ? {} : { abandonedWork: service.abandonedWork }),
  conduct: Object.fromEntries(traffic.flatMap(({ name, conduct }) => (conduct === undefined ? [] : [[name, conduct]]))),
  balancerSeed,
});
