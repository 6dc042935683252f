// A service whose every instant can be told by hand, and rows for it.

import type { RequestKind, Schedule } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { RequestTable } from '../../model/record.ts';
import type { FleetSettings } from './fleet.ts';

/** One request at a time, a second per second of audio; one live session at a time. */
export const LAW: ServiceLaw = {
  name: 'test',
  basis: 'guess',
  batch: { a: seconds(0), b: seconds(1), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(1), cap: 1 },
  stream: { s0: seconds(0.01), s1: seconds(0), chunk: seconds(0.1), cap: 1 },
};

export const SETTINGS: FleetSettings = {
  law: LAW,
  balancer: 'least-requests',
  queueAt: 'front',
  queueLimit: null,
  timeout: null,
  retries: null,
  countStreamsAsRequests: false,
  balancerSeed: 1,
};

export const scheduleOf = (rows: readonly (readonly [at: number, audio: number, kind?: RequestKind])[]): Schedule =>
  scheduleFromRows(
    rows.map(([at, audio, kind = 'short'], index) => ({
      index,
      offsetMillis: millis(at),
      stream: 'all',
      kind,
      audioSeconds: seconds(audio),
      seed: index,
    })),
    millis(60_000),
  );

/** [outcome, pod, admitted, done, and what the tests are about] of every request. */
export const rowsOf = (requests: RequestTable, last: 'attempts' | 'lagSeconds'): unknown[] =>
  Array.from({ length: requests.count }, (_, i) => [
    OUTCOMES[requests.outcome[i]!],
    requests.pod[i],
    requests.admittedMillis[i],
    requests.doneMillis[i],
    requests[last][i],
  ]);
