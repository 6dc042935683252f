// The floor of a search: what a scaler would pay that knows the load beforehand, so that every replica it needs is ready at
// the very instant and leaves when nobody needs it. No setting of an HPA can be cheaper and keep the promise.

import { openSessions, sessionsPerReplica } from '../../reports/plan/sessions.ts';
import { idealReplicas } from '../../reports/plan/plan.ts';
import { scheduledLoad } from '../../reports/score/demand.ts';
import type { Floor } from '../../reports/search/floor.ts';
import { floorOf } from '../../reports/search/floor.ts';
import { capacityCurve } from '../../sim/capacity.ts';
import { fleetSettings, serviceLaw } from '../../sim/fleet-settings.ts';
import type { Question } from '../question.ts';
import { capacityQuestion, replicasPerNode } from '../simulate-question.ts';

/** On the schedule of the scenario's own seed. Null where no number of replicas is known to keep the promise. */
export const clairvoyantFloor = (question: Question): Floor | null => {
  const { scenario, schedule } = question;
  const asked = capacityQuestion(question);
  const law = serviceLaw(scenario.service);
  const conduct = Object.fromEntries(scenario.traffic.map((traffic) => [traffic.name, traffic.conduct]));
  const sessions = openSessions(schedule, conduct);
  const perReplica = sessionsPerReplica(law.stream);
  const curve = capacityCurve(schedule, fleetSettings(scenario.service, scenario.seed), asked);
  const idleMisses = curve !== null && (curve.capacity.at(-1) ?? 0) <= 0;
  if (idleMisses || (sessions !== null && perReplica < 1) || (curve === null && sessions === null)) return null;
  const load = scheduledLoad(schedule, law.batch, asked.windowMillis);
  return floorOf({
    replicas: idealReplicas({ load, sessions }, 1, curve?.capacity ?? [], perReplica),
    untilMillis: schedule.durationMillis,
    replicasPerNode: replicasPerNode(question),
    leastNodes: scenario.nodes.min,
    pricePerNodeHour: scenario.nodes.pricePerHour,
  });
};
