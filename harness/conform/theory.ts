// Plays the theory oracles on the production worker, balancer and engine, in independent replications, and judges them.
// Takes an effort; gives the same result type as the golden replays. Cases and closed forms: theory-cases.ts, queueing.ts.

import { meanOf } from '../../model/distribution.ts';
import { seedOf } from '../../model/rng.ts';
import type { Schedule } from '../../model/schedule.ts';
import { simulateStaticFleet } from '../../sim/static-fleet.ts';
import { controlledMean } from './control-variates.ts';
import type { ConformMismatch, ConformResult } from './result.ts';
import { SetTally, conformResult } from './result.ts';
import { PROCESSOR_SHARING, firstComeFirstServed, givenJobs, poissonJobs } from './theory-load.ts';
import type { Observed, Oracle, TheoryCase } from './theory-cases.ts';
import { THEORY_CASES } from './theory-cases.ts';

export interface TheoryEffort {
  /** Relative half-width of the 95 % interval of the case's first oracle, a mean wait or a mean stay. */
  readonly precision: number;
  /** Largest relative error of the oracles that are means of waits or stays. */
  readonly tolerance: number;
  /** Cases above this load are left out: they need many millions of jobs. */
  readonly maxRho: number;
  /** Whether a pilot run decides how many jobs reach the precision; else scoring.md 9.7 does, for M/M/1 of that load. */
  readonly pilot: boolean;
  readonly seed: number;
}

/** Seconds of work. */
export const QUICK_THEORY: TheoryEffort = { precision: 0.05, tolerance: 0.1, maxRho: 0.8, pilot: false, seed: 1 };
/** Minutes of work: every case, every mean within 1 %. */
export const FULL_THEORY: TheoryEffort = { precision: 0.004, tolerance: 0.01, maxRho: 0.95, pilot: true, seed: 1 };

/** Of the pilot: smaller ones underestimate the spread of a skewed mean. */
const PILOT_PRECISION = 0.02;

const MIN_REPLICATIONS = 20;
/** Keeps the columns of one replication below 150 MB. */
const MAX_JOBS = 1_000_000;
/** Jobs at the start of a replication that are not measured, as a share: the station starts empty. */
const WARM_UP_SHARE = 0.1;

/** Normal quantiles, two-sided: 95 % for one oracle, and for all of them at once (0.05 shared by 60, Bonferroni). */
const Z_ONE = 1.96;
const Z_ALL = 3.341;

/** Student's quantile from the normal one (Cornish-Fisher, within 0.5 % from 19 degrees of freedom on). */
const student = (z: number, df: number): number =>
  z + (z ** 3 + z) / (4 * df) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df ** 2);

/**
 * Arrivals for a 95 % half-width of `precision` of the mean wait in M/M/1 (scoring.md 9.7):
 * N = 1.96²·(2 + 5ρ − 4ρ² + ρ³)/(ρ·(1 − ρ)²·precision²).
 */
export const jobsNeeded = (rho: number, precision: number): number =>
  Math.ceil((1.96 ** 2 * (2 + 5 * rho - 4 * rho ** 2 + rho ** 3)) / (rho * (1 - rho) ** 2 * precision ** 2));

export interface Estimate {
  readonly oracle: Oracle;
  readonly mean: number;
  /** Standard error of the mean, from independent replications. */
  readonly error: number;
  readonly degreesOfFreedom: number;
}

/** Deviations of a replication's mean gap and mean service time, seconds, from what they are expected to be. */
const deviations = (of: TheoryCase, { count, offsetMillis, audioSeconds }: Schedule): readonly [number, number] => {
  let service = 0;
  for (let i = 0; i < count; i++) service += audioSeconds[i]!;
  return [offsetMillis[count - 1]! / 1000 / count - 1 / of.lambda, service / count - meanOf(of.service)];
};

/** Means of all oracles of a case, with control variates, over `jobs` measured jobs in all. */
const estimate = (of: TheoryCase, jobs: number, seed: number): Estimate[] => {
  const replications = Math.max(MIN_REPLICATIONS, Math.ceil(jobs / MAX_JOBS));
  const each = Math.ceil(jobs / replications / (1 - WARM_UP_SHARE));
  const values = of.oracles.map((): number[] => []);
  const controls: readonly [number[], number[]] = [[], []];
  for (let replication = 0; replication < replications; replication++) {
    const schedule = poissonJobs(each, of.lambda, of.service, seedOf(seed, 'theory', replication), of.id);
    const run = simulateStaticFleet(schedule, of.settings, of.servers);
    const observed: Observed = { schedule, run, from: Math.floor(WARM_UP_SHARE * each) };
    of.oracles.forEach((oracle, i) => values[i]!.push(oracle.measure(observed)));
    deviations(of, schedule).forEach((deviation, i) => controls[i]!.push(deviation));
  }
  return of.oracles.map((oracle, i) => ({ oracle, ...controlledMean(values[i]!, controls) }));
};

/** Runs one case with the effort. */
const estimateCase = (of: TheoryCase, effort: TheoryEffort): Estimate[] => {
  if (!effort.pilot) return estimate(of, jobsNeeded(of.rho, effort.precision), effort.seed);
  const pilotJobs = jobsNeeded(of.rho, PILOT_PRECISION);
  const first = estimate(of, pilotJobs, seedOf(effort.seed, 'pilot'))[0]!;
  const reached = (Z_ONE * first.error) / first.oracle.expected;
  return estimate(of, pilotJobs * Math.max(1, (reached / effort.precision) ** 2), effort.seed);
};

/** Theory has to lie in the interval that holds for all oracles at once, and means of waits within the tolerance. */
const judge = (of: TheoryCase, e: Estimate, tolerance: number): ConformMismatch[] => {
  const { name, expected, isMean } = e.oracle;
  const off = Math.abs(e.mean - expected);
  const halfWidth = student(Z_ALL, e.degreesOfFreedom) * e.error;
  if (off <= halfWidth && (!isMean || off <= tolerance * expected)) return [];
  const bound = isMean ? ` and within ${100 * tolerance} %` : '';
  return [
    {
      id: `${of.set} ${of.id}`,
      where: name,
      expected: `${expected} inside the interval${bound}`,
      got: `${e.mean} ± ${halfWidth}`,
    },
  ];
};

/** Paths whose every instant is known (9.4, 9.5): compared to 1e-9. */
const exactPaths = (): readonly {
  readonly id: string;
  readonly where: string;
  readonly expected: number;
  readonly got: number;
}[] => {
  const pair = givenJobs([
    [0, 3],
    [1, 1],
  ]);
  const stays = (settings: typeof PROCESSOR_SHARING): number[] => {
    const { requests } = simulateStaticFleet(pair, settings, 1);
    return [0, 1].map((i) => (requests.doneMillis[i]! - requests.intendedMillis[i]!) / 1000);
  };
  const shared = stays(PROCESSOR_SHARING);
  const inTurn = stays(firstComeFirstServed(null));
  const three = givenJobs([
    [0, 3],
    [1, 3],
    [2, 5],
  ]);
  const inSystem = (seconds: number): number =>
    simulateStaticFleet(three, firstComeFirstServed(null), 3, seconds * 1000).inSystemMillis / (seconds * 1000);
  return [
    { id: 'processor sharing', where: 'T of A', expected: 4, got: shared[0]! },
    { id: 'processor sharing', where: 'T of B', expected: 2, got: shared[1]! },
    { id: 'first come first served', where: 'T of A', expected: 3, got: inTurn[0]! },
    { id: 'first come first served', where: 'T of B', expected: 3, got: inTurn[1]! },
    { id: 'Little, window [0, 10)', where: 'L', expected: 1.1, got: inSystem(10) },
    { id: 'Little, window [0, 5)', where: 'L', expected: 1.8, got: inSystem(5) },
  ];
};

/**
 * All oracles within the effort. Little's identity to 1e-9 and conservation are asserted inside every run.
 *
 * @param progress told after each case, e.g. for a line on stderr
 */
export const conformTheory = (
  effort: TheoryEffort,
  progress: (done: number, of: number) => void = () => undefined,
): ConformResult => {
  const tallies = new Map<string, SetTally>();
  const tally = (set: string): SetTally => {
    const known = tallies.get(set);
    if (known !== undefined) return known;
    const made = new SetTally(set, '');
    tallies.set(set, made);
    return made;
  };
  for (const { id, where, expected, got } of exactPaths()) {
    const agrees = Math.abs(got - expected) <= 1e-9;
    tally('exact paths').add(agrees ? [] : [{ id, where, expected: String(expected), got: String(got) }]);
  }
  const cases = THEORY_CASES.filter(({ rho }) => rho <= effort.maxRho);
  cases.forEach((each, i) => {
    for (const e of estimateCase(each, effort)) tally(each.set).add(judge(each, e, effort.tolerance));
    progress(i + 1, cases.length);
  });
  return conformResult('theory', [...tallies.values()]);
};
