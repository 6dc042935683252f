// What must hold in every run of everything; a run that breaks one stops with an error, for it would be a wrong answer.
// Takes the state at the end of a run; the monotone clock is asserted by the engine itself at every schedule.

import { OUTCOMES } from '../model/record.ts';
import type { RequestTable } from '../model/record.ts';
import { CompensatedSum } from './service/compensated-sum.ts';
import type { Fleet } from './service/fleet.ts';

const UNFINISHED = OUTCOMES.indexOf('unfinished');

/**
 * arrived = over + still in the system, the latter = in service (less those whose caller has left) + waiting + in back-off;
 * and none of them twice.
 */
export const assertConservation = (fleet: Fleet): void => {
  let unfinished = 0;
  for (let i = 0; i < fleet.arrived; i++) if (fleet.requests.outcome[i] === UNFINISHED) unfinished += 1;
  if (
    unfinished !== fleet.inSystem ||
    fleet.inService - fleet.orphans + fleet.waiting + fleet.backingOff !== fleet.inSystem
  ) {
    throw new Error(
      `conservation of requests is broken: ${fleet.inSystem} in the system, ${unfinished} without an outcome, ` +
        `${fleet.inService} in service (${fleet.orphans} without a caller), ${fleet.waiting} waiting, ${fleet.backingOff} in back-off`,
    );
  }
};

/** ∫N dt = Σ stays clipped to the run, relative to 1e-9 (scoring.md 9.5). */
export const assertLittle = (
  requests: RequestTable,
  arrived: number,
  inSystemMillis: number,
  endMillis: number,
): void => {
  const stays = new CompensatedSum();
  for (let i = 0; i < arrived; i++) {
    const done = requests.doneMillis[i]!;
    stays.add((Number.isNaN(done) ? endMillis : done) - requests.sentMillis[i]!);
  }
  if (Math.abs(stays.value - inSystemMillis) > 1e-9 * Math.max(1, inSystemMillis)) {
    throw new Error(
      `Little's law is broken: the integral of the number in the system is ${inSystemMillis} ms, the stays sum to ${stays.value} ms`,
    );
  }
};
