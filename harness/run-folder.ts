// A run on disk: writes a RunRecord into a folder that looks whole only when it is whole, and reads it back.
// A folder is built as `<name>.partial` beside its place and renamed at the end; whatever cuts that off leaves the
// `.partial` name behind, and readers refuse it unless they are told to score what is there.

import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { TestbedError } from '../model/errors.ts';
import { makeFolder } from './make-folder.ts';
import type {
  Decision,
  LifeEvent,
  RequestTable,
  RunHeader,
  RunRecord,
  SignalTable,
  StorageRecord,
} from '../model/record.ts';
import { emptyRequests, FAILURES, OBSERVERS, OUTCOMES, RUN_SCHEMA } from '../model/record.ts';
import type { RequestKind, Schedule, ScheduleRow } from '../model/schedule.ts';
import { REQUEST_KINDS, emptySchedule, scheduleText } from '../model/schedule.ts';
import { millis } from '../model/units.ts';
import type { Column } from './parquet.ts';
import { readColumns, writeColumns } from './parquet.ts';
import { systemWords } from './system-words.ts';

const PARTIAL = '.partial';

const unwritable = (folder: string, cause: unknown): TestbedError =>
  new TestbedError('RUN_FOLDER_UNWRITABLE', `cannot write the run folder ${folder}: ${systemWords(cause)}`, {
    hint: 'choose another place with --out DIR, or free some space',
    cause,
  });

const ndjson = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const scheduleGzip = (schedule: Schedule): Uint8Array => gzipSync([...scheduleText(schedule)].join(''), { level: 4 });

const requestColumns = (requests: RequestTable): Column[] => [
  { name: 'intended_ms', type: 'DOUBLE', data: requests.intendedMillis },
  { name: 'sent_ms', type: 'DOUBLE', data: requests.sentMillis },
  { name: 'admitted_ms', type: 'DOUBLE', data: requests.admittedMillis },
  { name: 'first_result_ms', type: 'DOUBLE', data: requests.firstResultMillis },
  { name: 'done_ms', type: 'DOUBLE', data: requests.doneMillis },
  { name: 'outcome', type: 'STRING', data: Array.from(requests.outcome, (o) => OUTCOMES[o]!) },
  { name: 'failure', type: 'STRING', data: Array.from(requests.failure, (f) => FAILURES[f]!) },
  { name: 'pod', type: 'INT32', data: requests.pod },
  { name: 'attempts', type: 'INT32', data: Int32Array.from(requests.attempts) },
  { name: 'lag_s', type: 'DOUBLE', data: requests.lagSeconds },
];

const signalColumns = (signals: SignalTable): Column[] => [
  { name: 'at_ms', type: 'DOUBLE', data: signals.atMillis.subarray(0, signals.count) },
  {
    name: 'observer',
    type: 'STRING',
    data: Array.from(signals.observer.subarray(0, signals.count), (o) => OBSERVERS[o]!),
  },
  {
    name: 'subject',
    type: 'STRING',
    data: Array.from(signals.subject.subarray(0, signals.count), (s) => signals.subjects[s]!),
  },
  {
    name: 'metric',
    type: 'STRING',
    data: Array.from(signals.metric.subarray(0, signals.count), (m) => signals.metrics[m]!),
  },
  { name: 'value', type: 'DOUBLE', data: signals.value.subarray(0, signals.count) },
  { name: 'age_ms', type: 'DOUBLE', data: signals.ageMillis.subarray(0, signals.count) },
];

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

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const lines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

const readSchedule = (bytes: Uint8Array, path: string): Schedule => {
  const text = gunzipSync(bytes).toString('utf8');
  const headerEnd = text.indexOf('\n');
  const header = JSON.parse(text.slice(0, headerEnd)) as {
    schema: string;
    count: number;
    durationMillis: number;
    streams: string[];
  };
  if (header.schema !== 'surgelab.schedule/1')
    throw new TestbedError('SCHEMA_MISMATCH', `${path} has schema ${header.schema}, expected surgelab.schedule/1`);
  const schedule = emptySchedule(header.count, millis(header.durationMillis), header.streams);
  let at = headerEnd + 1;
  for (let i = 0; i < header.count; i++) {
    const end = text.indexOf('\n', at);
    const row = JSON.parse(text.slice(at, end)) as ScheduleRow;
    schedule.offsetMillis[i] = row.offsetMillis;
    schedule.audioSeconds[i] = row.audioSeconds;
    schedule.stream[i] = header.streams.indexOf(row.stream);
    schedule.kind[i] = REQUEST_KINDS.indexOf(row.kind satisfies RequestKind);
    schedule.seed[i] = row.seed;
    at = end + 1;
  }
  return schedule;
};

const readRequests = async (bytes: Uint8Array): Promise<RequestTable> => {
  const columns = await readColumns(bytes);
  const requests = emptyRequests(columns.rows);
  requests.intendedMillis.set(columns.numbers('intended_ms'));
  requests.sentMillis.set(columns.numbers('sent_ms'));
  requests.admittedMillis.set(columns.numbers('admitted_ms'));
  requests.firstResultMillis.set(columns.numbers('first_result_ms'));
  requests.doneMillis.set(columns.numbers('done_ms'));
  requests.outcome.set(columns.names('outcome').map((o) => OUTCOMES.findIndex((known) => known === o)));
  // Runs of 0.1 have no such column: nothing was told apart.
  requests.failure.set(columns.names('failure').map((f) => FAILURES.findIndex((known) => known === f)));
  requests.pod.set(columns.numbers('pod'));
  requests.attempts.set(columns.numbers('attempts'));
  requests.lagSeconds.set(columns.numbers('lag_s'));
  return requests;
};

const indexed = (names: readonly string[]): { index: Uint32Array; values: string[] } => {
  const seen = new Map<string, number>();
  const index = new Uint32Array(names.length);
  names.forEach((name, i) => {
    const known = seen.get(name) ?? seen.size;
    seen.set(name, known);
    index[i] = known;
  });
  return { index, values: [...seen.keys()] };
};

const readSignals = async (bytes: Uint8Array): Promise<SignalTable> => {
  const columns = await readColumns(bytes);
  const subject = indexed(columns.names('subject'));
  const metric = indexed(columns.names('metric'));
  return {
    count: columns.rows,
    atMillis: columns.numbers('at_ms'),
    observer: Uint8Array.from(columns.names('observer'), (o) => OBSERVERS.findIndex((known) => known === o)),
    subject: subject.index,
    subjects: subject.values,
    metric: Uint16Array.from(metric.index),
    metrics: metric.values,
    value: columns.numbers('value'),
    ageMillis: columns.numbers('age_ms'),
  };
};

export interface RunOnDisk {
  /** Where it really is: an incomplete run has its own name. */
  readonly folder: string;
  readonly record: RunRecord;
}

/**
 * Reads a run folder. A `.partial` folder throws RUN_INCOMPLETE unless `acceptPartial`; another schema version throws
 * SCHEMA_MISMATCH; a missing folder or file throws INPUT_MISSING.
 */
export const readRun = async (folder: string, acceptPartial = false): Promise<RunOnDisk> => {
  let path = resolve(folder);
  if (!(await exists(path)) && (await exists(path + PARTIAL))) path += PARTIAL;
  if (!(await exists(path)))
    throw new TestbedError('INPUT_MISSING', `there is no run folder ${path}`, { hint: 'see what is in runs/' });
  if (basename(path).endsWith(PARTIAL) && !acceptPartial)
    throw new TestbedError('RUN_INCOMPLETE', `the run in ${path} was cut off while it was made`, {
      hint: 'repeat it, or score what is there with --partial',
    });
  const file = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(path, name));
    } catch (cause) {
      throw new TestbedError(
        basename(path).endsWith(PARTIAL) ? 'RUN_INCOMPLETE' : 'INPUT_MISSING',
        name === 'run.json'
          ? `${path} is no run folder: it has no run.json`
          : `${join(path, name)} cannot be read: ${systemWords(cause)}`,
        { hint: 'name a folder that simulate or replay wrote', cause },
      );
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
  const ndjsonRows = (bytes: Uint8Array): unknown[] => lines(Buffer.from(bytes).toString('utf8'));
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
