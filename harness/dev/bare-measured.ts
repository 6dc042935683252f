// A run of the bare profile on disk, simulated with what is known of it, and how near the simulation came.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConformance } from '../../cluster/kube/run-conformance.ts';
import { agreement } from '../../reports/fidelity/agreement.ts';
import { firstDivergence } from '../../reports/fidelity/divergence.ts';
import { trajectoryError, wantedEverySecond } from '../../reports/fidelity/trajectory.ts';
import { readRun } from '../run-folder.ts';
import { questionOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';
import type { SuiteRun } from './bare-page.ts';
import type { Experiment } from './bare-runs.ts';
import { CONFORMANCE_FILE, folderOf } from './bare-runs.ts';

const conformanceOf = (folder: string): RunConformance =>
  JSON.parse(readFileSync(join(folder, CONFORMANCE_FILE), 'utf8'), (_, value: unknown) =>
    // JSON has no NaN: the count of a Prometheus that was restarted.
    value === null ? NaN : value,
  ) as RunConformance;

/** Null: there is no such run. */
export const measuredRun = async (runs: string, experiment: Experiment): Promise<SuiteRun | null> => {
  const folder = folderOf(runs, experiment);
  if (!existsSync(join(folder, 'run.json'))) return null;
  const real = (await readRun(folder)).record;
  const { question, known } = await questionOfRun(folder, false);
  const simulated = simulateQuestion(question, false, known);
  const drawn = simulateQuestion((await questionOfRun(folder, true)).question, false);
  return {
    name: experiment.repetition === 1 ? experiment.scenario : `${experiment.scenario} (${experiment.repetition})`,
    real,
    simulated,
    agreement: agreement(real, simulated),
    divergence: firstDivergence(real, simulated),
    conformance: conformanceOf(folder),
    drawn: trajectoryError(wantedEverySecond(real), wantedEverySecond(drawn)),
  };
};
