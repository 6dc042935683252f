// The platform YAML of another commit: the same files and folders that the scenario names, as git has them at a ref.
// Reads only; runs the user's git with fixed arguments.

import { execFileSync } from 'node:child_process';
import { dirname, relative, resolve } from 'node:path';
import { realpathSync, statSync } from 'node:fs';
import { TestbedError } from '../../model/errors.ts';
import type { InputFile, ScenarioFile } from '../read-scenario.ts';
import { manifestPaths } from '../read-scenario.ts';

const git = (folder: string, ...args: readonly string[]): string => {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new TestbedError('TOOL_MISSING', 'git is not installed', {
        hint: 'install git, or gate against a baseline file',
        cause,
      });
    const said = String((cause as { stderr?: unknown }).stderr ?? cause).trim();
    throw new TestbedError('INPUT_MISSING', `git ${args[0] ?? ''}: ${said}`, {
      hint: 'the ref must exist (git fetch it first) and the platform files must be in the repository',
      cause,
    });
  }
};

const folderOf = (path: string): string => (statSync(path).isDirectory() ? path : dirname(path));

const commitOf = (top: string, ref: string): string => {
  try {
    return git(top, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`).trim();
  } catch (cause) {
    throw new TestbedError('INPUT_MISSING', `there is no branch, tag or commit ${ref} in ${top}`, {
      hint: 'git fetch it first, or see git branch --all; for a folder of runs, name one that is there',
      cause,
    });
  }
};

/** Throws INPUT_MISSING for an unknown ref, a path outside a repository or one without YAML at that ref; TOOL_MISSING. */
export const manifestsAt = (ref: string, file: ScenarioFile): readonly InputFile[] =>
  manifestPaths(file).flatMap((path) => {
    const real = realpathSync(path);
    const folder = folderOf(real);
    const top = realpathSync(git(folder, 'rev-parse', '--show-toplevel').trim());
    const name = relative(top, resolve(real));
    const commit = commitOf(top, ref);
    const names = git(top, 'ls-tree', '-r', '--name-only', '-z', commit, '--', name)
      .split('\0')
      .filter((one) => /\.(ya?ml|json)$/.test(one))
      .sort();
    if (names.length === 0) throw new TestbedError('INPUT_MISSING', `${name} holds no YAML at ${ref}`);
    return names.map((one) => ({ file: `${ref}:${one}`, text: git(top, 'show', `${commit}:${one}`) }));
  });
