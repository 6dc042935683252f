// Outcomes of settings by simulation, on all cores and at most once each: what was simulated goes line by line into a state
// file, and a later search with the same question reads it instead of simulating again. So an interrupted search resumes.

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import type { Outcome } from '../../reports/search/outcome.ts';
import type { SetValue } from '../../reports/search/space.ts';
import type { ScenarioOptions } from '../question.ts';
import { readQuestion } from '../question.ts';
import { readManifestFiles } from '../read-scenario.ts';
import { runVersions } from '../versions.ts';
import type { Adjustment } from './adjust.ts';
import type { OutcomeTask } from './outcome-worker.ts';
import { workerPool } from '../worker-pool.ts';

const STATE_SCHEMA = 'surgelab.outcomes/4';

export interface Job {
  readonly seed: number;
  readonly set: Readonly<Record<string, SetValue>>;
  /** Another load or other nodes than the scenario's, or nodes that are lost. */
  readonly adjust?: Adjustment;
}

export interface Simulations {
  /** Outcomes in the order of the jobs. Throws what a simulation throws, and INTERRUPTED. */
  readonly run: (jobs: readonly Job[]) => Promise<readonly Outcome[]>;
  /** Outcomes that came from the state file. */
  readonly remembered: number;
  readonly close: () => Promise<void>;
}

/** Settings per task: few enough that all cores finish together, many enough that a schedule is compiled once per few. */
const CHUNK = 4;

const jobKey = ({ seed, set, adjust }: Job): string =>
  JSON.stringify([seed, Object.entries(set).toSorted(([x], [y]) => (x < y ? -1 : 1)), adjust]);

/** What the outcomes depend on beside seed and settings: the scenario, the YAML it names, the versions. */
const questionPrint = (options: ScenarioOptions): string => {
  const file = readQuestion(options);
  const { seed: _seed, ...scenario } = file.scenario;
  const manifests = readManifestFiles(file);
  const versions = runVersions(readPlatform(manifests, scenario.platform.set));
  return createHash('sha256')
    .update(JSON.stringify([STATE_SCHEMA, scenario, manifests.map(({ text }) => text), versions]))
    .digest('hex');
};

type StateLine = { readonly question: string } | { readonly job: string; readonly outcome: Outcome };

/** The outcomes of a state file; starts the file if it is not there. A last line that was cut off is left out. */
const openState = (path: string, question: string): Map<string, Outcome> => {
  const known = new Map<string, Outcome>();
  if (!existsSync(path)) {
    makeFolder(dirname(path));
    writeFileSync(path, `${JSON.stringify({ question })}\n`);
    return known;
  }
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const read = (text: string): StateLine => {
    try {
      return JSON.parse(text) as StateLine;
    } catch (cause) {
      throw new TestbedError('SCHEMA_MISMATCH', `${path} holds a line that is no outcome: ${text.slice(0, 40)}`, {
        hint: 'remove the file: what it remembers is simulated again',
        cause,
      });
    }
  };
  for (const line of lines.map(read)) {
    if ('job' in line) known.set(line.job, line.outcome);
    else if (line.question !== question) {
      throw new TestbedError('SCHEMA_MISMATCH', `${path} was made for another scenario, platform or version`, {
        hint: 'remove the file, or name another folder with --out',
      });
    }
  }
  const whole = lines.map((line) => `${line}\n`).join('');
  if (whole.length < readFileSync(path, 'utf8').length) writeFileSync(path, whole);
  return known;
};

/**
 * @param statePath null = remember nothing on disk
 * @param onDone told how many outcomes are known, those remembered included, whenever some were added
 */
export const openSimulations = (
  options: ScenarioOptions,
  statePath: string | null,
  signal: AbortSignal,
  onDone: (simulated: number) => void,
): Simulations => {
  const known = statePath === null ? new Map<string, Outcome>() : openState(statePath, questionPrint(options));
  const remembered = known.size;
  const pool = workerPool(new URL('./outcome-worker.ts', import.meta.url));
  const keep = (job: Job, outcome: Outcome): void => {
    const line = { job: jobKey(job), outcome };
    known.set(line.job, outcome);
    if (statePath !== null) appendFileSync(statePath, `${JSON.stringify(line)}\n`);
  };
  return {
    remembered,
    close: () => pool.destroy(),
    run: async (jobs) => {
      const missing = [
        ...new Map(jobs.filter((job) => !known.has(jobKey(job))).map((job) => [jobKey(job), job])).values(),
      ];
      const bySeed = Map.groupBy(missing, ({ seed, adjust }) => JSON.stringify([seed, adjust]));
      const tasks = [...bySeed.values()].flatMap((of) =>
        Array.from({ length: Math.ceil(of.length / CHUNK) }, (_, i) => of.slice(CHUNK * i, CHUNK * (i + 1))),
      );
      try {
        await Promise.all(
          tasks.map(async (of) => {
            const { seed, adjust } = of[0]!;
            const task: OutcomeTask = {
              options,
              seed,
              sets: of.map(({ set }) => set),
              ...(adjust === undefined ? {} : { adjust }),
            };
            const outcomes = (await pool.run(task, { signal })) as Outcome[];
            outcomes.forEach((outcome, i) => keep(of[i]!, outcome));
            onDone(known.size);
          }),
        );
      } catch (error) {
        if (signal.aborted)
          throw new TestbedError('INTERRUPTED', `the search was interrupted with ${known.size} simulations done`, {
            hint: statePath === null ? 'start it again' : 'start it again with the same options: it resumes',
            cause: error,
          });
        throw error;
      }
      return jobs.map((job) => known.get(jobKey(job))!);
    },
  };
};
