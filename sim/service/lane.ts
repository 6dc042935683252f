// Batch requests and live sessions have places and queues of their own: a lane is the queue in front, the pods that may be
// chosen, and the choice among them. Who goes where when is the fleet's business.

import type { Choose } from './balancer.ts';
import { chooser, mulberry32 } from './balancer.ts';
import { EndpointSet } from './endpoint-set.ts';
import { Fifo } from './fifo.ts';
import type { FleetSettings } from './fleet-interface.ts';
import type { Worker } from './worker.ts';

export interface Lane {
  readonly queue: Fifo;
  readonly endpoints: EndpointSet;
  readonly choose: Choose;
  readonly loadOf: (worker: Worker) => number;
}

/** @param ordinal tells the draws of the lanes apart */
export const newLane = (
  { queueAt, balancer, balancerSeed }: FleetSettings,
  cap: number,
  ordinal: number,
  loadOf: Lane['loadOf'],
): Lane => ({
  queue: new Fifo(),
  endpoints: new EndpointSet(queueAt === 'front' ? cap : Infinity),
  choose: chooser(balancer, mulberry32(balancerSeed + ordinal)),
  loadOf,
});
