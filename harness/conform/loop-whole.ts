// The whole loop: every recording through the production world, given all that it knew and given its configuration alone.
// A divergence without a known cause is a mismatch. Bounds are loop-bounds.ts.

import { boundNotes, boundTally, drawnBounds, recordedBounds } from './loop-bounds.ts';
import type { WholeOutcome } from './loop-outcome.ts';
import { drawnOf } from './loop-outcome.ts';
import type { Divergence } from './loop-run.ts';
import { SetTally } from './result.ts';

/** Both links of the chain must have a cause: the run's own, and that of the run that knows every scrape. */
const isExplained = ({ cause, withScrapes }: Divergence): boolean =>
  cause !== null && (withScrapes === null || withScrapes === undefined || isExplained(withScrapes));

const divergenceTally = (outcomes: readonly WholeOutcome[]): SetTally => {
  const tally = new SetTally('whole loop as recorded: same or explained', '');
  for (const { name, recorded } of outcomes) {
    const { divergence } = recorded;
    tally.add(
      divergence === null || isExplained(divergence)
        ? []
        : [
            {
              id: name,
              where: `${divergence.atMillis.toFixed(0)} ms, replicas differ from second ${divergence.second}`,
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
    boundTally('whole loop from the configuration: bounds', drawnBounds(drawnOf(outcomes))),
  ].filter(({ set }) => set.cases > 0);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
const leftText = ({ second, atMillis, what, cause }: Divergence): string =>
  `until second ${second}; at ${seconds(atMillis)} ${what}: ${cause ?? 'no known cause'}`;

/** One line per recording that was left, with the instant, the cause and what the instant of every scrape changes. */
export const divergenceNotes = (outcomes: readonly WholeOutcome[]): readonly string[] =>
  outcomes.flatMap(({ name, recorded: { divergence } }) => {
    if (divergence === null) return [];
    const { withScrapes } = divergence;
    const then = withScrapes === null || withScrapes === undefined ? 'to its end' : leftText(withScrapes);
    return [
      `${name}: as recorded ${leftText(divergence)}. Given the instant of every scrape as well: as recorded ${then}`,
    ];
  });

/** What a reader should know beside the counts. */
export const wholeNotes = (outcomes: readonly WholeOutcome[]): readonly string[] => [
  ...divergenceNotes(outcomes),
  ...boundNotes('from the configuration', drawnBounds(drawnOf(outcomes))),
];
