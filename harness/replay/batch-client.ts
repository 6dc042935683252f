// One batch request over HTTP in one of the four dialects. Takes a row and a pod's address,
// gives the answer's class and moments. Connections, bodies and words of the dialect live here; queueing does not.

import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECTS, ROW_HEADERS, SERVER_HEADERS } from '../../cluster/emulator/dialects.ts';
import type { Clock } from '../../model/clock.ts';
import type { UploadBody } from './clip.ts';
import { failed, networkFailure, statusFailure } from './failures.ts';
import type { Abandon, Answer } from './attempt.ts';
import type { AnswerHead } from './http-answer.ts';
import { headerOf } from './http-answer.ts';
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

const numberHeader = (head: AnswerHead, name: string): number => {
  const value = headerOf(head, name);
  return value === null ? NaN : Number(value);
};

/** `{` and `[`: what an answer in JSON begins with. */
const JSON_BEGINS: ReadonlySet<number> = new Set([0x7b, 0x5b]);

/** The client of one pod. `close` destroys its connections: whatever is under way fails. */
export class BatchClient {
  private readonly connections: HttpConnections;
  private readonly settings: BatchClientSettings;
  /** Request line and headers that are the same in every request. */
  private readonly headBegins: string;

  constructor(origin: string, settings: BatchClientSettings) {
    const { dialect, authorization, connection } = settings;
    this.settings = settings;
    this.connections = new HttpConnections(origin);
    this.headBegins = [
      `POST ${DIALECTS[dialect].batchPath}${BATCH_QUERY[dialect]} HTTP/1.1`,
      `host: ${new URL(origin).host}`,
      `content-type: ${dialect === 'onprem-v1' ? 'audio/wav' : 'application/octet-stream'}`,
      ...(authorization === null ? [] : [`authorization: ${authorization}`]),
      ...(connection === 'per-request' ? ['connection: close'] : []),
      '',
    ].join('\r\n');
  }

  /** Sends; `settle` is called once unless the returned function abandons the request before. */
  send({ row, attempt, seed, audioSeconds }: BatchRequest, settle: (answer: Answer) => void): Abandon {
    const { clock, bodyOf, declareAudio } = this.settings;
    const body = bodyOf(audioSeconds, seed);
    const bytes = Buffer.isBuffer(body) ? body.length : body.bytes;
    const declared = declareAudio ? `${ROW_HEADERS.audioSeconds}: ${audioSeconds}\r\n` : '';
    const head = `${this.headBegins}${ROW_HEADERS.row}: ${row}\r\n${ROW_HEADERS.attempt}: ${attempt}\r\n${ROW_HEADERS.seed}: ${seed}\r\n${declared}content-length: ${bytes}\r\n\r\n`;
    let answer: AnswerHead | null = null;
    let firstMillis = NaN;
    const abandon = this.connections.send(head, body, {
      head: (received) => {
        answer = received;
        firstMillis = clock.now();
      },
      end: (firstByte) => {
        const doneMillis = clock.now();
        const { status } = answer!;
        if (status !== 200) settle(statusFailure(status));
        else if (!JSON_BEGINS.has(firstByte)) settle(failed('garbage', 'answer is no JSON'));
        else
          settle({
            kind: 'ok',
            admittedMillis: numberHeader(answer!, SERVER_HEADERS.admittedMillis),
            firstResultMillis: firstMillis,
            doneMillis,
            lagSeconds: NaN,
          });
      },
      broken: (error) => settle(networkFailure(error)),
    });
    return () => {
      abandon();
      return NaN;
    };
  }

  close(): void {
    this.connections.close();
  }
}
