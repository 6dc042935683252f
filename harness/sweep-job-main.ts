// One index of a sweep in a pod of an Indexed Job: the seed that the index stands for, every setting on it, the scores as
// Parquet on one line of stdout. Its input is the folder that the Job mounts.

import { readFileSync } from 'node:fs';
import { RESULT_MARK } from '../cluster/kube/indexed-job.ts';
import type { SweepJobTask } from './sweep-job.ts';
import { resultBytes } from './sweep-results.ts';
import sweepSeed from './sweep-worker.ts';

const FOLDER = '/etc/surgelab';
const { env } = process;
// Names of files are told from here, as from the folder that the sweep was asked in.
process.chdir(FOLDER);

const { options, settings, seeds, plan } = JSON.parse(readFileSync(`${FOLDER}/task.json`, 'utf8')) as SweepJobTask;
const indexes = (env['SURGELAB_INDEXES'] ?? '').split(',').map(Number);
const index = indexes[Number(env['JOB_COMPLETION_INDEX'] ?? NaN)];
const seed = index === undefined ? undefined : seeds[index];
if (seed === undefined) {
  process.stderr.write(`no seed for JOB_COMPLETION_INDEX ${env['JOB_COMPLETION_INDEX'] ?? 'unset'}\n`);
  process.exit(2);
}
const scores = sweepSeed({ options: { ...options, scenario: `${FOLDER}/scenario.yaml` }, seed, settings });
const bytes = resultBytes({ plan, seed, scores });
process.stdout.write(`${RESULT_MARK}${Buffer.from(bytes).toString('base64')}\n`);
