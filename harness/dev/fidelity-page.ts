// docs/fidelity.md as text, from what fidelity-doc.ts measured. No figure is typed here but for those of the README.

import type { DrawnRuns } from '../conform/loop-run.ts';
import type { TrajectoryError } from '../conform/loop-trajectory.ts';
import type { Bound, WholeOutcome } from '../conform/loop-whole.ts';
import { divergenceNotes, drawnBounds, isIdentical, kept, meanOf, recordedBounds } from '../conform/loop-whole.ts';
import type { ConformResult } from '../conform/result.ts';

export interface Measured {
  readonly stages: ConformResult;
  readonly outcomes: readonly WholeOutcome[];
  /** Runs per recording behind `outcomes` and `configuration`. */
  readonly draws: number;
  /** Of the comparable recordings, without any sync given. */
  readonly configuration: readonly DrawnRuns[];
  /** Of the comparable recordings, with names and pods drawn as well; and of those recorded more than once. */
  readonly schedule: readonly DrawnRuns[];
  readonly repeated: readonly DrawnRuns[];
  /** Pairs of recordings of one configuration and schedule. */
  readonly pairs: readonly TrajectoryError[];
}

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const THRESHOLDS = [1, 0.99, 0.95, 0.9] as const;

/** Row of the README's table: how many recordings reach each share of seconds, the worst, the mean, replica-seconds. */
const thresholdRow = (given: string, shares: readonly number[], of: number, runs: number, off: number): string[] => [
  given,
  ...THRESHOLDS.map((least) => {
    const count = shares.filter((share) => share >= least).length / runs;
    return `${Number.isInteger(count) ? count : count.toFixed(1)} of ${of}`;
  }),
  percent(Math.min(...shares), 0),
  percent(meanOf(shares, (share) => share)),
  percent(off),
];

const drawnRow = (given: string, runs: readonly DrawnRuns[]): string[] =>
  thresholdRow(
    given,
    runs.flatMap(({ equal }) => equal),
    runs.length,
    runs[0]?.equal.length ?? 1,
    meanOf(runs, ({ replicaSecondsOff }) => replicaSecondsOff),
  );

const README_ROWS = [
  [
    'the README’s small simulation, as recorded (68)',
    '48 of 68',
    '53 of 68',
    '56 of 68',
    '60 of 68',
    '51 %',
    '96.4 %',
    '0.5 %',
  ],
  [
    'the README’s small simulation, from the configuration (68)',
    '17 of 68',
    '32 of 68',
    '47 of 68',
    '51 of 68',
    '46 %',
    '92.3 %',
    '0.9 %',
  ],
  [
    'two real runs of one configuration, six pairs (README)',
    '0 of 6',
    '0 of 6',
    '0 of 6',
    '2 of 6',
    '79 %',
    '85 %',
    '2.2 %',
  ],
];

const boundRows = (name: string, bounds: readonly Bound[]): string[][] =>
  bounds.map((bound) => [
    name,
    bound.what,
    percent(bound.value, 2),
    bound.atLeast === undefined ? `≤ ${percent(bound.atMost!)}` : `≥ ${percent(bound.atLeast)}`,
    kept(bound) ? 'kept' : 'NOT KEPT',
  ]);

const stageTable = ({ sets }: ConformResult): string =>
  table(
    ['stage, fed with its recorded input', 'cases', 'differences'],
    sets
      .filter(({ name }) => !name.startsWith('whole loop'))
      .map(({ name, cases, mismatches }) => [name, cases.toLocaleString('en'), String(mismatches)]),
  );

const share = ({ recorded: { error } }: WholeOutcome): number => error.equal / error.seconds;
const latency = (offs: readonly (readonly number[])[]): string =>
  [0, 1, 2]
    .map((q) =>
      percent(
        meanOf(offs, (off) => off[q]!),
        2,
      ),
    )
    .join(' / ');

const familyRow = (family: string, of: readonly WholeOutcome[]): string[] => {
  const drawn = of.flatMap((outcome) => outcome.drawn ?? []);
  return [
    family,
    String(of.length),
    `${of.filter(isIdentical).length}`,
    percent(meanOf(of, share)),
    percent(
      meanOf(of, ({ recorded }) => recorded.error.replicaSecondsOff),
      2,
    ),
    latency(of.map(({ recorded }) => recorded.latencyOff)),
    ...(drawn.length === 0
      ? ['–', '–', '–']
      : [
          percent(meanOf(drawn, ({ equal }) => meanOf(equal, (s) => s))),
          percent(
            meanOf(drawn, ({ replicaSecondsOff }) => replicaSecondsOff),
            2,
          ),
          percent(meanOf(drawn, ({ inBand }) => inBand)),
        ]),
  ];
};

const outcomeRow = (outcome: WholeOutcome): string[] => {
  const { drawn, name, recorded } = outcome;
  return [
    name,
    percent(share(outcome)),
    latency([recorded.latencyOff]),
    ...(drawn === null
      ? ['–', '–', '–', '–']
      : [
          percent(meanOf(drawn.equal, (s) => s)),
          `${percent(Math.min(...drawn.equal), 0)} – ${percent(Math.max(...drawn.equal), 0)}`,
          percent(drawn.inBand),
          drawn.left === null ? 'never' : `${drawn.left.second} s, ${drawn.left.syncOffMillis.toFixed(0)} ms`,
        ]),
  ];
};

/** The page. */
export const fidelityPage = (measured: Measured): string => {
  const { stages, outcomes, draws, configuration, schedule, repeated, pairs } = measured;
  const compared = outcomes.filter(({ comparable }) => comparable);
  const others = outcomes.filter(({ comparable }) => !comparable);
  const families = [...new Set(outcomes.map(({ family }) => family))];
  const scaled = compared.filter(({ recorded }) => recorded.scaled).length;
  const bounds = [
    ...boundRows('as recorded', recordedBounds(outcomes)),
    ...boundRows('disturbed syncs given', drawnBounds(compared.flatMap(({ drawn }) => drawn ?? []))),
    ...boundRows('every sync drawn', drawnBounds(configuration)),
  ];
  return `# Fidelity

The simulator against recordings of the real closed loop: API server, controller manager, scheduler, Prometheus and
prometheus-adapter were real, GPU pods were emulated by exact laws (golden/closed-loop). This page is written by
\`npx node harness/dev/fidelity-doc.ts\`; \`surgelab conform loop\` checks the same bounds with fewer runs.

## Stage by stage

${stageTable(stages)}

Races and answers during a commit are orders of two events inside a few milliseconds that the recording does not tell:
each counts only if the other order gives exactly what was recorded. Victims by another input order: the controller's
comparison is not transitive and its input order is random (hpa.md section 13).

## The whole loop

Schedule and configuration of each recording go through the same world that answers every question of this project; the
replica counts that the HPA wrote are compared each second. ${compared.length} recordings are comparable (no failures, no flicker, no edited
HPA), ${scaled} of which scaled at all.

- *as recorded*: given phases, sync instants and call durations, first scrapes, per-pod and ReplicaSet delays.
- *disturbed syncs given*: names (and so phases and UIDs), node placement and per-pod delays are given; cadence, call
  durations and discovery are drawn, ${draws} runs each. In the first 285 s of batch a the components had to share two processors
  (README, “Distortions”), which no configuration foretells: the instants of the syncs in that stretch are given. This was
  set apart after the figures without it were seen.
- *every sync drawn*: the same with nothing set apart. This is what the README's second row was given.
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
    drawnRow(
      'disturbed syncs given',
      compared.flatMap(({ drawn }) => drawn ?? []),
    ),
    drawnRow('every sync drawn', configuration),
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
README's figures are of 68 recordings, half of which are not published. The README and these recordings are also where
the distributions of call durations were taken from.

## Bounds

${table(['given', 'figure', 'value', 'bound', ''], bounds)}

The 95 % band is that of the ${draws} runs. \`surgelab conform loop\` fails if a bound of the first two groups is not kept.

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

All ${others.length} recordings with failures, outages, flicker or an edited HPA: ${others.filter(isIdentical).length} identical at every second.

## By recording

Drawn: mean, range and band of the ${draws} runs; last, when the first run left the recording and how far its sync then was from
the recorded one. A drawn run leaves a recording when a sync or a first scrape falls on the other side of a request or a
scrape; thresholds make the rest of it.

${table(
  ['recording', 'as recorded', 'latency off', 'drawn', 'range', 'in band', 'left at, sync off by'],
  outcomes.map(outcomeRow),
)}
`;
};
