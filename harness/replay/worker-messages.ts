// What the parent and a load worker say to each other over IPC, and how finished rows travel: a flat array of numbers,
// ten per row, so that a killed worker loses only what it had not sent.

import type { RequestTable } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { LoadCensus } from '../../cluster/local/load-port.ts';
import type { EngineReport, LoadSettings } from './load-engine.ts';

export type PodMessage =
  | { readonly kind: 'join'; readonly pod: number; readonly origin: string }
  | { readonly kind: 'leave'; readonly pod: number };

export type ToWorker =
  | {
      readonly kind: 'begin';
      readonly schedule: Schedule;
      readonly settings: LoadSettings;
      readonly worker: number;
      readonly workers: number;
      readonly originMonotonicMillis: number;
      readonly timeScale: number;
      /** Joins and leaves up to now: the first row may be due at once. */
      readonly earlier: readonly PodMessage[];
    }
  | PodMessage
  /** Abandon what is under way, report, exit. */
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'rows'; readonly rows: Float64Array; readonly census: LoadCensus }
  /** The last row of this worker is over. */
  | { readonly kind: 'done' }
  | { readonly kind: 'report'; readonly report: WorkerReport }
  | { readonly kind: 'failed'; readonly message: string };

export type WorkerReport = Omit<EngineReport, 'requests'>;

const COLUMNS = 10;

/** Packs these rows of a table. */
export const packRows = (table: RequestTable, rows: readonly number[]): Float64Array => {
  const packed = new Float64Array(rows.length * COLUMNS);
  let at = 0;
  for (const row of rows) {
    packed[at] = row;
    packed[at + 1] = table.sentMillis[row]!;
    packed[at + 2] = table.admittedMillis[row]!;
    packed[at + 3] = table.firstResultMillis[row]!;
    packed[at + 4] = table.doneMillis[row]!;
    packed[at + 5] = table.outcome[row]!;
    packed[at + 6] = table.pod[row]!;
    packed[at + 7] = table.attempts[row]!;
    packed[at + 8] = table.lagSeconds[row]!;
    packed[at + 9] = table.failure[row]!;
    at += COLUMNS;
  }
  return packed;
};

/** Writes packed rows into a table; calls `seen` with each row. */
export const unpackRows = (packed: Float64Array, table: RequestTable, seen: (row: number) => void): void => {
  for (let at = 0; at < packed.length; at += COLUMNS) {
    const row = packed[at]!;
    table.sentMillis[row] = packed[at + 1]!;
    table.admittedMillis[row] = packed[at + 2]!;
    table.firstResultMillis[row] = packed[at + 3]!;
    table.doneMillis[row] = packed[at + 4]!;
    table.outcome[row] = packed[at + 5]!;
    table.pod[row] = packed[at + 6]!;
    table.attempts[row] = packed[at + 7]!;
    table.lagSeconds[row] = packed[at + 8]!;
    table.failure[row] = packed[at + 9]!;
    seen(row);
  }
};
