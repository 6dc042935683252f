// docs/fidelity.md as text, from what fidelity-doc.ts measured. No figure is typed here but for those of the README.

import type { DrawnRuns } from '../conform/loop-run.ts';
import type { TrajectoryError } from '../../reports/fidelity/trajectory.ts';
import { drawnBounds, recordedBounds } from '../conform/loop-bounds.ts';
import type { WholeOutcome } from '../conform/loop-outcome.ts';
import { drawnOf, isIdentical, meanOf } from '../conform/loop-outcome.ts';
import { divergenceNotes } from '../conform/loop-whole.ts';
import type { ConformResult } from '../conform/result.ts';
import {
  boundRows,
  drawnRow,
  familyRow,
  outcomeRow,
  percent,
  README_ROWS,
  share,
  stageTable,
  table,
  thresholdRow,
} from './fidelity-tables.ts';

export interface Measured {
  readonly stages: ConformResult;
  readonly outcomes: readonly WholeOutcome[];
  /** Runs per recording behind `outcomes`. */
  readonly draws: number;
  /** Of the comparable recordings, with all syncs given: what is left when chance in the cadence is taken out. */
  readonly syncs: readonly DrawnRuns[];
  /** Of the comparable recordings, with names and pods drawn as well; and of those recorded more than once. */
  readonly schedule: readonly DrawnRuns[];
  readonly repeated: readonly DrawnRuns[];
  /** Pairs of recordings of one configuration and schedule. */
  readonly pairs: readonly TrajectoryError[];
}

/** Standard error of a mean over recordings. */
const standardError = (values: readonly number[]): number => {
  const mean = meanOf(values, (value) => value);
  return Math.sqrt(meanOf(values, (value) => (value - mean) ** 2) / (values.length - 1));
};

/** Few runs resemble each other as little as the recording resembles them. */
const UNLIKE = 0.025;

const unlikeText = ({ name, recorded: { held, divergence } }: WholeOutcome): string => {
  const tick = held === 0 ? [] : [`the resync tick held it for ${held} syncs`];
  const late = divergence?.cause ? [divergence.cause] : [];
  return `${name} (${[...tick, ...late].join('; ') || 'no cause found'})`;
};

const expectation = (outcomes: readonly WholeOutcome[]): string => {
  const drawn = drawnOf(outcomes);
  const means = drawn.map(({ equal }) => meanOf(equal, (each) => each));
  const off = meanOf(drawn, ({ replicaSecondsOff }) => replicaSecondsOff);
  const two = meanOf(drawn, ({ between }) => between.equal);
  const twoOff = meanOf(drawn, ({ between }) => between.replicaSecondsOff);
  const rank = meanOf(drawn, (runs) => runs.rank);
  const unlike = outcomes.filter(({ drawn: runs }) => runs !== null && runs.rank < UNLIKE).map(unlikeText);
  return `A run from the configuration agrees with its recording on ${percent(meanOf(means, (m) => m))} of seconds (standard error ${percent(standardError(means))} over
${means.length} recordings), replica-seconds ${percent(off, 2)} off. Two of our own runs agree with each other on ${percent(two)}, ${percent(twoOff, 2)} off: a recording is as
far from our runs as they are from each other. Its mean rank among them is ${rank.toFixed(2)} (0.5 = a draw like ours, 0 = our runs
agree with each other and not with it). So what is missing to the bound is the spread of the real cadence rather than a
bias, and narrower distributions would come nearer to it and be false.

Recordings that are unlike our runs (rank below ${UNLIKE}): ${unlike.length === 0 ? 'none' : unlike.join('; ')}.

What one may foretell is the median of the runs, second by second. It was looked at after single runs had missed the
bound; it is held to the same figures below, and does not replace them.
`;
};

/** The page. */
export const fidelityPage = (measured: Measured): string => {
  const { stages, outcomes, draws, syncs, schedule, repeated, pairs } = measured;
  const compared = outcomes.filter(({ comparable }) => comparable);
  const others = outcomes.filter(({ comparable }) => !comparable);
  const families = [...new Set(outcomes.map(({ family }) => family))];
  const scaled = compared.filter(({ recorded }) => recorded.scaled).length;
  const medians = drawnOf(compared).map(({ median }) => median);
  return `# Fidelity

The simulator against recordings of the real closed loop: API server, controller manager, scheduler, Prometheus and
prometheus-adapter were real, GPU pods were emulated by exact laws (golden/closed-loop). This page is written by
\`npm run fidelity-doc\`; \`surgelab conform loop\` checks the same bounds with fewer runs.

## Stage by stage

${stageTable(stages)}

Races and answers during a commit are orders of two events inside a few milliseconds that the recording does not tell:
each counts only if the other order gives exactly what was recorded. Victims by another input order: the controller's
comparison is not transitive and its input order is random (hpa.md section 13).

## The whole loop

Schedule and configuration of each recording go through the same world that answers every question of this project.

Definitions, the README's own where it has them. *Comparable*: namespaces of batches a and b without pod failures, scrape
failures, own-metric flicker or edited HPAs; ${compared.length} of the README's 68 are published, ${scaled} of them scaled at all. *Replica count*:
what the HPA's last accepted PUT of the scale asked for, read at each whole second from 0 to the end of the recording.
*Seconds equal*: share of those seconds with the recorded count; all recordings weigh the same, and so do all runs.
*Replica-seconds off*: |Σ ours − Σ recorded| / Σ recorded of each run, then the mean over runs and recordings (never the
difference of means). *Latency off*: |ours / recorded − 1| of the response time's P50, P95 and P99.

- *as recorded*: given phases, sync instants and call durations, first scrapes, per-pod and ReplicaSet delays.
- *from the configuration*: what the README's second row was given. Names (and so phases and UIDs), node placement and
  per-pod delays are given; cadence, call durations, resync tick and discovery are drawn, ${draws} runs each.
- *syncs given*: the same with all syncs as recorded; what is then left comes from discovery and the ReplicaSet.
- *pods drawn too*: schedule and configuration alone. Names, phases, UIDs, nodes and start-up delays are drawn as well, as
  they differ between two real runs.

${table(
  ['given', 'every second', '≥ 99 % of seconds', '≥ 95 %', '≥ 90 %', 'worst', 'mean', 'replica-seconds off'],
  [
    thresholdRow(
      'as recorded',
      compared.map(share),
      compared.length,
      1,
      meanOf(compared, ({ recorded }) => recorded.error.replicaSecondsOff),
    ),
    drawnRow('syncs given', syncs),
    drawnRow('from the configuration', drawnOf(compared)),
    thresholdRow(
      'from the configuration, the median run',
      medians.map(({ equal }) => equal),
      medians.length,
      1,
      meanOf(medians, ({ replicaSecondsOff }) => replicaSecondsOff),
    ),
    drawnRow('pods drawn too', schedule),
    drawnRow('pods drawn too, the recordings of which there are two real runs', repeated),
    thresholdRow(
      'two real runs of one configuration, the pairs found here',
      pairs.map(({ equal, seconds }) => equal / seconds),
      pairs.length,
      1,
      meanOf(pairs, ({ replicaSecondsOff }) => replicaSecondsOff),
    ),
    ...README_ROWS,
  ],
)}

Counts of drawn rows are means over the runs, *worst* is the worst run of any recording. Two real runs differ in the names
of their pods and in every delay, so the row to hold against them is *pods drawn too* of the same recordings. The
README's figures are of 68 recordings, half of which are not published.

### What was fitted on these recordings

Every distribution below was taken from all syncs of these very recordings or from the README's table of stages, which
has the unpublished half as well; none was chosen by the agreement of the whole loop. Durations of the calls of a sync,
with their tails; what one more pod adds to a metrics request; how late a key is taken off the queue, from the length of
captures by the resync tick; changes of other targets, from the mean discovery delay; and, for the first 140 s of batch a,
in which the components competed for two processors, the factor by which calls took longer. Nothing of a single sync is
given.

### What can be expected

${expectation(compared)}
## Bounds

${table(
  ['given', 'figure', 'value', 'bound', '', 'guard'],
  [
    ...boundRows('as recorded', recordedBounds(outcomes)),
    ...boundRows('from the configuration', drawnBounds(drawnOf(compared))),
  ],
)}

The 95 % band is that of the ${draws} runs. A bound that is not kept is printed as such here and by \`surgelab conform loop\`; its
guard, set from what was reached, is what fails the command.

## By family

Latency: mean error of P50 / P95 / P99.

${table(
  [
    'family',
    'recordings',
    'identical',
    'seconds equal',
    'replica-seconds off',
    'latency off',
    'drawn: seconds equal',
    'replica-seconds off',
    'in band',
  ],
  families.map((family) =>
    familyRow(
      family,
      outcomes.filter((outcome) => outcome.family === family),
    ),
  ),
)}

## Where the loop as recorded was left, and why

${divergenceNotes(outcomes)
  .map((note) => `- ${note}.`)
  .join('\n')}

The first run is not told how late each single scrape was; the second is. All ${others.length} recordings with failures, outages, flicker
or an edited HPA: ${others.filter(isIdentical).length} identical at every second.

## By recording

Drawn: mean and range of the ${draws} runs, agreement of two of them with each other, rank of the recording among them, share of
seconds in their band; last, when the first run left the recording and how far its sync then was from the recorded one. A
drawn run leaves a recording when a sync or a first scrape falls on the other side of a request or a scrape; thresholds
make the rest of it.

${table(
  ['recording', 'as recorded', 'latency off', 'drawn', 'range', 'two runs', 'rank', 'in band', 'left at, sync off by'],
  outcomes.map(outcomeRow),
)}
`;
};
