// Where the programs are: the folder $SURGELAB_BIN, then the cache, then PATH. What is taken from PATH has to say that
// it is the pinned minor; what lies in $SURGELAB_BIN is taken as it is, and a differing version is told.

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createHash } from 'node:crypto';
import type { Program } from './component-names.ts';
import type { Recipe } from './recipes.ts';
import { buildArguments } from './wrapper-module.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FoundProgram {
  readonly kind: 'found';
  readonly program: Program;
  readonly path: string;
  readonly source: 'SURGELAB_BIN' | 'cache' | 'PATH' | 'built';
  /** Something to tell, for instance another version than the pinned one. */
  readonly note: string | null;
}

export interface MissingProgram {
  readonly kind: 'missing';
  readonly program: Program;
  readonly recipe: Recipe;
  /** Where it was looked for and why what was there was not taken. */
  readonly looked: readonly string[];
}

/** $XDG_CACHE_HOME/surgelab/bin or ~/.cache/surgelab/bin */
export const cacheFolder = (environment: Environment): string => {
  const base = environment['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'surgelab', 'bin');
};

/** Folder NAME-VERSION-HASH with the program in it, which keeps its name: clients call themselves by it. The hash is over all that decides what is built. */
export const cacheName = (recipe: Recipe): string => {
  const made = [recipe.module, recipe.version, ...buildArguments(recipe, '')];
  const hash = createHash('sha256').update(made.join('\n')).digest('hex').slice(0, 12);
  return join(`${recipe.program}-${recipe.version}-${hash}`, recipe.program);
};

export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const VERSION_MILLIS = 10_000;
const versionArguments = (program: Program): string[] => {
  if (program === 'kubectl') return ['version', '--client'];
  return program === 'kube-state-metrics' ? ['version'] : ['--version'];
};

/** What the program says of itself, for instance `1.37.2`; null if it does not tell. */
const toldVersion = (program: Program, path: string): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(path, versionArguments(program), { timeout: VERSION_MILLIS }, (error, stdout, stderr) => {
      const match = error === null ? /\bv?(\d+\.\d+\.\d+)/.exec(stdout + stderr) : null;
      resolve(match?.[1] ?? null);
    });
  });

const isMinor = (version: string, minor: string): boolean => version.startsWith(`${minor}.`);

/** Names under which packages install it. */
const namesOf = (program: Program): string[] => (program === 'adapter' ? ['adapter', 'prometheus-adapter'] : [program]);

const candidates = (folders: readonly string[], program: Program): string[] =>
  folders.flatMap((folder) => namesOf(program).map((name) => join(folder, name))).filter(isExecutable);

export const findProgram = async (recipe: Recipe, environment: Environment): Promise<FoundProgram | MissingProgram> => {
  const { program, minor } = recipe;
  const looked: string[] = [];
  const given = environment['SURGELAB_BIN'] ?? '';
  if (given !== '') {
    const path = candidates([given], program)[0];
    if (path !== undefined) {
      const version = await toldVersion(program, path);
      const note =
        version === null || isMinor(version, minor)
          ? null
          : `${program} of SURGELAB_BIN says ${version}; ${minor} was asked for`;
      return { kind: 'found', program, path, source: 'SURGELAB_BIN', note };
    }
    looked.push(`SURGELAB_BIN (${given}): not there`);
  }
  const cached = join(cacheFolder(environment), cacheName(recipe));
  if (isExecutable(cached)) return { kind: 'found', program, path: cached, source: 'cache', note: null };
  looked.push(`cache (${cached}): not there`);
  const onPath = candidates(
    (environment['PATH'] ?? '').split(delimiter).filter((each) => each !== ''),
    program,
  );
  for (const path of onPath) {
    const version = await toldVersion(program, path);
    if (version !== null && isMinor(version, minor))
      return { kind: 'found', program, path, source: 'PATH', note: null };
    looked.push(`PATH (${path}): ${version === null ? 'does not tell its version' : `is ${version}`}, not ${minor}`);
  }
  if (onPath.length === 0) looked.push('PATH: not there');
  return { kind: 'missing', program, recipe, looked };
};

export const findPrograms = (
  recipes: readonly Recipe[],
  environment: Environment,
): Promise<(FoundProgram | MissingProgram)[]> => Promise.all(recipes.map((recipe) => findProgram(recipe, environment)));
