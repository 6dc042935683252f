// Synthetic load for the theory suite: Poisson arrivals and drawn service times as a schedule, and the settings that turn
// the production fleet into the station of a textbook. What is measured and expected is in theory-cases.ts.

import type { Distribution } from '../../model/distribution.ts';
import { sampler } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import type { Schedule } from '../../model/schedule.ts';
import { emptySchedule } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import type { FleetSettings } from '../../sim/service/fleet.ts';

/** One second per second of audio for a lone request, shared equally: a = 0, b = 1, no fixed part. */
const unitLaw = (cap: number): ServiceLaw => ({
  ...SERVICE_LAWS['pulse-pro-l40s']!,
  name: 'unit',
  batch: { a: seconds(0), b: seconds(1), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(1), cap },
});

/** A station: `servers` pods with one place each and a FIFO queue in front of at most `queueLimit`. */
export const firstComeFirstServed = (queueLimit: number | null): FleetSettings => ({
  law: unitLaw(1),
  balancer: 'least-requests',
  queueAt: 'front',
  queueLimit,
  timeout: null,
  retries: null,
  countStreamsAsRequests: false,
  balancerSeed: 1,
});

/** One pod that serves everybody at once. */
export const PROCESSOR_SHARING: FleetSettings = { ...firstComeFirstServed(null), law: unitLaw(Infinity) };

/** `jobs` Poisson arrivals at λ per second with service times in seconds; the audio length is the service time. */
export const poissonJobs = (
  jobs: number,
  lambda: number,
  service: Distribution,
  seed: number,
  cause: string,
): Schedule => {
  const schedule = emptySchedule(jobs, millis((jobs / lambda) * 1000), ['jobs']);
  const gap = sampler({ kind: 'exponential', mean: 1000 / lambda }, stream(seed, cause, 'arrivals'));
  const length = sampler(service, stream(seed, cause, 'service'));
  let at = 0;
  for (let i = 0; i < jobs; i++) {
    schedule.offsetMillis[i] = at += gap();
    schedule.audioSeconds[i] = length();
  }
  return schedule;
};

/** Jobs at given instants with given service times, both in seconds. */
export const givenJobs = (jobs: readonly (readonly [at: number, service: number])[]): Schedule => {
  const schedule = emptySchedule(jobs.length, millis(0), ['jobs']);
  jobs.forEach(([at, service], i) => {
    schedule.offsetMillis[i] = at * 1000;
    schedule.audioSeconds[i] = service;
  });
  return schedule;
};
