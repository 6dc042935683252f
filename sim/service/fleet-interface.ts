// The words between a fleet and those who drive it: what it is set to, what it asks for, and the table it fills.

import type { Conduct } from '../../model/conduct.ts';
import type { RequestTable } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import type { ServiceSettings } from '../../scenarios/scenario.ts';

/** The part of the scenario's service section that callers and balancer act on. */
export type FleetSettings = Pick<
  ServiceSettings,
  | 'balancer'
  | 'queueAt'
  | 'queueLimit'
  | 'timeout'
  | 'retries'
  | 'countStreamsAsRequests'
  | 'connections'
  | 'abandonedWork'
> & {
  /** GPU speed and cap already applied. */
  readonly law: ServiceLaw;
  /** Seed of the random policies. */
  readonly balancerSeed: number;
  /** By name of the traffic stream; callers of a stream that is not named stay until they are answered. */
  readonly conduct?: Readonly<Record<string, Conduct>>;
};

/** What the fleet asks its driver for. */
export interface FleetAgenda {
  /** Call `completions(pod)` at this instant instead of the one asked for before; Infinity = never. */
  readonly completions: (pod: number, atMillis: number) => void;
  readonly retry: (request: number, atMillis: number) => void;
  readonly deadline: (atMillis: number) => void;
  /** The patience of a caller ends, or it cuts its live session. */
  readonly leave: (request: number, atMillis: number, why: Leaving) => void;
  /** Nothing is on a watched pod any more. */
  readonly idle: (pod: number) => void;
}

export type Leaving = 'hangup' | 'cut';

const UNFINISHED = OUTCOMES.indexOf('unfinished');

/** An empty table. Intended is the schedule's own column, and so is sent where nothing is sent late: no copies. */
export const requestsOf = ({ count, offsetMillis }: Schedule, sentMillis: Float64Array): RequestTable => ({
  count,
  intendedMillis: offsetMillis,
  sentMillis,
  admittedMillis: new Float64Array(count).fill(NaN),
  firstResultMillis: new Float64Array(count).fill(NaN),
  doneMillis: new Float64Array(count).fill(NaN),
  outcome: new Uint8Array(count).fill(UNFINISHED),
  failure: new Uint8Array(count),
  pod: new Int32Array(count).fill(-1),
  attempts: new Uint8Array(count),
  lagSeconds: new Float64Array(count).fill(NaN),
});
