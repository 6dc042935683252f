// What one recording of the closed loop gave as a whole: once with all that it knew, many times from its configuration.

import { RESYNC_PERIOD } from '../../sim/autoscaler/cadence.ts';
import type { LoopFolder } from './closed-loop-types.ts';
import type { Divergence, DrawnRuns, LoopRun } from './loop-run.ts';
import { divergenceOf, drawnRuns, runRecording } from './loop-run.ts';
import type { TrajectoryError } from '../../reports/fidelity/trajectory.ts';

export interface WholeOutcome {
  readonly name: string;
  readonly family: string;
  /** One of those that the README's own simulation was measured on: no failures, flicker or edited HPA. */
  readonly comparable: boolean;
  readonly recorded: {
    readonly error: TrajectoryError;
    readonly latencyOff: readonly number[];
    readonly divergence: Divergence | null;
    /** Whether the HPA wrote a scale at all. */
    readonly scaled: boolean;
    /** Syncs that began a resync period after the one before: the tick held them (hpa.md section 1, point 5). */
    readonly held: number;
  };
  /** From the configuration; null if not asked for. */
  readonly drawn: DrawnRuns | null;
}

const OTHER_FAMILIES = ['flicker', 'fail-scrape', 'fail-pod', 'hpa-edit'];

const isComparable = ({ config }: LoopFolder): boolean =>
  (config.batch === 'a' || config.batch === 'b') && !OTHER_FAMILIES.includes(config.family);

/** Jitter of a start, ms; without a tick a period is at least 10 ms longer. */
const JITTER_MILLIS = 1.5;

const heldSyncs = (folder: LoopFolder): number => {
  const starts = folder.hpa.flatMap((line) => (line.ev === 'sync' ? [line.t] : []));
  return starts.filter((t, i) => i > 0 && Math.abs(t - starts[i - 1]! - RESYNC_PERIOD) < JITTER_MILLIS).length;
};

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
      held: heldSyncs(folder),
    },
    drawn: comparable && draws > 0 ? drawnRuns(folder, 'configuration', draws) : null,
  };
};

export const isIdentical = ({ recorded }: WholeOutcome): boolean => recorded.error.firstDifference === null;

export const drawnOf = (outcomes: readonly WholeOutcome[]): readonly DrawnRuns[] =>
  outcomes.flatMap(({ drawn }) => drawn ?? []);

export const meanOf = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((sum, each) => sum + of(each), 0) / all.length;
