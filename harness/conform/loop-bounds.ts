// The bounds that the project sets itself for the whole loop, and which of them it keeps. A bound that is not kept is said to
// be so wherever it is printed; what was reached instead is then held by a guard, so that it cannot get worse unseen.

import type { WholeOutcome } from './loop-outcome.ts';
import { isIdentical, meanOf } from './loop-outcome.ts';
import type { DrawnRuns } from './loop-run.ts';
import { SetTally } from './result.ts';

/** Bounds are on averages; over fewer recordings than this they say nothing. */
const ENOUGH = 3;

/** A figure over the comparable recordings, and what it must keep to. */
export interface Bound {
  readonly what: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** In place of a bound that is not kept (docs/fidelity.md says why): what must hold nevertheless. */
  readonly guard?: number;
}

export const kept = ({ value, atLeast, atMost }: Bound): boolean =>
  value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);

/** Whether the bound is kept, or at least its guard. */
export const holds = (bound: Bound): boolean => {
  const { value, atLeast, guard } = bound;
  return kept(bound) || (guard !== undefined && (atLeast === undefined ? value <= guard : value >= guard));
};

const worst = (values: readonly number[]): number => Math.max(0, ...values);
const meanLatency = (latencyOff: readonly number[]): number => meanOf(latencyOff, (off) => off);

/** Bounds of the loop as recorded; empty with too few comparable recordings. */
export const recordedBounds = (outcomes: readonly WholeOutcome[]): readonly Bound[] => {
  const compared = outcomes.filter(({ comparable }) => comparable);
  if (compared.length < ENOUGH) return [];
  const identical = compared.filter(isIdentical);
  return [
    {
      what: 'seconds with equal replicas',
      value: meanOf(compared, ({ recorded: { error } }) => error.equal / error.seconds),
      atLeast: 0.97,
    },
    { what: 'recordings equal at every second', value: identical.length / compared.length, atLeast: 0.7 },
    {
      what: 'replica-seconds off',
      value: meanOf(compared, ({ recorded }) => recorded.error.replicaSecondsOff),
      atMost: 0.005,
    },
    {
      what: 'worst latency quantile off where identical',
      value: worst(identical.flatMap(({ recorded }) => recorded.latencyOff)),
      atMost: 0.01,
    },
    {
      what: 'latency quantiles off',
      value: meanOf(compared, ({ recorded }) => meanLatency(recorded.latencyOff)),
      atMost: 0.05,
    },
  ];
};

/** Bounds of the loop from the configuration; empty with too few of them. */
export const drawnBounds = (runs: readonly DrawnRuns[]): readonly Bound[] => {
  if (runs.length < ENOUGH) return [];
  const equal = meanOf(runs, (run) => meanOf(run.equal, (share) => share));
  const expected = meanOf(runs, ({ between }) => between.equal);
  return [
    { what: 'seconds with equal replicas', value: equal, atLeast: 0.93, guard: 0.89 },
    {
      what: 'replica-seconds off',
      value: meanOf(runs, ({ replicaSecondsOff: off }) => off),
      atMost: 0.009,
      guard: 0.015,
    },
    {
      what: 'seconds of the median run equal',
      value: meanOf(runs, ({ median }) => median.equal),
      atLeast: 0.93,
      guard: 0.91,
    },
    {
      what: 'replica-seconds of the median run off',
      value: meanOf(runs, ({ median }) => median.replicaSecondsOff),
      atMost: 0.009,
      guard: 0.012,
    },
    { what: 'seconds short of what two runs share', value: Math.max(0, expected - equal), atMost: 0.02 },
    { what: 'seconds inside the 95 % band', value: meanOf(runs, ({ inBand }) => inBand), atLeast: 0.95 },
    { what: 'latency quantiles off', value: meanOf(runs, ({ latencyOff }) => meanLatency(latencyOff)), atMost: 0.05 },
  ];
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const text = ({ atLeast, atMost }: Bound): string =>
  atLeast === undefined ? `at most ${percent(atMost!)}` : `at least ${percent(atLeast)}`;

export const boundTally = (name: string, bounds: readonly Bound[]): SetTally => {
  const tally = new SetTally(name, '');
  for (const bound of bounds)
    tally.add(holds(bound) ? [] : [{ id: name, where: bound.what, expected: text(bound), got: percent(bound.value) }]);
  return tally;
};

/** One line per bound that only its guard holds. */
export const boundNotes = (given: string, bounds: readonly Bound[]): readonly string[] =>
  bounds
    .filter((bound) => !kept(bound))
    .map((bound) => `bound not kept, ${given}: ${bound.what} ${percent(bound.value)}, asked ${text(bound)}`);
