// Runs the experiments of the bare suite that are not there yet, some side by side; tells one line each.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the record of a run: our own code on the inputs of the real components. */
export const CONFORMANCE_FILE = 'conformance.json';

export interface Experiment {
  /** Name of the scenario's file in bare-suite/. */
  readonly scenario: string;
  /** Runs of one scenario and schedule, for the agreement of real runs with each other. */
  readonly repetition: number;
}

export const folderOf = (runs: string, { scenario, repetition }: Experiment): string =>
  join(runs, repetition === 1 ? scenario : `${scenario}-${repetition}`);

const WORKER = fileURLToPath(new URL('./bare-experiment-worker.ts', import.meta.url));

const runOne = (scenarioFile: string, folder: string, tell: (text: string) => void): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [WORKER, scenarioFile, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-1500)));
    child.once('error', (error) => {
      complaint = error.message;
    });
    child.once('close', (code) => {
      tell(code === 0 ? `${folder}: done` : `${folder}: failed with exit code ${String(code)}\n${complaint}`);
      resolve();
    });
  });

/** @param parallel how many at a time; each has a control plane of about 0.2 cores and its pods and load */
export const runMissing = async (
  experiments: readonly Experiment[],
  where: { readonly scenarios: string; readonly runs: string },
  parallel: number,
  tell: (text: string) => void,
): Promise<void> => {
  const waiting = experiments.filter((each) => !existsSync(join(folderOf(where.runs, each), 'run.json')));
  const next = async (): Promise<void> => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const folder = folderOf(where.runs, each);
      tell(`${folder}: begins, ${waiting.length} more wait`);
      await runOne(join(where.scenarios, `${each.scenario}.yaml`), folder, tell);
    }
  };
  await Promise.all(Array.from({ length: parallel }, next));
};
