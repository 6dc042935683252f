// Runs the experiments of bare-suite/ on the bare profile (those that are missing), simulates each with what is known of it,
// and writes docs/bare.md. Exit code 1 if a bound is not kept in the mean, or a run is missing.
//
//   npm run bare-suite                                  # some forty minutes, two control planes at a time
//   npm run bare-suite -- --runs DIR --parallel 3
//   npm run bare-suite -- --only-page                   # from the runs that are there

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trajectoryError, wantedEverySecond } from '../../reports/fidelity/trajectory.ts';
import { measuredRun } from './bare-measured.ts';
import type { SuiteRun } from './bare-page.ts';
import { barePage, meanFigures } from './bare-page.ts';
import type { Experiment } from './bare-runs.ts';
import { folderOf, runMissing } from './bare-runs.ts';

const SUITE = ['step', 'burst-15s', 'fast-2s', 'cold-nodes', 'files', 'streams', 'window-1m'];
/** So that real runs can be compared with each other. */
const REPETITIONS: readonly Experiment[] = [
  { scenario: 'step', repetition: 2 },
  { scenario: 'step', repetition: 3 },
  { scenario: 'streams', repetition: 2 },
];
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
const faults: readonly Experiment[] = FAULTS.map((scenario) => ({ scenario, repetition: 1 }));

if (!values['only-page'])
  await runMissing(
    [...suite, ...REPETITIONS, ...faults],
    { scenarios: join(import.meta.dirname, 'bare-suite'), runs: values.runs },
    Number(values.parallel),
    tell,
  );

const measured = async (experiment: Experiment): Promise<SuiteRun[]> => {
  const run = await measuredRun(values.runs, experiment);
  if (run !== null) return [run];
  tell(`${folderOf(values.runs, experiment)}: there is no such run`);
  process.exitCode = 1;
  return [];
};

const measuredAll = async (experiments: readonly Experiment[]): Promise<SuiteRun[]> => {
  const found: SuiteRun[] = [];
  for (const experiment of experiments) found.push(...(await measured(experiment)));
  return found;
};

const runs = await measuredAll([...suite, ...REPETITIONS]);
const broken = await measuredAll(faults);
const alike = (a: SuiteRun, b: SuiteRun): boolean => a.real.header.scenarioName === b.real.header.scenarioName;
const pairs = runs.flatMap((a, i) =>
  runs
    .slice(i + 1)
    .filter((b) => alike(a, b))
    .map((b) => ({
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
