// Runs the experiments of bare-suite/ on the bare profile (those that are missing), simulates each with what is known of it,
// and writes docs/bare.md. Exit code 1 if a bound is not kept in the mean, or a run is missing.
//
//   npm run bare-suite                                  # some forty minutes, two control planes at a time
//   npm run bare-suite -- --runs DIR --parallel 3
//   npm run bare-suite -- --only-page                   # from the runs that are there

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunConformance } from '../../cluster/kube/run-conformance.ts';
import { agreement } from '../../reports/fidelity/agreement.ts';
import { firstDivergence } from '../../reports/fidelity/divergence.ts';
import { trajectoryError, wantedEverySecond } from '../../reports/fidelity/trajectory.ts';
import { readRun } from '../run-folder.ts';
import { questionOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';
import type { SuiteRun } from './bare-page.ts';
import { barePage, meanFigures } from './bare-page.ts';
import type { Experiment } from './bare-runs.ts';
import { CONFORMANCE_FILE, folderOf, runMissing } from './bare-runs.ts';

const SUITE = ['step', 'burst-15s', 'fast-2s', 'cold-nodes', 'files', 'streams', 'window-1m'];
/** Of the first scenario, so that real runs can be compared with each other. */
const REPETITIONS = [2, 3];
const FAULTS = ['fault-adapter', 'fault-prometheus', 'fault-api', 'fault-pod'];

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: join('runs', 'bare-suite') },
    parallel: { type: 'string', default: '2' },
    'only-page': { type: 'boolean', default: false },
  },
});

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const suite: readonly Experiment[] = SUITE.map((scenario) => ({ scenario, repetition: 1 }));
const repeated: readonly Experiment[] = REPETITIONS.map((repetition) => ({ scenario: SUITE[0]!, repetition }));
const faults: readonly Experiment[] = FAULTS.map((scenario) => ({ scenario, repetition: 1 }));

if (!values['only-page'])
  await runMissing(
    [...suite, ...repeated, ...faults],
    { scenarios: join(import.meta.dirname, 'bare-suite'), runs: values.runs },
    Number(values.parallel),
    tell,
  );

const conformanceOf = (folder: string): RunConformance =>
  JSON.parse(readFileSync(join(folder, CONFORMANCE_FILE), 'utf8'), (_, value: unknown) =>
    // JSON has no NaN: the count of a Prometheus that was restarted.
    value === null ? NaN : value,
  ) as RunConformance;

const measured = async (experiment: Experiment): Promise<SuiteRun[]> => {
  const folder = folderOf(values.runs, experiment);
  if (!existsSync(join(folder, 'run.json'))) {
    tell(`${folder}: there is no such run`);
    process.exitCode = 1;
    return [];
  }
  const real = (await readRun(folder)).record;
  const { question, known } = await questionOfRun(folder, false);
  const simulated = simulateQuestion(question, false, known);
  const drawn = simulateQuestion((await questionOfRun(folder, true)).question, false);
  return [
    {
      name: experiment.repetition === 1 ? experiment.scenario : `${experiment.scenario} (${experiment.repetition})`,
      real,
      simulated,
      agreement: agreement(real, simulated),
      divergence: firstDivergence(real, simulated),
      conformance: conformanceOf(folder),
      drawn: trajectoryError(wantedEverySecond(real), wantedEverySecond(drawn)),
    },
  ];
};

const measuredAll = async (experiments: readonly Experiment[]): Promise<SuiteRun[]> => {
  const found: SuiteRun[] = [];
  for (const experiment of experiments) found.push(...(await measured(experiment)));
  return found;
};

const runs = await measuredAll([...suite, ...repeated]);
const broken = await measuredAll(faults);
const alike = runs.filter(({ real }) => real.header.scenarioName === `bare-${SUITE[0]!}`);
const pairs = alike.flatMap((a, i) =>
  alike.slice(i + 1).map((b) => ({
    names: [a.name, b.name] as const,
    error: trajectoryError(wantedEverySecond(a.real), wantedEverySecond(b.real)),
  })),
);
writeFileSync(
  join(import.meta.dirname, '..', '..', 'docs', 'bare.md'),
  barePage({ suite: runs, faults: broken, pairs }),
);
const kept = [...meanFigures(runs, 1), ...meanFigures(broken, 2)];
for (const { what, value, bound, kept: is } of kept) if (!is) tell(`${what}: ${String(value)} is not within ${bound}`);
if (!kept.every(({ kept: is }) => is)) process.exitCode = 1;
