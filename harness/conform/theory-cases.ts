// The oracles of scoring.md 9.1 to 9.5 as data: what is run, what is measured on it, what theory says.
// How often a case is run and when it counts as agreeing is decided in theory.ts.

import type { Distribution } from '../../model/distribution.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { FleetSettings } from '../../sim/service/fleet.ts';
import type { StaticRun } from '../../sim/static-fleet.ts';
import { erlangB, mg1Wait, mmc, mmck } from './queueing.ts';
import { PROCESSOR_SHARING, firstComeFirstServed } from './theory-load.ts';

/** One run after its start was cut off. */
export interface Observed {
  readonly schedule: Schedule;
  readonly run: StaticRun;
  /** First request that is measured. */
  readonly from: number;
}

export interface Oracle {
  readonly name: string;
  readonly expected: number;
  /** The mean of a wait or stay (or their number, by Little's law), for which issue and scoring.md demand a precision. */
  readonly isMean: boolean;
  readonly measure: (observed: Observed) => number;
}

/** Random load on a station, with one or more oracles. */
export interface TheoryCase {
  readonly set: string;
  readonly id: string;
  readonly lambda: number;
  readonly service: Distribution;
  readonly servers: number;
  readonly settings: FleetSettings;
  /** Load per server: decides how many jobs a given precision needs (scoring.md 9.7). */
  readonly rho: number;
  readonly oracles: readonly Oracle[];
}

const OK = OUTCOMES.indexOf('ok');
const REFUSED = OUTCOMES.indexOf('refused');

const exponential = (mean: number): Distribution => ({ kind: 'exponential', mean });

/** Mean over the measured requests that were answered. */
const meanOver = (observed: Observed, of: (i: number) => number): number => {
  const { requests } = observed.run;
  let sum = 0;
  let count = 0;
  for (let i = observed.from; i < requests.count; i++) {
    if (requests.outcome[i] !== OK) continue;
    sum += of(i);
    count += 1;
  }
  return sum / count;
};

const waitSeconds = ({ run: { requests } }: Observed, i: number): number =>
  (requests.admittedMillis[i]! - requests.intendedMillis[i]!) / 1000;
const meanWait = (observed: Observed): number => meanOver(observed, (i) => waitSeconds(observed, i));

/** Share of the measured requests that were refused. */
const refusedShare = ({ run: { requests }, from }: Observed): number => {
  let refused = 0;
  for (let i = from; i < requests.count; i++) if (requests.outcome[i] === REFUSED) refused += 1;
  return refused / (requests.count - from);
};

/** Mean number waiting: sum of the waits over the time in which they arrived. */
const meanQueue = (observed: Observed): number => {
  const { requests } = observed.run;
  const span = (requests.intendedMillis[requests.count - 1]! - requests.intendedMillis[observed.from]!) / 1000;
  let waited = 0;
  for (let i = observed.from; i < requests.count; i++)
    if (requests.outcome[i] === OK) waited += waitSeconds(observed, i);
  return waited / span;
};

const mmcCase = (servers: number, lambda: number, mu: number): TheoryCase => {
  const theory = mmc(servers, lambda, mu);
  return {
    set: 'M/M/c',
    id: `c = ${servers}, λ = ${lambda}, μ = ${mu}`,
    lambda,
    service: exponential(1 / mu),
    servers,
    settings: firstComeFirstServed(null),
    rho: lambda / (servers * mu),
    oracles: [
      { name: 'W_q', isMean: true, expected: theory.meanWaitSeconds, measure: meanWait },
      { name: 'L_q', isMean: false, expected: theory.meanQueue, measure: meanQueue },
      {
        name: 'C',
        isMean: false,
        expected: theory.waits,
        measure: (o) => meanOver(o, (i) => (waitSeconds(o, i) > 0 ? 1 : 0)),
      },
      {
        name: 'P(W > 1/μ)',
        isMean: false,
        expected: theory.waitsLonger(1 / mu),
        measure: (o) => meanOver(o, (i) => (waitSeconds(o, i) > 1 / mu ? 1 : 0)),
      },
    ],
  };
};

const lossCase = (servers: number, places: number, lambda: number): TheoryCase => {
  const theory = mmck(servers, places, lambda, 1);
  const lossOnly = servers === places;
  return {
    set: lossOnly ? 'Erlang B' : 'M/M/c/K',
    id: lossOnly ? `c = ${servers}, a = ${lambda}` : `c = ${servers}, K = ${places}, λ = ${lambda}`,
    lambda,
    service: exponential(1),
    servers,
    settings: firstComeFirstServed(places - servers),
    // Losses keep the queue short: the correlation is that of a moderate load.
    rho: 0.7,
    oracles: [
      {
        name: 'P_B',
        isMean: false,
        expected: lossOnly ? erlangB(servers, lambda) : theory.blocked,
        measure: refusedShare,
      },
      ...(lossOnly
        ? []
        : [
            { name: 'L_q', isMean: false, expected: theory.meanQueue, measure: meanQueue },
            { name: 'W_q accepted', isMean: true, expected: theory.meanWaitSeconds, measure: meanWait },
          ]),
    ],
  };
};

/** Service times of mean 1 by name, with E[S²]. */
const SERVICES: Readonly<Record<string, { readonly of: Distribution; readonly square: number }>> = {
  deterministic: { of: { kind: 'fixed', value: 1 }, square: 1 },
  uniform: { of: { kind: 'uniform', min: 0, max: 2 }, square: 4 / 3 },
  'Erlang-2': { of: { kind: 'gamma', mean: 1, cv: Math.SQRT1_2 }, square: 1.5 },
  exponential: { of: exponential(1), square: 2 },
  lognormal: { of: { kind: 'lognormal', median: Math.exp(-0.5), sigma: 1 }, square: Math.E },
  'two-phase': {
    of: {
      kind: 'mixture',
      parts: [
        { weight: 0.9, of: exponential(0.5) },
        { weight: 0.1, of: exponential(5.5) },
      ],
    },
    square: 6.5,
  },
};

const mg1Case = (service: string, lambda: number): TheoryCase => {
  const { of, square } = SERVICES[service]!;
  return {
    set: 'M/G/1',
    id: `${service}, λ = ${lambda}`,
    lambda,
    service: of,
    servers: 1,
    settings: firstComeFirstServed(null),
    rho: lambda,
    oracles: [{ name: 'W_q', isMean: true, expected: mg1Wait(lambda, 1, square), measure: meanWait }],
  };
};

/** E[T | size x] = x/(1 − ρ) is linear in x, so the slowdown of the sizes near x, times x, estimates it without bias. */
const stayOfSize =
  (x: number) =>
  (observed: Observed): number => {
    const { requests } = observed.run;
    let sum = 0;
    let count = 0;
    for (let i = observed.from; i < requests.count; i++) {
      const size = observed.schedule.audioSeconds[i]!;
      if (size < 0.8 * x || size > 1.25 * x) continue;
      sum += (requests.doneMillis[i]! - requests.intendedMillis[i]!) / 1000 / size;
      count += 1;
    }
    return (x * sum) / count;
  };

const meanInSystem = ({ run }: Observed): number => run.inSystemMillis / run.endMillis;

/** Sizes of mean 1 except where the deterministic size itself has to be x. */
const sharingCase = (service: 'deterministic' | 'exponential' | 'lognormal', rho: number, x: number): TheoryCase => {
  const mean = service === 'deterministic' ? x : 1;
  return {
    set: 'M/G/1-PS',
    id: `${service}, ρ = ${rho}, x = ${x}`,
    lambda: rho / mean,
    service: service === 'deterministic' ? { kind: 'fixed', value: x } : SERVICES[service]!.of,
    servers: 1,
    settings: PROCESSOR_SHARING,
    rho,
    oracles: [
      { name: 'E[T | x]', isMean: true, expected: x / (1 - rho), measure: stayOfSize(x) },
      { name: 'E[N]', isMean: true, expected: rho / (1 - rho), measure: meanInSystem },
    ],
  };
};

/** Little's law, statistical rows of 9.5: L and W against theory; λ is what was put in. */
const littleCase = (servers: number, lambda: number, inSystem: number): TheoryCase => ({
  set: "Little's law",
  id: `M/M/${servers}, λ = ${lambda}`,
  lambda,
  service: exponential(1),
  servers,
  settings: firstComeFirstServed(null),
  rho: lambda / servers,
  oracles: [
    { name: 'L', isMean: true, expected: inSystem, measure: meanInSystem },
    {
      name: 'W',
      isMean: true,
      expected: inSystem / lambda,
      measure: (o) => meanOver(o, (i) => (o.run.requests.doneMillis[i]! - o.run.requests.intendedMillis[i]!) / 1000),
    },
  ],
});

export const THEORY_CASES: readonly TheoryCase[] = [
  mmcCase(1, 0.8, 1),
  mmcCase(3, 2, 1),
  mmcCase(10, 8, 1),
  mmcCase(20, 19, 1),
  mmcCase(4, 1.2, 0.4),
  lossCase(3, 3, 2),
  lossCase(10, 10, 8),
  lossCase(20, 20, 19),
  lossCase(1, 3, 1),
  lossCase(2, 4, 2),
  lossCase(4, 12, 5),
  mg1Case('deterministic', 0.8),
  mg1Case('deterministic', 0.95),
  mg1Case('uniform', 0.9),
  mg1Case('Erlang-2', 0.9),
  mg1Case('exponential', 0.8),
  mg1Case('lognormal', 0.6),
  mg1Case('two-phase', 0.7),
  ...(['deterministic', 'exponential', 'lognormal'] as const).flatMap((service) => [
    sharingCase(service, 0.5, 2),
    sharingCase(service, 0.8, 1),
    sharingCase(service, 0.9, 0.25),
  ]),
  littleCase(1, 0.8, 4),
  littleCase(3, 2, 26 / 9),
];
