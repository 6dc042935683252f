// docs/bare.md as text, from the runs of the bare suite. No figure is typed here but for the bounds.

import type { RunConformance } from '../../cluster/kube/run-conformance.ts';
import type { RunRecord } from '../../model/record.ts';
import type { Agreement, BoundedFigure } from '../../reports/fidelity/agreement.ts';
import { AGREEMENT_BOUNDS, boundedFigures } from '../../reports/fidelity/agreement.ts';
import type { Divergence } from '../../reports/fidelity/divergence.ts';
import { divergenceSentence } from '../../reports/fidelity/divergence.ts';
import { storageRows } from '../../reports/fidelity/storage-rows.ts';
import { percent, slackOf } from '../../reports/fidelity/text.ts';
import type { TrajectoryError } from '../../reports/fidelity/trajectory.ts';
import { servingDecisions } from '../../reports/score/pods.ts';
import { mean } from '../../reports/stats/quantile.ts';

export interface SuiteRun {
  readonly name: string;
  readonly real: RunRecord;
  readonly simulated: RunRecord;
  readonly agreement: Agreement;
  readonly divergence: Divergence | null;
  readonly conformance: RunConformance;
  /** The same schedule with everything drawn, against the real run. */
  readonly drawn: TrajectoryError;
}

export interface SuiteResult {
  readonly suite: readonly SuiteRun[];
  readonly faults: readonly SuiteRun[];
  /** Pairs of real runs of one scenario and schedule. */
  readonly pairs: readonly { readonly names: readonly [string, string]; readonly error: TrajectoryError }[];
}

/** The figures of several runs as one, each against its bound. `middle` gives null for a figure that no run has. */
export const figuresOver = (
  runs: readonly SuiteRun[],
  slack: number,
  middle: (values: readonly number[]) => number | null,
): readonly BoundedFigure[] => {
  const each = runs.map(({ agreement }) => boundedFigures(agreement, slack));
  return (each[0] ?? []).map((figure, i): BoundedFigure => {
    const value = middle(each.flatMap((figures) => figures[i]!.value ?? []));
    const kept = value !== null && (figure.atLeast ? value >= figure.bound : value <= figure.bound);
    return { ...figure, value, kept };
  });
};

/** In the mean. */
export const meanFigures = (runs: readonly SuiteRun[], slack: number): readonly BoundedFigure[] =>
  figuresOver(runs, slack, mean);

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${titles.join(' | ')} |`,
    `|${titles.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');

const replicasText = (run: RunRecord): string => {
  const scaled = servingDecisions(run).filter((decision) => decision.scaled);
  return [scaled[0]?.current ?? run.header.platform.deployment.replicas, ...scaled.map(({ desired }) => desired)].join(
    ' → ',
  );
};

const TITLES = [
  'run',
  'replicas wanted',
  'equal',
  'replica-s off',
  'P50 off',
  'P95 off',
  'samples off',
  'sent late, p99',
];

const lateness = ({ header }: RunRecord): string => {
  const check = header.validity?.checks.find(({ name }) => name === 'schedule delay p99');
  return check?.value == null ? '–' : `${check.value.toFixed(0)} ${check.unit}`;
};

const runRow = ({ name, real, agreement }: SuiteRun): readonly string[] => [
  name,
  replicasText(real),
  ...boundedFigures(agreement, slackOf(real)).map(({ value, kept }) => `${percent(value)}${kept ? '' : ' (!)'}`),
  lateness(real),
];

const meanRow = (runs: readonly SuiteRun[], slack: number): readonly string[] => [
  '**mean**',
  '',
  ...meanFigures(runs, slack).map(({ value, kept }) => `**${percent(value)}**${kept ? '' : ' (!)'}`),
  '',
];

const boundRow = (slack: number): readonly string[] => {
  const { equal, replicaSeconds, latency, samples } = AGREEMENT_BOUNDS;
  const most = [replicaSeconds, latency, latency, samples].map((bound) => `≤ ${percent(slack * bound)}`);
  return ['bound', '', `≥ ${percent(1 - slack * (1 - equal))}`, ...most, ''];
};

const runsTable = (runs: readonly SuiteRun[], slack: number): string =>
  table(TITLES, [...runs.map(runRow), meanRow(runs, slack), boundRow(slack)]);

const conformanceRow = ({ name, conformance }: SuiteRun): readonly string[] => {
  const { syncs, decisions, answers, phases, samples } = conformance;
  return [
    name,
    `${syncs - decisions.length} of ${syncs}`,
    `${answers.same} of ${answers.same + answers.raced + answers.differs}`,
    String(answers.raced),
    String(answers.unknown),
    `${phases.targets - phases.differing.length} of ${phases.targets}`,
    `${samples.counted} of ${Number.isNaN(samples.appended) ? 'unknown' : samples.appended}`,
  ];
};

/** Phases that are not the hash's, each with how late the target was. */
const latePhases = (runs: readonly SuiteRun[]): string =>
  runs
    .flatMap(({ name, conformance }) =>
      conformance.phases.differing.map(
        ({ target, expected, observed }) =>
          `- ${name}: ${target} was scraped ${(observed - expected).toFixed(0)} ms after the phase of the hash; the lateness of a target's first scrape stays with it.`,
      ),
    )
    .join('\n');

const divergences = (runs: readonly SuiteRun[]): string =>
  runs.map(({ name, divergence }) => `- ${name}: ${divergenceSentence(divergence)}.`).join('\n');

const storageTable = (runs: readonly SuiteRun[]): string => {
  const all = runs.flatMap(({ real, simulated }) => storageRows(real, simulated));
  const names = [...new Set(all.map(({ what }) => what.replace(/^.*: /, '')))];
  return table(
    ['figure', 'error in the mean', 'smallest', 'largest'],
    names.map((name) => {
      const errors = all.flatMap(({ what, error }) =>
        what.replace(/^.*: /, '') === name && error !== null && Number.isFinite(error) ? [error] : [],
      );
      const of = (value: number | null): string => percent(value);
      return errors.length === 0
        ? [name, '–', '–', '–']
        : [name, of(mean(errors)), of(Math.min(...errors)), of(Math.max(...errors))];
    }),
  );
};

const share = ({ equal, seconds }: TrajectoryError): number => equal / seconds;

const versionsText = ({ header }: RunRecord): string => {
  const { machine, versions } = header;
  return `Kubernetes ${versions['kubernetes'] ?? '?'} on ${String(machine?.['cores'] ?? '?')} shared cores (${String(machine?.['cpu'] ?? '?')})`;
};

export const barePage = ({ suite, faults, pairs }: SuiteResult): string => {
  const all = [...suite, ...faults];
  const [first] = all;
  return `# The simulator beside the real controllers

Written by \`npm run bare-suite\`. Each run is five minutes of the bare profile: real API server, controller manager with its
HPA, scheduler, Prometheus and adapter; pods are emulator processes, the load is real HTTP and WebSocket. Afterwards the
same schedule is simulated with what is known of the run: scrape phases and instants, instants of the HPA's syncs, the
instants at which requests were really sent, delays of pods and nodes, what faults did. Everything else the simulation
computes: what pods serve when, what their gauges show, what the adapter answers, what the HPA decides, how many samples
are stored. ${first === undefined ? '' : versionsText(first.real)}; other work ran on the machine.

*Equal*: share of whole seconds with the same number of wanted replicas. *Replica-s off*: |Σ simulated − Σ real| / Σ real.
*Off* of latencies and samples: |simulated / real − 1|; latencies of answered calls that are no live sessions, from their
intended start. *Sent late*: how late the load engine was, a measure of what else the machine did. (!) = not within its bound.

## The suite

${runsTable(suite, 1)}

Where each simulation first left its run, and why:

${divergences(suite)}

## Our code on the inputs of the real components

For each sync of the real HPA our \`decide\` was given what the controller was answered, and had to write the same scale and
the same status; our adapter was given the samples that Prometheus stored; the hash rule had to give the scrape phases.

${table(
  ['run', 'HPA decisions', 'adapter answers', 'in a commit', 'failed', 'scrape phases', 'samples of all appended'],
  all.map(conformanceRow),
)}

*In a commit*: the answer is what was to be seen a few milliseconds before or after. *Samples*: those of the ASR jobs, of all
that Prometheus says it appended (rules, kube-state-metrics).

${latePhases(all)}

## How much two real runs agree

${
  pairs.length === 0
    ? 'No scenario was run twice.'
    : table(
        ['runs of one scenario and schedule', 'equal', 'replica-s off'],
        pairs.map(({ names, error }) => [names.join(' and '), percent(share(error)), percent(error.replicaSecondsOff)]),
      )
}

A simulation that draws everything (names, phases, cadence, delays of pods and nodes) agrees with the runs of the suite on
${percent(mean(suite.map(({ drawn }) => share(drawn))))} of seconds in the mean, replica-seconds ${percent(mean(suite.map(({ drawn }) => drawn.replicaSecondsOff)))} off: what chance alone makes of one scenario.

## Faults

The bounds are twice as wide.

${faults.length === 0 ? 'None was run.' : runsTable(faults, 2)}

${divergences(faults)}

## Storage

Error of the simulation, (simulated / real) − 1, over all runs. The figures of jobs are those of the run. Head series, memory and
processor are those of the whole server: the real one also keeps what no job of the simulation has and has run for five
minutes, the simulated one is in its steady state of hours. The log is Prometheus' own, by share of samples.

${storageTable(all)}
`;
};
