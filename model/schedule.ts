// The schedule: what is sent, and when. Every engine (simulator, Node load engine, k6) reads the same rows; equality of
// arrivals is a fact checked by the SHA-256 of the text that `scheduleText` writes. Columns, because a day has millions of rows.

import { TestbedError } from './errors.ts';
import type { Millis, Seconds } from './units.ts';
import { millis, seconds } from './units.ts';

/**
 * short: one whole utterance in one interactive request. batch: a recorded file of any length, throughput matters more
 * than latency. stream: a live session that lasts `audioSeconds` of wall clock from its start.
 */
export type RequestKind = 'short' | 'batch' | 'stream';
export const REQUEST_KINDS: readonly RequestKind[] = ['short', 'batch', 'stream'];

export interface ScheduleRow {
  readonly index: number;
  /** From the origin of the run; never decreases from row to row. */
  readonly offsetMillis: Millis;
  /** Name of the traffic stream of the scenario. */
  readonly stream: string;
  readonly kind: RequestKind;
  readonly audioSeconds: Seconds;
  /** 32 bits from which everything random about this request is drawn. */
  readonly seed: number;
}

export interface Schedule {
  readonly count: number;
  readonly durationMillis: Millis;
  readonly streams: readonly string[];
  readonly offsetMillis: Float64Array;
  readonly audioSeconds: Float64Array;
  /** Index into `streams`. */
  readonly stream: Uint8Array;
  /** Index into REQUEST_KINDS. */
  readonly kind: Uint8Array;
  readonly seed: Uint32Array;
}

export const scheduleRow = (schedule: Schedule, index: number): ScheduleRow => ({
  index,
  offsetMillis: millis(schedule.offsetMillis[index]!),
  stream: schedule.streams[schedule.stream[index]!]!,
  kind: REQUEST_KINDS[schedule.kind[index]!]!,
  audioSeconds: seconds(schedule.audioSeconds[index]!),
  seed: schedule.seed[index]!,
});

/** Rows to columns. Throws SCHEDULE_TOO_LARGE if the columns do not fit into memory. */
export const scheduleFromRows = (rows: readonly ScheduleRow[], durationMillis: Millis): Schedule => {
  const streams = [...new Set(rows.map((row) => row.stream))];
  const schedule = emptySchedule(rows.length, durationMillis, streams);
  rows.forEach((row, i) => {
    schedule.offsetMillis[i] = row.offsetMillis;
    schedule.audioSeconds[i] = row.audioSeconds;
    schedule.stream[i] = streams.indexOf(row.stream);
    schedule.kind[i] = REQUEST_KINDS.indexOf(row.kind);
    schedule.seed[i] = row.seed;
  });
  return schedule;
};

/** Columns of zeros for `count` rows, to be filled by the compiler. Throws SCHEDULE_TOO_LARGE. */
export const emptySchedule = (count: number, durationMillis: Millis, streams: readonly string[]): Schedule => {
  try {
    return {
      count,
      durationMillis,
      streams,
      offsetMillis: new Float64Array(count),
      audioSeconds: new Float64Array(count),
      stream: new Uint8Array(count),
      kind: new Uint8Array(count),
      seed: new Uint32Array(count),
    };
  } catch (cause) {
    throw new TestbedError('SCHEDULE_TOO_LARGE', `a schedule of ${count} rows does not fit into memory`, {
      hint: 'shorten the duration or lower the rate',
      cause,
    });
  }
};

/**
 * The text of the schedule in pieces of a few thousand lines: a header line, then one NDJSON line per row.
 * These bytes are what the schedule hash is taken of.
 */
export const scheduleText = function* (schedule: Schedule): Generator<string> {
  let piece = `${JSON.stringify({ schema: 'surgelab.schedule/1', count: schedule.count, durationMillis: schedule.durationMillis, streams: schedule.streams })}\n`;
  for (let i = 0; i < schedule.count; i++) {
    piece += `{"index":${i},"offsetMillis":${schedule.offsetMillis[i]!},"stream":${JSON.stringify(schedule.streams[schedule.stream[i]!]!)},"kind":"${REQUEST_KINDS[schedule.kind[i]!]!}","audioSeconds":${schedule.audioSeconds[i]!},"seed":${schedule.seed[i]!}}\n`;
    if (piece.length > 1 << 18) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
};
