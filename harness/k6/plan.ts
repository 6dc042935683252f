// From a schedule to the folder that k6 runs: the script as it is, the rows of each stream, a clip if one is needed and the
// plan that holds everything else. Takes values, writes files.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECTS, ROW_HEADERS, SERVER_HEADERS } from '../../cluster/emulator/dialects.ts';
import type { Conduct } from '../../model/conduct.ts';
import { departure } from '../../model/conduct.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { ServiceSettings } from '../../scenarios/scenario.ts';
import { makeFolder } from '../make-folder.ts';
import { BATCH_QUERY } from '../replay/batch-client.ts';
import { CLIP_SECONDS, SAMPLE_RATE } from '../replay/clip.ts';
import type { LoadSettings } from '../replay/load-engine.ts';
import { streamClip } from '../replay/stream-client.ts';
import type { EndDialect } from '../replay/stream-messages.ts';
import { END_MESSAGE, STREAM_QUERY } from '../replay/stream-messages.ts';
import type { ScriptDialect, ScriptPlan, ScriptPromise, ScriptRow, ScriptStream } from './script-data.ts';

export interface PlanSettings extends Pick<
  LoadSettings,
  'dialect' | 'liveDialect' | 'connection' | 'bodies' | 'endDialect' | 'frameMillis' | 'runId' | 'clipSeed'
> {
  readonly service: Pick<ServiceSettings, 'timeout' | 'retries'>;
  /** By name of the traffic stream; callers of a stream that is not named stay until they are answered. */
  readonly conduct?: Readonly<Record<string, Conduct>>;
  readonly scheduleHash: string;
  readonly target: string;
  readonly beginUrl: string | null;
  readonly timeScale: number;
  readonly maxInFlight: number;
  readonly latestMillis: number;
  /** Judged by k6 itself as thresholds; absent = none. */
  readonly promises?: readonly ScriptPromise[];
  /** Instances of k6 that share the rows: each has as many VUs as every other; absent = 1. */
  readonly instances?: number;
  /** Calls before it are judged by no promise; absent = 0. */
  readonly warmupMillis?: number;
}

export interface K6Files {
  readonly plan: ScriptPlan;
  /** File name to rows. */
  readonly rows: ReadonlyMap<string, readonly ScriptRow[]>;
}

const STREAM = REQUEST_KINDS.indexOf('stream');
const SCRIPT_FILES = [
  'script.ts',
  'script-clock.ts',
  'script-data.ts',
  'script-promises.ts',
  'script-session.ts',
  'script-upload.ts',
  'script-watch.ts',
];
/** Of the pieces of rows and clip: what a ConfigMap holds with room for others (k6-operator's runners have no other files). */
const PIECE_BYTES = 300_000;
/** A row has at most 128 characters: five numbers, two of them with 17 digits, and when its caller leaves. */
const ROWS_PER_FILE = Math.floor(PIECE_BYTES / 128);
const CLIP_PIECES = Math.ceil((CLIP_SECONDS * 2 * SAMPLE_RATE) / PIECE_BYTES);
/** Requests that one VU carries with ease, and the most VUs of a stream (load-generation.md section 7). */
const ROWS_PER_VU = 50;
const MOST_VUS = 100;
/** For the count of VUs only: how long a request is taken to stay, beyond the audio of a live session. */
const ASSUMED_STAY_MILLIS = 15_000;
/** Real time that k6 may take beyond the run: a slow start, the last sockets. */
const SPARE_SECONDS = 60;

const scriptDialect = (dialect: Dialect, live: Dialect, endDialect: EndDialect): ScriptDialect => ({
  batchPath: `${DIALECTS[dialect].batchPath}${BATCH_QUERY[dialect]}`,
  batchContentType: dialect === 'onprem-v1' ? 'audio/wav' : 'application/octet-stream',
  streamPath: DIALECTS[live].streamPath,
  streamQuery: STREAM_QUERY[live],
  endMessage: END_MESSAGE[endDialect],
  headers: { ...ROW_HEADERS, pod: SERVER_HEADERS.pod, admittedMillis: SERVER_HEADERS.admittedMillis },
});

/** Largest number of these rows that are under way at once, by the assumed stay. */
const peakInFlight = (rows: readonly ScriptRow[]): number => {
  const ends = rows
    .map(([, offset, kind, audio]) => offset + ASSUMED_STAY_MILLIS + (kind === STREAM ? audio * 1000 : 0))
    .sort((a, b) => a - b);
  let peak = 0;
  let over = 0;
  rows.forEach(([, offset], begun) => {
    while (ends[over]! <= offset) over += 1;
    peak = Math.max(peak, begun + 1 - over);
  });
  return peak;
};

const finite = (millis: number): number | null => (Number.isFinite(millis) ? millis : null);

const rowsOfStream = (schedule: Schedule, stream: number, conduct: Conduct | undefined): readonly ScriptRow[] => {
  const rows: ScriptRow[] = [];
  for (let i = 0; i < schedule.count; i++) {
    if (schedule.stream[i] !== stream) continue;
    const [kind, audio, seed] = [schedule.kind[i]!, schedule.audioSeconds[i]!, schedule.seed[i]!];
    const row = [i, schedule.offsetMillis[i]!, kind, audio, seed] as const;
    if (conduct === undefined) rows.push(row);
    else {
      const { patienceMillis, cutMillis } = departure(conduct, seed, audio, kind === STREAM);
      rows.push([...row, finite(patienceMillis), finite(cutMillis)]);
    }
  }
  return rows;
};

/** Streams without a row get no k6 scenario. */
export const k6Files = (schedule: Schedule, settings: PlanSettings): K6Files => {
  const rows = new Map<string, readonly ScriptRow[]>();
  const streams: ScriptStream[] = [];
  const { instances = 1 } = settings;
  schedule.streams.forEach((stream, n) => {
    const own = rowsOfStream(schedule, n, settings.conduct?.[stream]);
    if (own.length === 0) return;
    const rowsFiles: string[] = [];
    for (let from = 0; from < own.length; from += ROWS_PER_FILE) {
      const file = `rows-${n}-${rowsFiles.length}.json`;
      rowsFiles.push(file);
      rows.set(file, own.slice(from, from + ROWS_PER_FILE));
    }
    const vus = Math.min(MOST_VUS, Math.ceil(peakInFlight(own) / ROWS_PER_VU));
    streams.push({
      scenario: `${n}-${stream.replace(/[^0-9a-zA-Z_-]/g, '_')}`,
      stream,
      rowsFiles,
      vus: instances * Math.ceil(vus / instances),
    });
  });
  const { service, timeScale, latestMillis } = settings;
  const vus = streams.reduce((sum, stream) => sum + stream.vus, 0);
  const needsClip = settings.bodies === 'wav' || schedule.kind.includes(STREAM);
  return {
    rows,
    plan: {
      schema: 'surgelab.k6-plan/1',
      scheduleHash: settings.scheduleHash,
      target: settings.target,
      beginUrl: settings.beginUrl,
      timeScale,
      kinds: REQUEST_KINDS,
      streams,
      dialect: scriptDialect(settings.dialect, settings.liveDialect ?? settings.dialect, settings.endDialect),
      connection: settings.connection,
      bodies: settings.bodies,
      clipFiles: needsClip ? Array.from({ length: CLIP_PIECES }, (_, n) => `clip-${n}.pcm`) : [],
      sampleRate: SAMPLE_RATE,
      frameMillis: settings.frameMillis,
      runId: settings.runId,
      timeoutMillis: service.timeout === null ? null : service.timeout * 1000,
      retries:
        service.retries === null ? null : { max: service.retries.max, backoffMillis: service.retries.backoff * 1000 },
      maxInFlightPerVu: Math.max(1, Math.floor(settings.maxInFlight / Math.max(1, vus))),
      promises: settings.promises ?? [],
      warmupMillis: settings.warmupMillis ?? 0,
      latestMillis,
      maxDurationSeconds: Math.ceil(latestMillis / timeScale / 1000) + SPARE_SECONDS,
    },
  };
};

/** Everything that `k6 run script.ts` needs, by name. */
export const k6FolderFiles = async (
  { plan, rows }: K6Files,
  clipSeed: number,
): Promise<ReadonlyMap<string, string | Buffer>> => {
  const files = new Map<string, string | Buffer>();
  for (const name of SCRIPT_FILES) files.set(name, await readFile(join(import.meta.dirname, name), 'utf8'));
  files.set('plan.json', `${JSON.stringify(plan, null, 1)}\n`);
  for (const [name, own] of rows) files.set(name, JSON.stringify(own));
  const { clipFiles } = plan;
  const clip = clipFiles.length === 0 ? Buffer.alloc(0) : streamClip(clipSeed);
  clipFiles.forEach((name, n) => files.set(name, clip.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES)));
  return files;
};

/** Writes all of it into `folder`; gives it. */
export const writeK6Folder = async (
  folder: string,
  made: K6Files,
  clipSeed: number,
): Promise<ReadonlyMap<string, string | Buffer>> => {
  const files = await k6FolderFiles(made, clipSeed);
  makeFolder(folder);
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  return files;
};
