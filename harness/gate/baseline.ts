// A baseline file: the figures of a state that was good, seed by seed, small enough to commit. Written and read as JSON.

import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { readText } from '../read-input.ts';

const SCHEMA = 'surgelab.baseline/1';

export interface Baseline {
  readonly schema: typeof SCHEMA;
  readonly scenario: string;
  /** Texts of the objectives measured, in the order of the values. */
  readonly figures: readonly string[];
  readonly runs: readonly {
    readonly seed: number;
    readonly scheduleHash: string;
    readonly values: readonly (number | null)[];
  }[];
}

export const writeBaseline = (path: string, baseline: Omit<Baseline, 'schema'>): void => {
  makeFolder(dirname(path));
  writeFileSync(path, `${JSON.stringify({ schema: SCHEMA, ...baseline }, null, 1)}\n`);
};

/** Null if there is no such file. Throws SCHEMA_MISMATCH. */
export const readBaseline = (path: string): Baseline | null => {
  if (!existsSync(path)) return null;
  const refused = (cause?: unknown): TestbedError =>
    new TestbedError('SCHEMA_MISMATCH', `${path} is no baseline of schema ${SCHEMA}`, {
      hint: 'name the file that --update wrote, or write it anew with --update',
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path, 'the baseline'));
  } catch (cause) {
    throw cause instanceof TestbedError ? cause : refused(cause);
  }
  if ((parsed as { schema?: unknown } | null)?.schema !== SCHEMA) throw refused();
  return parsed as Baseline;
};
