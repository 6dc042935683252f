// The parts of a run as the bytes of its files, and back: schedule, tables of requests and signals, lines of JSON. Which file
// is which, and whether a folder is whole, is run-folder.ts' business.

import { gunzipSync, gzipSync } from 'node:zlib';
import { TestbedError } from '../model/errors.ts';
import type { RequestTable, SignalTable } from '../model/record.ts';
import { emptyRequests, FAILURES, OBSERVERS, OUTCOMES } from '../model/record.ts';
import type { RequestKind, Schedule, ScheduleRow } from '../model/schedule.ts';
import { REQUEST_KINDS, emptySchedule, scheduleText } from '../model/schedule.ts';
import { millis } from '../model/units.ts';
import type { Column } from './parquet.ts';
import { readColumns } from './parquet.ts';

export const ndjson = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

export const scheduleGzip = (schedule: Schedule): Uint8Array =>
  gzipSync([...scheduleText(schedule)].join(''), { level: 4 });

export const requestColumns = (requests: RequestTable): Column[] => [
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

export const signalColumns = (signals: SignalTable): Column[] => [
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

export const ndjsonRows = (bytes: Uint8Array): unknown[] =>
  Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

export const readSchedule = (bytes: Uint8Array, path: string): Schedule => {
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

export const readRequests = async (bytes: Uint8Array): Promise<RequestTable> => {
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

export const readSignals = async (bytes: Uint8Array): Promise<SignalTable> => {
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
