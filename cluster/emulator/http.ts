// The HTTP door of an emulated pod: batch requests in four dialects, health, metrics. Takes what a client sends, hands
// the work to the GPU of pod.ts, answers in the words of answers.ts and error-bodies.ts.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { seconds } from '../../model/units.ts';
import { requestWeight } from '../../model/service-time.ts';
import type { BatchJob } from './answers.ts';
import { acceptedAnswer, batchAnswer, webhookAnswer } from './answers.ts';
import type { RequestFault } from './config.ts';
import type { Dialect } from './dialects.ts';
import { DIALECTS, ROW_HEADERS, SERVER_HEADERS, dialectOfPath } from './dialects.ts';
import type { Refusal } from './error-bodies.ts';
import { errorAnswer } from './error-bodies.ts';
import { faultBefore } from './fault-answers.ts';
import { requestFault } from './faults.ts';
import { RateLimit, keyRefusal } from './admission.ts';
import type { EmulatedPod } from './pod.ts';
import { healthAnswer, isHealthPath } from './health.ts';
import { answerScrape } from './scrape-door.ts';
import type { ServedRow } from './served.ts';
import { servedRow } from './served.ts';
import type { Input, Options } from './upload.ts';
import { header, inputOf, isRefusal, numberHeader, optionsFrom, readUpload } from './upload.ts';
import { isLoopbackUrl, postWebhook } from './webhook.ts';

const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
};

export class HttpDoor {
  private readonly pod: EmulatedPod;
  private readonly rate: RateLimit;
  private requests = 0;

  constructor(pod: EmulatedPod) {
    this.pod = pod;
    this.rate = new RateLimit(pod.config.rateLimitPerMinute);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const at = request.url ?? '/';
    const mark = at.indexOf('?');
    const path = mark === -1 ? at : at.slice(0, mark);
    const query = new URLSearchParams(mark === -1 ? '' : at.slice(mark + 1));
    if (path === '/metrics') answerScrape(this.pod, request, response);
    else if (isHealthPath(path)) this.health(path, query, response);
    else this.batch(path, query, request, response);
  }

  private health(path: string, query: URLSearchParams, response: ServerResponse): void {
    const { pod } = this;
    if (!pod.loaded && !pod.config.healthWhileLoading && query.get('probe') !== null) {
      response.destroy();
      return;
    }
    const answer = healthAnswer(pod, path, query);
    sendJson(response, answer.status, answer.body, {});
  }

  private batch(path: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const dialect = dialectOfPath(path, 'batch', this.pod.config.dialects);
    if (dialect === null || request.method !== 'POST') {
      request.resume();
      sendJson(
        response,
        dialect === null ? 404 : 405,
        { error: dialect === null ? 'Not found' : 'Method not allowed' },
        {},
      );
      return;
    }
    const { pod } = this;
    this.requests += 1;
    pod.open += 1;
    const row = pod.served === null ? null : numberHeader(request, ROW_HEADERS.row);
    const met =
      row === null ? null : servedRow(row, numberHeader(request, ROW_HEADERS.attempt) ?? 1, false, pod.clock.now());
    response.on('close', () => {
      pod.open -= 1;
      if (met === null) return;
      met.endedMillis = pod.clock.now();
      pod.served?.add(met);
    });
    const requestId = `${pod.config.pod.name}-${this.requests}`;
    const refuse = (refusal: Refusal): void => {
      const answer = errorAnswer(dialect, refusal, requestId);
      sendJson(response, answer.status, answer.body, { ...answer.headers, ...this.identity(requestId) });
    };
    const seed = numberHeader(request, ROW_HEADERS.seed) ?? this.requests;
    const fault = requestFault(pod.config.faults, pod.clock.now(), seed);
    const limitBytes = pod.config.maxUploadBytes ?? DIALECTS[dialect].maxUploadBytes;
    const keepWhole = /^(application\/json|multipart\/form-data)/.test(header(request, 'content-type') ?? '');
    readUpload(request, keepWhole, limitBytes).then(
      (upload) => {
        if (faultBefore(fault, response, refuse)) return;
        const refusal =
          upload === null ? ({ kind: 'too-large', limitBytes } as const) : this.refusalAtDoor(request, query, dialect);
        if (upload === null || refusal !== null) {
          if (refusal !== null) refuse(refusal);
          if (upload === null) request.resume();
          return;
        }
        const input = inputOf(pod, request, query, upload);
        const byUrl = upload.whole !== null && (header(request, 'content-type') ?? '').startsWith('application/json');
        if (byUrl && dialect === 'stt' && query.get('model') === 'pulse-pro')
          refuse({ kind: 'bad-request', message: 'model pulse-pro takes audio bytes, no url' });
        else if (isRefusal(input)) refuse(input);
        else
          this.serve(dialect, requestId, seed, input, optionsFrom(query, input.fields), fault, response, refuse, met);
      },
      () => {
        response.destroy();
      },
    );
  }

  private identity(requestId: string): Readonly<Record<string, string>> {
    return { 'x-request-id': requestId, [SERVER_HEADERS.pod]: String(this.pod.config.pod.ordinal) };
  }

  private refusalAtDoor(request: IncomingMessage, query: URLSearchParams, dialect: Dialect): Refusal | null {
    const { pod } = this;
    const keyProblem = keyRefusal(pod.config.auth, header(request, 'authorization'), query.get('token'));
    if (keyProblem !== null) return keyProblem;
    if (dialect === 'stt' && !['pulse', 'pulse-pro'].includes(query.get('model') ?? ''))
      return { kind: 'bad-request', message: 'model must be pulse or pulse-pro' };
    if (!this.rate.take(pod.clock.now())) return { kind: 'rate-limited', retryAfterSeconds: 60 };
    const full =
      (pod.config.batchFull === '503' && pod.batch.worker.batchInService >= pod.config.law.batch.cap) ||
      (pod.config.queueLimit !== null && pod.batch.worker.batchQueued >= pod.config.queueLimit);
    return !pod.loaded || full ? { kind: 'unavailable', retryAfterSeconds: pod.config.retryAfter } : null;
  }

  private serve(
    dialect: Dialect,
    requestId: string,
    seed: number,
    input: Input,
    options: Options,
    fault: RequestFault | null,
    response: ServerResponse,
    refuse: (refusal: Refusal) => void,
    met: ServedRow | null,
  ): void {
    const { pod } = this;
    const arrived = pod.clock.now();
    const language = options.get('language') ?? 'en';
    const webhook = options.get(dialect === 'onprem-v1' ? 'callback_url' : 'webhook_url');
    if (webhook !== null && !isLoopbackUrl(webhook)) {
      refuse({ kind: 'bad-request', message: 'this emulator calls webhooks on loopback addresses only' });
      return;
    }
    const cancels: (() => void)[] = [];
    const ticket = pod.batch.submit(requestWeight(pod.config.law.batch, input.audioSeconds, seed), (admitted, done) => {
      for (const cancel of cancels) cancel();
      if (met !== null) {
        met.admittedMillis = admitted;
        met.doneMillis = done;
      }
      pod.metrics.finished((done - admitted) / 1000, (done - arrived) / 1000, input.audioSeconds, language);
      const job: BatchJob = {
        requestId,
        seed,
        audioSeconds: input.audioSeconds,
        fileBytes: input.fileBytes,
        processingMillis: done - admitted,
        model: options.get('model') ?? 'pulse',
        language,
        wordTimestamps: options.on(dialect === 'onprem-v1' ? 'timestamps' : 'word_timestamps'),
        diarize: options.on('diarize'),
        gender: options.on('gender_detection'),
        emotion: options.on('emotion_detection'),
        age: options.on('age_detection'),
        filename: input.filename,
      };
      if (webhook !== null) {
        postWebhook(webhook, options.get('webhook_method'), webhookAnswer(dialect, job));
        return;
      }
      const answer = (): void =>
        this.answer(dialect, job, fault, response, {
          ...this.identity(requestId),
          [SERVER_HEADERS.admittedMillis]: String(admitted),
          [SERVER_HEADERS.doneMillis]: String(done),
        });
      const wait = pod.config.hop + (fault?.kind === 'slow-first-byte' ? fault.after : 0);
      if (wait === 0) answer();
      else pod.clock.at(done + wait * 1000, answer);
    });
    if (webhook !== null) {
      sendJson(response, 200, acceptedAnswer(dialect, requestId), this.identity(requestId));
      return;
    }
    response.on('close', () => {
      for (const cancel of cancels) cancel();
      if (response.writableFinished) return;
      if (pod.config.abandonedWork === 'finish') pod.batch.disown(ticket);
      else pod.batch.withdraw(ticket);
    });
    const limit = pod.config.serverTimeout;
    if (limit !== null)
      cancels.push(
        pod.clock.at(arrived + seconds(limit) * 1000, () => {
          if (!pod.batch.withdraw(ticket)) return;
          pod.metrics.failed('timeout', language);
          refuse({ kind: 'unavailable', retryAfterSeconds: pod.config.retryAfter });
        }),
      );
  }

  private answer(
    dialect: Dialect,
    job: BatchJob,
    fault: RequestFault | null,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): void {
    if (response.destroyed) return;
    const body = batchAnswer(dialect, job);
    if (fault?.kind !== 'cut-answer') {
      sendJson(response, 200, body, headers);
      return;
    }
    const text = JSON.stringify(body);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    });
    response.write(text.slice(0, text.length >> 1), () => response.destroy());
  }
}
