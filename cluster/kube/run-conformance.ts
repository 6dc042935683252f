// How our own code fares on the inputs of the real components of one run: decisions of the HPA, answers of the adapter,
// scrape phases, samples stored. Figures and sentences. Pure.

import type { ReplayedAnswer } from './adapter-replay.ts';
import type { PhaseCheck } from './known-scrapes.ts';
import type { ReplayedRunSync } from './replayed-run.ts';

/** Our own code on the inputs of the real components. */
export interface RunConformance {
  readonly syncs: number;
  readonly decisions: readonly { readonly atMillis: number; readonly expected: string; readonly got: string }[];
  readonly answers: Readonly<Record<ReplayedAnswer['verdict'], number>>;
  readonly differingAnswers: readonly { readonly atMillis: number; readonly expected: string; readonly got: string }[];
  readonly phases: PhaseCheck;
  /** Samples and markers from the origin to the end: the pods' by our count, all by Prometheus'; NaN = it was restarted. */
  readonly samples: { readonly counted: number; readonly appended: number };
}

/**
 * @param replayed the syncs of the HPA of the run
 * @param others those of HPAs of other workloads, whose metrics are not followed to their samples
 */
export const runConformance = (
  replayed: readonly ReplayedRunSync[],
  others: readonly ReplayedRunSync[],
  phases: PhaseCheck,
  samples: RunConformance['samples'],
): RunConformance => {
  const answers = replayed.flatMap(({ answers: own, decision }) =>
    own.map((each) => ({ ...each, atMillis: decision.t })),
  );
  const count = (wanted: ReplayedAnswer['verdict']): number =>
    answers.filter(({ verdict }) => verdict === wanted).length;
  return {
    syncs: replayed.length + others.length,
    decisions: [...replayed, ...others].flatMap(({ decision, mismatch }) =>
      mismatch === null ? [] : [{ atMillis: decision.t, ...mismatch }],
    ),
    answers: { same: count('same'), raced: count('raced'), differs: count('differs'), unknown: count('unknown') },
    differingAnswers: answers.flatMap(({ verdict, atMillis, expected, got }) =>
      verdict === 'differs' ? [{ atMillis, expected, got }] : [],
    ),
    phases,
    samples,
  };
};

/** Sentences for the run's header. */
export const conformanceNotes = ({ syncs, decisions, answers, phases, samples }: RunConformance): string[] => [
  `${syncs - decisions.length} of ${syncs} decisions of the real HPA are those that our code makes of the same answers`,
  `${answers.same} of ${answers.same + answers.raced + answers.differs} answers of the adapter are ours on the stored samples` +
    (answers.raced > 0 ? `, ${answers.raced} more within the milliseconds of a commit` : '') +
    (answers.unknown > 0 ? `; ${answers.unknown} failed or were not recorded` : ''),
  `${phases.targets - phases.differing.length} of ${phases.targets} scrape phases are those of the hash rule`,
  Number.isNaN(samples.appended)
    ? `${samples.counted} samples and markers were stored; Prometheus was restarted, so its own count is of no use`
    : `${samples.counted} samples and markers counted, ${samples.appended} appended by Prometheus, rules and others included`,
];
