// The whole loop: every recording through the production world, given all that it knew and given its configuration alone,
// against the bounds that the project sets itself. A divergence without a known cause is a mismatch, and so is a bound
// that is not kept.

import type { LoopFolder } from './closed-loop-types.ts';
import type { Difference } from './loop-divergence.ts';
import type { DrawnRuns, LoopRun } from './loop-run.ts';
import { divergenceOf, drawnRuns, runRecording } from './loop-run.ts';
import type { TrajectoryError } from './loop-trajectory.ts';
import { SetTally } from './result.ts';

export interface WholeOutcome {
  readonly name: string;
  readonly family: string;
  /** One of those that the README's own simulation was measured on: no failures, flicker or edited HPA. */
  readonly comparable: boolean;
  readonly recorded: {
    readonly error: TrajectoryError;
    readonly latencyOff: readonly number[];
    readonly divergence: Difference | null;
    /** Whether the HPA wrote a scale at all. */
    readonly scaled: boolean;
  };
  /** From the configuration, the disturbed stretch of batch a apart; null if not asked for. */
  readonly drawn: DrawnRuns | null;
}

const OTHER_FAMILIES = ['flicker', 'fail-scrape', 'fail-pod', 'hpa-edit'];

export const isComparable = ({ config }: LoopFolder): boolean =>
  (config.batch === 'a' || config.batch === 'b') && !OTHER_FAMILIES.includes(config.family);

/** Runs one recording: once as recorded, and `draws` times from its configuration if it is comparable. */
export const wholeOutcome = (folder: LoopFolder, draws: number): WholeOutcome => {
  const run: LoopRun = runRecording(folder, 'recorded', 1);
  const comparable = isComparable(folder);
  return {
    name: folder.name,
    family: folder.config.family,
    comparable,
    recorded: {
      error: run.error,
      latencyOff: run.latencyOff,
      divergence: divergenceOf(folder, run),
      scaled: folder.hpa.some((line) => line.ev === 'sync' && line.put !== undefined),
    },
    drawn: comparable && draws > 0 ? drawnRuns(folder, 'undisturbed', draws) : null,
  };
};

/** Bounds are on averages; over fewer recordings than this they say nothing. */
const ENOUGH = 3;

/** A figure over the comparable recordings, and what it must keep to. */
export interface Bound {
  readonly what: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const kept = ({ value, atLeast, atMost }: Bound): boolean =>
  value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);

export const meanOf = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((sum, each) => sum + of(each), 0) / all.length;

export const isIdentical = ({ recorded }: WholeOutcome): boolean => recorded.error.firstDifference === null;
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
  return [
    {
      what: 'seconds with equal replicas',
      value: meanOf(runs, ({ equal }) => meanOf(equal, (share) => share)),
      atLeast: 0.93,
    },
    { what: 'replica-seconds off', value: meanOf(runs, ({ replicaSecondsOff: off }) => off), atMost: 0.009 },
    { what: 'seconds inside the 95 % band', value: meanOf(runs, ({ inBand }) => inBand), atLeast: 0.95 },
    { what: 'latency quantiles off', value: meanOf(runs, ({ latencyOff }) => meanLatency(latencyOff)), atMost: 0.05 },
  ];
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const boundTally = (name: string, bounds: readonly Bound[]): SetTally => {
  const tally = new SetTally(name, '');
  for (const bound of bounds) {
    const { what, value, atLeast, atMost } = bound;
    const expected = atLeast === undefined ? `at most ${percent(atMost!)}` : `at least ${percent(atLeast)}`;
    tally.add(kept(bound) ? [] : [{ id: name, where: what, expected, got: percent(value) }]);
  }
  return tally;
};

const divergenceTally = (outcomes: readonly WholeOutcome[]): SetTally => {
  const tally = new SetTally('whole loop as recorded: same or explained', '');
  for (const { name, recorded } of outcomes) {
    const { divergence, error } = recorded;
    tally.add(
      divergence === null || divergence.cause !== null
        ? []
        : [
            {
              id: name,
              where: `${divergence.atMillis.toFixed(0)} ms, replicas differ from second ${error.firstDifference!}`,
              expected: 'the recorded run, or a known cause',
              got: divergence.what,
            },
          ],
    );
  }
  return tally;
};

/** The sets of `conform loop`; those without a case are left out. */
export const wholeTallies = (outcomes: readonly WholeOutcome[]): readonly SetTally[] =>
  [
    divergenceTally(outcomes),
    boundTally('whole loop as recorded: bounds', recordedBounds(outcomes)),
    boundTally(
      'whole loop drawn, disturbed syncs given: bounds',
      drawnBounds(outcomes.flatMap(({ drawn }) => drawn ?? [])),
    ),
  ].filter(({ set }) => set.cases > 0);

/** One line per recording that was left, with the instant and the cause. */
export const divergenceNotes = (outcomes: readonly WholeOutcome[]): readonly string[] =>
  outcomes.flatMap(({ name, recorded: { divergence, error } }) =>
    divergence === null
      ? []
      : [
          `${name}: as recorded until second ${error.firstDifference!}; at ${(divergence.atMillis / 1000).toFixed(3)} s ${divergence.what}: ${divergence.cause ?? 'no known cause'}`,
        ],
  );
