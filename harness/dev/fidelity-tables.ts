// Rows and tables of docs/fidelity.md. No figure is typed here but for those of the recordings' README.

import type { DrawnRuns } from '../conform/loop-run.ts';
import type { Bound } from '../conform/loop-bounds.ts';
import { kept } from '../conform/loop-bounds.ts';
import type { WholeOutcome } from '../conform/loop-outcome.ts';
import { isIdentical, meanOf } from '../conform/loop-outcome.ts';
import type { ConformResult } from '../conform/result.ts';

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const THRESHOLDS = [1, 0.99, 0.95, 0.9] as const;

/** Row of the README's table: how many recordings reach each share of seconds, the worst, the mean, replica-seconds. */
export const thresholdRow = (
  given: string,
  shares: readonly number[],
  of: number,
  runs: number,
  off: number,
): string[] => [
  given,
  ...THRESHOLDS.map((least) => {
    const count = shares.filter((share) => share >= least).length / runs;
    return `${Number.isInteger(count) ? count : count.toFixed(1)} of ${of}`;
  }),
  percent(Math.min(...shares), 0),
  percent(meanOf(shares, (share) => share)),
  percent(off),
];

export const drawnRow = (given: string, runs: readonly DrawnRuns[]): string[] =>
  thresholdRow(
    given,
    runs.flatMap(({ equal }) => equal),
    runs.length,
    runs[0]?.equal.length ?? 1,
    meanOf(runs, ({ replicaSecondsOff }) => replicaSecondsOff),
  );

export const README_ROWS = [
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

export const boundRows = (name: string, bounds: readonly Bound[]): string[][] =>
  bounds.map((bound) => [
    name,
    bound.what,
    percent(bound.value, 2),
    bound.atLeast === undefined ? `≤ ${percent(bound.atMost!)}` : `≥ ${percent(bound.atLeast)}`,
    kept(bound) ? 'kept' : 'NOT KEPT',
    bound.guard === undefined ? '' : percent(bound.guard, 1),
  ]);

export const stageTable = ({ sets }: ConformResult): string =>
  table(
    ['stage, fed with its recorded input', 'cases', 'differences'],
    sets
      .filter(({ name }) => !name.startsWith('whole loop'))
      .map(({ name, cases, mismatches }) => [name, cases.toLocaleString('en'), String(mismatches)]),
  );

export const share = ({ recorded: { error } }: WholeOutcome): number => error.equal / error.seconds;
const latency = (offs: readonly (readonly number[])[]): string =>
  [0, 1, 2]
    .map((q) =>
      percent(
        meanOf(offs, (off) => off[q]!),
        2,
      ),
    )
    .join(' / ');

export const familyRow = (family: string, of: readonly WholeOutcome[]): string[] => {
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

export const outcomeRow = (outcome: WholeOutcome): string[] => {
  const { drawn, name, recorded } = outcome;
  return [
    name,
    percent(share(outcome)),
    latency([recorded.latencyOff]),
    ...(drawn === null
      ? ['–', '–', '–', '–', '–', '–']
      : [
          percent(meanOf(drawn.equal, (s) => s)),
          `${percent(Math.min(...drawn.equal), 0)} – ${percent(Math.max(...drawn.equal), 0)}`,
          percent(drawn.between.equal),
          drawn.rank.toFixed(2),
          percent(drawn.inBand),
          drawn.left === null ? 'never' : `${drawn.left.second} s, ${drawn.left.syncOffMillis.toFixed(0)} ms`,
        ]),
  ];
};
