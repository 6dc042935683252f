// One batch request over HTTP in one of the four dialects, on undici's dispatcher. Takes a row and a pod's address,
// gives the answer's class and moments. Connections, bodies and words of the dialect live here; queueing does not.

import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECTS, ROW_HEADERS, SERVER_HEADERS } from '../../cluster/emulator/dialects.ts';
import type { Clock } from '../../model/clock.ts';
import type { UploadBody } from './clip.ts';
import { failed, networkFailure, statusFailure } from './failures.ts';
import type { Abandon, Answer } from './front.ts';
import { HttpConnections } from './http-connections.ts';

export type ConnectionPolicy = 'keepalive' | 'per-request';

export interface BatchClientSettings {
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly connection: ConnectionPolicy;
  /** `Authorization` header value; null = none is sent. */
  readonly authorization: string | null;
  /** Body of a request for this much audio; one Buffer per clip, made once and shared. */
  readonly bodyOf: (audioSeconds: number, seed: number) => UploadBody;
  /** Tell the emulated pod the audio length in a header, for bodies that do not carry it. */
  readonly declareAudio: boolean;
}

export interface BatchRequest {
  readonly row: number;
  readonly attempt: number;
  readonly seed: number;
  readonly audioSeconds: number;
}

/** Of the options only those that a dialect demands. */
export const BATCH_QUERY: Readonly<Record<Dialect, string>> = {
  'onprem-v1': '',
  lightning: '?model=lightning&language=en',
  'pulse-v1': '?language=en',
  stt: '?model=pulse&language=en',
};

/** Headers of undici's low-level interface arrive parsed; a repeated one as a list. */
const numberHeader = (headers: IncomingHttpHeaders, name: string): number => {
  const value = headers[name];
  return typeof value === 'string' ? Number(value) : NaN;
};

/** An answer longer than this is counted, not kept. */
const KEPT_BYTES = 65_536;

const looksLikeJson = (pieces: readonly Buffer[]): boolean => {
  const first = pieces[0];
  return first !== undefined && (first[0] === 0x7b || first[0] === 0x5b);
};

/** The client of one pod. `close` destroys its connections: whatever is under way fails. */
export class BatchClient {
  private readonly connections: HttpConnections;
  private readonly settings: BatchClientSettings;
  private readonly path: string;

  constructor(origin: string, settings: BatchClientSettings) {
    this.settings = settings;
    this.path = `${DIALECTS[settings.dialect].batchPath}${BATCH_QUERY[settings.dialect]}`;
    this.connections = new HttpConnections(origin);
  }

  /** Sends; `settle` is called once unless the returned function abandons the request before. */
  send(request: BatchRequest, settle: (answer: Answer) => void): Abandon {
    const { settings, path } = this;
    const { clock } = settings;
    const headers: Record<string, string> = {
      'content-type': settings.dialect === 'onprem-v1' ? 'audio/wav' : 'application/octet-stream',
      [ROW_HEADERS.row]: String(request.row),
      [ROW_HEADERS.attempt]: String(request.attempt),
      [ROW_HEADERS.seed]: String(request.seed),
    };
    if (settings.declareAudio) headers[ROW_HEADERS.audioSeconds] = String(request.audioSeconds);
    if (settings.authorization !== null) headers['authorization'] = settings.authorization;
    if (settings.connection === 'per-request') headers['connection'] = 'close';
    const upload = settings.bodyOf(request.audioSeconds, request.seed);
    if (!Buffer.isBuffer(upload)) headers['content-length'] = String(upload.bytes);
    let status = 0;
    let answerHeaders: IncomingHttpHeaders = {};
    let firstMillis = NaN;
    let kept = 0;
    const pieces: Buffer[] = [];
    let abandoned = false;
    let abort: ((reason: Error) => void) | null = null;
    const { dispatcher, over } = this.connections.take();
    dispatcher.dispatch(
      { method: 'POST', path, headers, body: Buffer.isBuffer(upload) ? upload : Readable.from(upload.pieces) },
      {
        onRequestStart: (controller) => {
          abort = (reason) => controller.abort(reason);
          if (abandoned) controller.abort(new Error('abandoned'));
        },
        onResponseStart: (_, code, received) => {
          status = code;
          answerHeaders = received;
          firstMillis = clock.now();
        },
        onResponseData: (_, piece) => {
          if (kept < KEPT_BYTES) pieces.push(piece);
          kept += piece.length;
        },
        onResponseEnd: () => {
          over(true);
          if (abandoned) return;
          const doneMillis = clock.now();
          if (status !== 200) settle(statusFailure(status));
          else if (!looksLikeJson(pieces)) settle(failed('garbage', 'answer is no JSON'));
          else
            settle({
              kind: 'ok',
              admittedMillis: numberHeader(answerHeaders, SERVER_HEADERS.admittedMillis),
              firstResultMillis: firstMillis,
              doneMillis,
              lagSeconds: NaN,
            });
        },
        onResponseError: (_, error) => {
          over(false);
          if (!abandoned) settle(networkFailure(error));
        },
      },
    );
    return () => {
      abandoned = true;
      abort?.(new Error('abandoned'));
      return NaN;
    };
  }

  close(): void {
    this.connections.close();
  }
}
