// A run on disk: writes a RunRecord into a folder that looks whole only when it is whole, and reads it back.
// A folder is built as `<name>.partial` beside its place and renamed at the end; whatever cuts that off leaves the
// `.partial` name behind, and readers refuse it unless they are told to score what is there.

import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TestbedError } from '../model/errors.ts';
import type { Decision, LifeEvent, RunHeader, RunRecord, StorageRecord } from '../model/record.ts';
import { RUN_SCHEMA } from '../model/record.ts';
import { PARTIAL, findRun } from './find-run.ts';
import { makeFolder } from './make-folder.ts';
import { writeColumns } from './parquet.ts';
import {
  ndjson,
  ndjsonRows,
  readRequests,
  readSchedule,
  readSignals,
  requestColumns,
  scheduleGzip,
  signalColumns,
} from './run-tables.ts';
import { systemWords } from './system-words.ts';

const unwritable = (folder: string, cause: unknown): TestbedError =>
  new TestbedError('RUN_FOLDER_UNWRITABLE', `cannot write the run folder ${folder}: ${systemWords(cause)}`, {
    hint: 'choose another place with --out DIR, or free some space',
    cause,
  });

/** The files of a run folder, name and bytes, in the order in which they are written; run.json comes last. */
const runFiles = function* (run: RunRecord): Generator<readonly [string, string | Uint8Array]> {
  yield ['schedule.ndjson.gz', scheduleGzip(run.schedule)];
  yield ['requests.parquet', writeColumns(requestColumns(run.requests), { schema: RUN_SCHEMA })];
  yield ['signals.parquet', writeColumns(signalColumns(run.signals), { schema: RUN_SCHEMA })];
  yield ['pods.ndjson', ndjson(run.life)];
  yield ['decisions.ndjson', ndjson(run.decisions)];
  yield ['storage.json', `${JSON.stringify(run.storage, null, 1)}\n`];
  yield ['run.json', `${JSON.stringify(run.header, null, 1)}\n`];
};

/** Why a run is not whole; such a run keeps its `.partial` name. */
export interface PartialRun {
  readonly reason: string;
}

/**
 * Writing replaces what is in `folder`, so it must be a run, empty, or not there yet. Commands look before a long run too.
 * Throws RUN_FOLDER_UNWRITABLE.
 */
export const checkRunPlace = async (folder: string): Promise<void> => {
  const target = resolve(folder);
  const found = await readdir(target).catch((cause: unknown): string[] => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unwritable(target, cause);
  });
  if (found.length > 0 && !found.includes('run.json'))
    throw new TestbedError(
      'RUN_FOLDER_UNWRITABLE',
      `${target} holds something else than a run, and would be replaced`,
      {
        hint: '--out DIR with a folder that is new, empty, or a run',
      },
    );
};

/**
 * Writes `run` to `folder`, replacing a run that was there. `extra` files (score.json, report.html, …) go in with it.
 * With `partial` the folder keeps the `.partial` name. Returns the final path. Throws RUN_FOLDER_UNWRITABLE.
 */
export const writeRun = async (
  folder: string,
  run: RunRecord,
  extra: Readonly<Record<string, string>> = {},
  partial: PartialRun | null = null,
): Promise<string> => {
  await checkRunPlace(folder);
  const target = resolve(folder);
  const building = target + PARTIAL;
  try {
    makeFolder(dirname(target));
    await rm(building, { recursive: true, force: true });
    await mkdir(building);
    for (const [name, bytes] of runFiles(run)) await writeFile(join(building, name), bytes);
    for (const [name, text] of Object.entries(extra)) await writeFile(join(building, name), text);
    if (partial !== null) {
      await writeFile(join(building, 'INCOMPLETE.txt'), `${partial.reason}\n`);
      return building;
    }
    await rm(target, { recursive: true, force: true });
    await rename(building, target);
    return target;
  } catch (cause) {
    throw unwritable(target, cause);
  }
};

/** Adds or replaces one file of a run folder, whole or not at all. */
export const addToRun = async (folder: string, name: string, text: string): Promise<string> => {
  const path = join(resolve(folder), name);
  try {
    await writeFile(`${path}.tmp`, text);
    await rename(`${path}.tmp`, path);
    return path;
  } catch (cause) {
    throw unwritable(resolve(folder), cause);
  }
};

export interface RunOnDisk {
  /** Where it really is: an incomplete run has its own name. */
  readonly folder: string;
  readonly record: RunRecord;
}

/**
 * Reads a run folder. A `.partial` folder throws RUN_INCOMPLETE unless `acceptPartial`; another schema version throws
 * SCHEMA_MISMATCH; what is no run folder INPUT_MISSING; a folder without one of the files RUN_INCOMPLETE.
 */
export const readRun = async (folder: string, acceptPartial = false): Promise<RunOnDisk> => {
  const path = await findRun(folder, acceptPartial);
  const file = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(path, name));
    } catch (cause) {
      throw new TestbedError('RUN_INCOMPLETE', `${join(path, name)} cannot be read: ${systemWords(cause)}`, {
        hint: 'a run is whole with all of its files: copy the folder again, or make the run again',
        cause,
      });
    }
  };
  const decoded = async <T>(name: string, decode: (bytes: Uint8Array) => T | Promise<T>): Promise<T> => {
    const bytes = await file(name);
    try {
      return await decode(bytes);
    } catch (cause) {
      if (cause instanceof TestbedError) throw cause;
      throw new TestbedError('RUN_INCOMPLETE', `${join(path, name)} is broken: ${(cause as Error).message}`, {
        hint: 'it was cut off or changed after it was written: make the run again, or copy the folder again',
        cause,
      });
    }
  };
  const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));
  const header = (await decoded('run.json', json)) as RunHeader;
  if ((header.schema as string) !== RUN_SCHEMA)
    throw new TestbedError('SCHEMA_MISMATCH', `${path} has schema ${header.schema}, this version reads ${RUN_SCHEMA}`, {
      hint: 'make the run again with this version, or read it with the version named in run.json',
    });
  const record: RunRecord = {
    header,
    schedule: await decoded('schedule.ndjson.gz', (bytes) => readSchedule(bytes, join(path, 'schedule.ndjson.gz'))),
    requests: await decoded('requests.parquet', readRequests),
    signals: await decoded('signals.parquet', readSignals),
    life: (await decoded('pods.ndjson', ndjsonRows)) as LifeEvent[],
    decisions: (await decoded('decisions.ndjson', ndjsonRows)) as Decision[],
    storage: (await decoded('storage.json', json)) as StorageRecord,
  };
  return { folder: path, record };
};
