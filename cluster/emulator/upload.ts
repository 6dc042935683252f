// What a batch request brings: the bytes of its body as far as they are needed, its options, and the audio in it. Takes the
// request, gives a length of audio or the reason why there is none.

import type { IncomingMessage } from 'node:http';
import { audioLength, isEncoding, multipartFile } from './audio.ts';
import { ROW_HEADERS } from './dialects.ts';
import type { Refusal } from './error-bodies.ts';
import type { EmulatedPod } from './pod.ts';

const HEAD_BYTES = 4096;

export const header = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
};

export const numberHeader = (request: IncomingMessage, name: string): number | null => {
  const text = header(request, name);
  const value = text === null ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};

export interface Upload {
  readonly head: Buffer;
  readonly bytes: number;
  /** Whole body, kept only for JSON and multipart. */
  readonly whole: Buffer | null;
}

/** Reads the body, keeping only its head for raw audio. Null when it passed the limit. */
export const readUpload = (request: IncomingMessage, keepWhole: boolean, limitBytes: number): Promise<Upload | null> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let kept = 0;
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limitBytes) {
        resolve(null);
        return;
      }
      if (keepWhole || kept < HEAD_BYTES) {
        pieces.push(piece);
        kept += piece.length;
      }
    });
    request.on('end', () => {
      const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      resolve({ head: body.subarray(0, HEAD_BYTES), bytes, whole: keepWhole ? body : null });
    });
    request.on('error', reject);
    request.on('close', () => {
      reject(new Error('the client closed the connection before its request was complete'));
    });
  });

export interface Options {
  readonly get: (name: string) => string | null;
  readonly on: (name: string) => boolean;
}

export const optionsFrom = (query: URLSearchParams, fields: Readonly<Record<string, unknown>>): Options => {
  const get = (name: string): string | null => {
    const field = fields[name];
    return typeof field === 'string' || typeof field === 'number' || typeof field === 'boolean'
      ? String(field)
      : query.get(name);
  };
  return { get, on: (name) => get(name) === 'true' || get(name) === '1' };
};

export interface Input {
  readonly audioSeconds: number;
  readonly fileBytes: number;
  readonly filename: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

const parseJson = (body: Buffer): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
};

const urlInput = (pod: EmulatedPod, body: Buffer, declaredSeconds: number | null): Input | Refusal => {
  const fields = parseJson(body);
  const url = fields?.['url'];
  if (fields === null || typeof url !== 'string' || !/^(https?|s3):\/\//.test(url))
    return { kind: 'bad-request', message: 'expected a JSON body {"url": "https://…"} or audio bytes' };
  return {
    audioSeconds: declaredSeconds ?? pod.config.urlAudio,
    fileBytes: 0,
    filename: url.slice(url.lastIndexOf('/') + 1),
    fields,
  };
};

export const inputOf = (
  pod: EmulatedPod,
  request: IncomingMessage,
  query: URLSearchParams,
  upload: Upload,
): Input | Refusal => {
  const declared = numberHeader(request, ROW_HEADERS.audioSeconds);
  const type = header(request, 'content-type') ?? '';
  if (upload.whole !== null && type.startsWith('application/json')) return urlInput(pod, upload.whole, declared);
  const file = upload.whole === null ? null : multipartFile(upload.whole, type);
  if (upload.whole !== null && file === null)
    return { kind: 'bad-request', message: 'expected a file field named audio' };
  const head = file?.head ?? upload.head;
  const fileBytes = file?.bytes ?? upload.bytes;
  const fields = file?.fields ?? {};
  if (declared !== null) return { audioSeconds: declared, fileBytes, filename: null, fields };
  const encoding = query.get('encoding');
  const length = audioLength(
    head,
    fileBytes,
    encoding !== null && isEncoding(encoding) ? encoding : null,
    Number(query.get('sample_rate') ?? 16_000) || 16_000,
    pod.config.compressedBytesPerSecond,
  );
  return length.kind === 'unsupported'
    ? { kind: 'unsupported' }
    : { audioSeconds: length.seconds, fileBytes, filename: null, fields };
};

export const isRefusal = (value: Input | Refusal): value is Refusal => 'kind' in value;
