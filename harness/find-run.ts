// Where a run lies on disk: a folder with a run.json in it. Says what is there instead where it is not, and what was meant.

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TestbedError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { libraryScenarios } from './read-scenario.ts';

/** Ends the name of a run that was cut off. */
export const PARTIAL = '.partial';

const WHAT = 'a run is a folder with a run.json in it, as simulate and replay write it';
/** As many runs of a folder are named. */
const NAMED = 3;

const kindOf = async (path: string): Promise<'file' | 'folder' | null> => {
  const found = await stat(path).catch(() => null);
  return found === null ? null : found.isDirectory() ? 'folder' : 'file';
};

const isRun = async (path: string): Promise<boolean> => (await kindOf(join(path, 'run.json'))) === 'file';

/** Names of the runs that lie in a folder, in order. */
const runsIn = async (folder: string): Promise<readonly string[]> => {
  const names = (await readdir(folder).catch(() => [])).toSorted();
  const are = await Promise.all(names.map((name) => isRun(join(folder, name))));
  return names.filter((_, i) => are[i]);
};

/** A run, or a folder of them. */
export const holdsRuns = async (path: string): Promise<boolean> =>
  (await isRun(path)) || (await runsIn(path)).length > 0;

const isScenario = (name: string): boolean => /\.ya?ml$/.test(name) || libraryScenarios().includes(name);

const scenarioHint = (name: string): string =>
  `${name} is a scenario: surgelab simulate ${name} makes a run of it; gate takes one with --against or --baseline`;

/** Throws INPUT_MISSING; RUN_INCOMPLETE for a run that was cut off, unless `acceptPartial`. */
export const findRun = async (folder: string, acceptPartial: boolean): Promise<string> => {
  const named = resolve(folder);
  const path = (await kindOf(named)) === null && (await kindOf(named + PARTIAL)) !== null ? named + PARTIAL : named;
  const missing = (what: string, hint: string): TestbedError => new TestbedError('INPUT_MISSING', what, { hint });
  const kind = await kindOf(path);
  if (kind === null) {
    const near = nearest(basename(path), await runsIn(dirname(path)));
    throw missing(
      `there is no run folder ${path}${near === null ? '' : ` (did you mean \`${near}\`?)`}`,
      isScenario(folder) ? scenarioHint(folder) : `see what is there: ls ${dirname(path)}; ${WHAT}`,
    );
  }
  if (kind === 'file')
    throw missing(
      `${path} is a file, expected the folder of a run`,
      (await isRun(dirname(path)))
        ? `name the folder: ${dirname(path)}`
        : isScenario(path)
          ? scenarioHint(folder)
          : WHAT,
    );
  if (path.endsWith(PARTIAL) && !acceptPartial)
    throw new TestbedError('RUN_INCOMPLETE', `the run in ${path} was cut off while it was made`, {
      hint: 'repeat it, or score what is there with --partial',
    });
  if (!(await isRun(path)) && !path.endsWith(PARTIAL)) {
    const inside = (await runsIn(path)).map((name) => join(folder, name));
    throw missing(
      `${path} is no run folder: it has no run.json`,
      inside.length === 0
        ? WHAT
        : `runs lie in it: ${inside.slice(0, NAMED).join(', ')}${inside.length > NAMED ? ', …' : ''}`,
    );
  }
  return path;
};
