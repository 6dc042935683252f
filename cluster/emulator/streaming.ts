// The WebSocket door of an emulated pod: admission before the upgrade as wire-protocol.md section 4 has it, then one
// StreamTalk (stream-talk.ts) per socket.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import { seedOf } from '../../model/rng.ts';
import { RateLimit, keyRefusal } from './admission.ts';
import type { Dialect } from './dialects.ts';
import { ROW_HEADERS, SERVER_HEADERS, dialectOfPath } from './dialects.ts';
import type { Refusal } from './error-bodies.ts';
import { errorAnswer } from './error-bodies.ts';
import { streamFault } from './faults.ts';
import type { EmulatedPod } from './pod.ts';
import type { ServedRow } from './served.ts';
import { servedRow } from './served.ts';
import { StreamTalk } from './stream-talk.ts';

const MODELS: ReadonlySet<string> = new Set(['pulse']);

const refuseUpgrade = (
  socket: Duplex,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>>,
): void => {
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
};

/** The record of this session, if its caller names a row and somebody asks. */
const metOf = ({ headers }: IncomingMessage, pod: EmulatedPod): ServedRow | null => {
  const row = Number(headers[ROW_HEADERS.row] ?? NaN);
  if (pod.served === null || Number.isNaN(row)) return null;
  return servedRow(row, Number(headers[ROW_HEADERS.attempt] ?? 1), true, pod.clock.now());
};

export class StreamDoor {
  private readonly pod: EmulatedPod;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  private readonly talks = new Set<StreamTalk>();
  private readonly rate: RateLimit;
  private sessions = 0;

  constructor(pod: EmulatedPod) {
    this.pod = pod;
    this.rate = new RateLimit(pod.config.rateLimitPerMinute);
    this.sockets.on('headers', (headers) => {
      headers.push(`${SERVER_HEADERS.pod}: ${pod.config.pod.ordinal}`);
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = new URL(request.url ?? '/', 'http://pod');
    const dialect = dialectOfPath(url.pathname, 'stream', this.pod.config.dialects);
    if (dialect === null) {
      refuseUpgrade(socket, 404, {}, { error: 'Not found' });
      return;
    }
    const { pod } = this;
    this.sessions += 1;
    const sessionId = `${pod.config.pod.name}-s${this.sessions}`;
    const refusal = this.refusalAtDoor(request, url.searchParams, dialect);
    if (refusal !== null) {
      const answer = errorAnswer(dialect, refusal, sessionId);
      refuseUpgrade(socket, answer.status, answer.headers, answer.body);
      return;
    }
    const full = pod.streams.isFull() && pod.config.streamFull === '1008';
    const account = pod.config.streamsPerAccount;
    const tooMany = account !== null && this.talks.size >= account;
    this.sockets.handleUpgrade(request, socket, head, (ws) => {
      if (full || tooMany) {
        ws.close(1008, 'too many open connections');
        return;
      }
      const external = url.searchParams.get('external_session_id');
      const seed = seedOf(0, external ?? sessionId);
      const talk = new StreamTalk(pod, ws, {
        dialect,
        sessionId,
        seed,
        query: url.searchParams,
        isTestbed: request.headers[ROW_HEADERS.row] !== undefined,
        met: metOf(request, pod),
        fault: streamFault(pod.config.faults, pod.clock.now(), seed),
      });
      this.talks.add(talk);
      pod.open += 1;
      ws.on('close', () => {
        this.talks.delete(talk);
        pod.open -= 1;
      });
    });
  }

  /** Cuts every session as a killed worker would (knob `killStyle`). */
  close(): void {
    for (const talk of this.talks) talk.cut();
  }

  private refusalAtDoor(request: IncomingMessage, query: URLSearchParams, dialect: Dialect): Refusal | null {
    const { pod } = this;
    const keyProblem = keyRefusal(pod.config.auth, request.headers.authorization ?? null, query.get('token'));
    if (keyProblem !== null) return keyProblem;
    const model = query.get('model');
    if (dialect === 'stt' ? model === null || !MODELS.has(model) : model === 'pulse-pro')
      return { kind: 'bad-request', message: 'model must be pulse on streams' };
    if (!this.rate.take(pod.clock.now())) return { kind: 'rate-limited', retryAfterSeconds: 60 };
    const full = pod.streams.isFull() && pod.config.streamFull === '503';
    return !pod.loaded || full ? { kind: 'unavailable', retryAfterSeconds: pod.config.retryAfter } : null;
  }
}
