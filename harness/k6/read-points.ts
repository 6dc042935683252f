// What k6 wrote (NDJSON, gzipped or not, perhaps cut off) to the run schema: one point of the script per row becomes a row of
// the request table, the frames of all sessions become the figures that the validity gate reads.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { Failure, Outcome, RequestTable } from '../../model/record.ts';
import { FAILURES, OUTCOMES, emptyRequests } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { emptySchedule, REQUEST_KINDS } from '../../model/schedule.ts';
import type { Unanswered } from '../replay/failures.ts';
import { closeFailure, failed, statusFailure, upgradeFailure } from '../replay/failures.ts';
import { LatenessCounter } from '../replay/lateness.ts';
import type { FrameFigures } from '../replay/load-engine.ts';
import type { DoorLog } from './door-log.ts';
import type { ScriptCause, ScriptFrames, ScriptPoint } from './script-data.ts';

export interface K6Points {
  readonly points: readonly ScriptPoint[];
  /** Sum of the integrals of rows under way, one per VU that ended. */
  readonly inFlightMillis: number;
  /** The file ended in the middle of something. */
  readonly isCut: boolean;
}

interface JsonPoint {
  readonly type: string;
  readonly metric: string;
  readonly data: { readonly value: number; readonly metadata?: Readonly<Record<string, string>> };
}

/** Lines of k6's own metrics are most of the file: only ours are parsed. */
const OURS = /"metric":"surgelab_(request|in_flight_integral)"/;

/** Whole lines of a file; the rest after the last newline comes last, and a gzip that breaks off gives what it holds. */
const linesOf = async function* (file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz')
    ? pipeline(bytes, createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }), () => undefined)
    : bytes;
  let rest = '';
  for await (const piece of text.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
};

/** @param file .json or .json.gz as `k6 run --out json=FILE` wrote it; one that is missing or cut off gives what there is */
export const readK6Points = async (file: string): Promise<K6Points> => {
  const points: ScriptPoint[] = [];
  let inFlightMillis = 0;
  const take = (line: string): void => {
    if (!OURS.test(line)) return;
    const { type, metric, data } = JSON.parse(line) as JsonPoint;
    if (type !== 'Point') return;
    if (metric === 'surgelab_in_flight_integral') inFlightMillis += data.value;
    const row = data.metadata?.['surgelab'];
    if (row !== undefined) points.push(JSON.parse(row) as ScriptPoint);
  };
  // k6 ends every line: what stands after the last newline is the beginning of one, and not taken.
  let last: string | null = null;
  let whole = 0;
  try {
    for await (const line of linesOf(file)) {
      if (last !== null) {
        take(last);
        whole += 1;
      }
      last = line;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return { points, inFlightMillis, isCut: whole === 0 || last !== '' };
};

/** k6's error codes: 1100 to 1199 name resolution, 1200 to 1299 TCP, 1300 to 1399 TLS, 1600 to 1699 HTTP/2. */
const networkClass = (code: number, text: string): Failure => {
  if (/too many open files|cannot assign requested address|no buffer space/.test(text)) return 'local-limit';
  if (/no such host/.test(text) || (code >= 1100 && code < 1200)) return 'dns';
  if (/connection refused|no route to host|unreachable|i\/o timeout/.test(text)) return 'unreachable';
  if (/x509|certificate|tls:/.test(text) || (code >= 1300 && code < 1400)) return 'tls';
  if (/malformed HTTP/.test(text)) return 'garbage';
  return 'reset';
};

/** What k6 let the script see, in the words of the Node engine. @param refusedStatus of the handshake, as the door saw it; 0 = unknown */
export const unansweredOf = (cause: ScriptCause, refusedStatus: number): Unanswered => {
  switch (cause.kind) {
    case 'status':
      return statusFailure(cause.status);
    case 'network':
      return failed(networkClass(cause.code, cause.text), cause.text === '' ? `k6 error ${cause.code}` : cause.text);
    case 'socket':
      return refusedStatus > 0 && /handshake/.test(cause.text)
        ? upgradeFailure(refusedStatus)
        : failed(networkClass(0, cause.text), cause.text);
    case 'close':
      return closeFailure(cause.code);
    case 'garbage':
      return failed('garbage', 'answer is no JSON');
    case 'error-message':
      return failed('error-message', `error message: ${cause.text}`);
    case 'wrong-end':
      return failed('wrong-end', 'no is_last after the end of the audio: wrong endDialect?');
    case 'back-pressure':
      return failed('back-pressure', 'the server does not take the audio at its pace');
  }
};

/**
 * The arrivals as the script played them, rows in the order of their index: hashes like the schedule if it did what was asked.
 *
 * @param asked whose length and order of streams, which are no row's business, go into the hash too
 */
export const arrivalsOf = (
  points: readonly ScriptPoint[],
  asked: Pick<Schedule, 'durationMillis' | 'streams'>,
): Schedule => {
  const played = emptySchedule(points.length, asked.durationMillis, asked.streams);
  points
    .toSorted((a, b) => a.row - b.row)
    .forEach((point, i) => {
      played.offsetMillis[i] = point.offsetMillis;
      played.audioSeconds[i] = point.audioSeconds;
      played.stream[i] = asked.streams.indexOf(point.stream);
      played.kind[i] = point.kind;
      played.seed[i] = point.seed;
    });
  return played;
};

export interface K6Table {
  readonly requests: RequestTable;
  /** Attempts that were not answered, by cause. */
  readonly causes: readonly (readonly [cause: string, count: number])[];
  /** Points whose row was there already, or is not of the schedule. */
  readonly strangers: number;
  /** Rows without a point. */
  readonly missing: readonly number[];
}

const NO_ENDPOINT: Unanswered = { kind: 'refused', failure: 'no-endpoint', cause: 'no endpoint or queue full' };
const STREAM = REQUEST_KINDS.indexOf('stream');

/** A batch request that a pod had when its caller gave up or the run ended; a live session went on, and who queued met nobody. */
const withoutAnswer = ({ outcome, kind, row }: ScriptPoint, door: DoorLog | null): Failure =>
  (outcome === 'timeout' || outcome === 'unfinished') && kind !== STREAM && (door === null || door.pod[row]! >= 0)
    ? 'no-answer'
    : '';

/** @param door what the front door saw; null = there was none */
export const tableOf = (schedule: Schedule, points: readonly ScriptPoint[], door: DoorLog | null): K6Table => {
  const requests = emptyRequests(schedule.count);
  const causes = new Map<string, number>();
  const seen = new Uint8Array(schedule.count);
  let strangers = 0;
  for (const point of points) {
    const { row } = point;
    if (row < 0 || row >= schedule.count || seen[row] === 1) {
      strangers += 1;
      continue;
    }
    seen[row] = 1;
    requests.intendedMillis[row] = point.offsetMillis;
    requests.sentMillis[row] = point.sentMillis ?? NaN;
    requests.admittedMillis[row] = point.admittedMillis ?? NaN;
    requests.firstResultMillis[row] = point.firstResultMillis ?? NaN;
    requests.doneMillis[row] = point.doneMillis ?? NaN;
    requests.attempts[row] = point.attempts;
    requests.pod[row] = door === null ? (point.pod ?? -1) : door.pod[row]!;
    requests.lagSeconds[row] = point.lagSeconds ?? NaN;
    const told = point.causes.map((cause, attempt) =>
      door?.turnedAway[row] === 1 && attempt === point.causes.length - 1
        ? NO_ENDPOINT
        : unansweredOf(cause, door?.refusedUpgrade[row] ?? 0),
    );
    for (const { cause } of told) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    const last = point.outcome === 'unanswered' ? told.at(-1) : undefined;
    const outcome: Outcome = point.outcome === 'unanswered' ? (last?.kind ?? 'failed') : point.outcome;
    requests.outcome[row] = OUTCOMES.indexOf(outcome);
    requests.failure[row] = FAILURES.indexOf(last?.failure ?? withoutAnswer(point, door));
  }
  const missing = [...seen.keys()].filter((row) => seen[row] === 0);
  return { requests, causes: [...causes], strangers, missing };
};

/** Null without live sessions. */
export const framesOf = (points: readonly ScriptPoint[]): FrameFigures | null => {
  const all = points.flatMap(({ frames }) => (frames === null ? [] : [frames]));
  if (all.length === 0) return null;
  const lateness = new LatenessCounter();
  for (const session of all)
    for (const [tenths, count] of session.lateness) for (let i = 0; i < count; i++) lateness.add(tenths / 10);
  const sum = (of: (frames: ScriptFrames) => number): number => all.reduce((total, frames) => total + of(frames), 0);
  return {
    framesDue: sum(({ due }) => due),
    framesSent: sum(({ sent }) => sent),
    catchUpFrames: sum(({ catchUps }) => catchUps),
    unknownMessages: sum(({ unknownMessages }) => unknownMessages),
    maxBufferedBytes: Math.max(...all.map(({ maxBufferedBytes }) => maxBufferedBytes)),
    latenessP50Millis: lateness.quantile(0.5),
    latenessP99Millis: lateness.quantile(0.99),
    latenessMaxMillis: lateness.max,
  };
};
