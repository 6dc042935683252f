// Reads input files as text, gzip or not. Every failure is INPUT_MISSING with the path and what the system said.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TestbedError } from '../model/errors.ts';
import { systemWords } from './system-words.ts';

const refuse = (path: string, what: string, cause: unknown): never => {
  const isFolder = (cause as NodeJS.ErrnoException | null)?.code === 'EISDIR';
  throw new TestbedError('INPUT_MISSING', `${what} ${path} cannot be read: ${systemWords(cause)}`, {
    hint: isFolder
      ? 'name a file in it; only a run, with its run.json, is a folder'
      : `see what is there: ls ${dirname(path)}`,
    cause,
  });
};

/** The text of a file; a name that ends in `.gz` is decompressed. Throws INPUT_MISSING. */
export const readText = (path: string, what: string): string => {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    return refuse(path, what, cause);
  }
};

/** A file, or the YAML files of a folder in order of their names. Throws INPUT_MISSING. */
export const yamlFiles = (path: string, what: string): readonly string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path)
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => join(path, name));
    if (files.length > 0) return files;
  } catch (cause) {
    return refuse(path, what, cause);
  }
  throw new TestbedError('INPUT_MISSING', `${what} ${path} holds no .yaml file`, {
    hint: 'name the file or folder that holds the YAML, as `helm template` or `kubectl get -o yaml` prints it',
  });
};

/** The first of `paths` that exists. */
export const firstExisting = (paths: readonly string[]): string | null =>
  paths.find((path) => existsSync(path)) ?? null;
