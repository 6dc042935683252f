// What one recording of the closed loop gave as a whole: once with all that it knew, many times from its configuration.

import type { LoopFolder } from './closed-loop-types.ts';
import type { Divergence, DrawnRuns, LoopRun } from './loop-run.ts';
import { divergenceOf, drawnRuns, runRecording } from './loop-run.ts';
import type { TrajectoryError } from './loop-trajectory.ts';

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
  };
  /** From the configuration; null if not asked for. */
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
    drawn: comparable && draws > 0 ? drawnRuns(folder, 'configuration', draws) : null,
  };
};

export const isIdentical = ({ recorded }: WholeOutcome): boolean => recorded.error.firstDifference === null;

export const drawnOf = (outcomes: readonly WholeOutcome[]): readonly DrawnRuns[] =>
  outcomes.flatMap(({ drawn }) => drawn ?? []);

export const meanOf = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((sum, each) => sum + of(each), 0) / all.length;
