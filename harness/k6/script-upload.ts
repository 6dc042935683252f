// One attempt of a batch request inside k6: a token body with the length in a header, or a WAV file cut from the clip.
// Takes the row and when to give up; gives what k6 let the script see of the answer.

import http from 'k6/http';
import type { ScriptCause, ScriptPlan, ScriptRow } from './script-data.ts';
import type { VuClock } from './script-clock.ts';

export type Attempt =
  | {
      readonly kind: 'ok';
      readonly admittedMillis: number | null;
      readonly firstResultMillis: number;
      readonly doneMillis: number;
      readonly pod: number | null;
      readonly lagSeconds: number | null;
    }
  | { readonly kind: 'unanswered'; readonly cause: ScriptCause }
  /** Ended by us at a limit. */
  | { readonly kind: 'cut'; readonly lagSeconds: number | null; readonly admittedMillis: number | null };

export interface VuTools {
  readonly plan: ScriptPlan;
  readonly target: string;
  /** `Authorization` header; null = none. */
  readonly authorization: string | null;
  readonly clip: Uint8Array;
  readonly clock: VuClock;
}

const TOKEN = 'testbed-clip-of-declared-length!';
const HEADER_BYTES = 44;
/** k6's error code of a request that took longer than its time-out. */
const REQUEST_TIMED_OUT = 1050;

const ascii = (view: Uint8Array, at: number, text: string): void => {
  for (let i = 0; i < text.length; i++) view[at + i] = text.charCodeAt(i);
};

/** A clip from its files, which are no larger than a ConfigMap holds. */
export const joined = (pieces: readonly ArrayBuffer[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return whole;
};

/** PCM16 mono WAV of this length; the clip repeats. */
const wavOf = (clip: Uint8Array, audioSeconds: number, sampleRate: number): ArrayBuffer => {
  const dataBytes = 2 * Math.round(Math.max(0.1, audioSeconds) * sampleRate);
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  const head = new DataView(bytes.buffer);
  ascii(bytes, 0, 'RIFF');
  head.setUint32(4, 36 + dataBytes, true);
  ascii(bytes, 8, 'WAVEfmt ');
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, sampleRate, true);
  head.setUint32(28, 2 * sampleRate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  ascii(bytes, 36, 'data');
  head.setUint32(40, dataBytes, true);
  for (let at = 0; at < dataBytes; at += clip.length)
    bytes.set(clip.subarray(0, Math.min(clip.length, dataBytes - at)), HEADER_BYTES + at);
  return bytes.buffer;
};

/** Bodies by length in tenths of a second, each made once per VU. */
const wavBodies = new Map<number, ArrayBuffer>();
const bodyOf = ({ plan, clip }: VuTools, audioSeconds: number): string | ArrayBuffer => {
  if (plan.bodies === 'declared') return TOKEN;
  const tenths = Math.max(1, Math.round(audioSeconds * 10));
  let body = wavBodies.get(tenths);
  if (body === undefined) {
    body = wavOf(clip, tenths / 10, plan.sampleRate);
    wavBodies.set(tenths, body);
  }
  return body;
};

/** k6 writes header names in canonical case; a header that is not there gives null. */
const numberHeader = (headers: Readonly<Record<string, string>>, name: string): number | null => {
  const key = Object.keys(headers).find((given) => given.toLowerCase() === name);
  const value = key === undefined ? NaN : Number(headers[key]);
  return Number.isNaN(value) ? null : value;
};

/** @param limitMillis virtual moment at which the caller gives up */
export const upload = async (
  tools: VuTools,
  row: ScriptRow,
  attempt: number,
  limitMillis: number,
): Promise<Attempt> => {
  const { plan, target, authorization, clock } = tools;
  const { dialect } = plan;
  const [index, , , audioSeconds, seed] = row;
  const headers: Record<string, string> = {
    'content-type': dialect.batchContentType,
    [dialect.headers.row]: String(index),
    [dialect.headers.attempt]: String(attempt),
    [dialect.headers.seed]: String(seed),
  };
  if (plan.bodies === 'declared') headers[dialect.headers.audioSeconds] = String(audioSeconds);
  if (authorization !== null) headers['authorization'] = authorization;
  const answer = await http.asyncRequest('POST', `${target}${dialect.batchPath}`, bodyOf(tools, audioSeconds), {
    headers,
    responseType: 'text',
    timeout: Math.max(1, clock.real(limitMillis - clock.now())),
    tags: { name: dialect.batchPath },
  });
  const doneMillis = clock.now();
  if (answer.error_code === REQUEST_TIMED_OUT) return { kind: 'cut', lagSeconds: null, admittedMillis: null };
  if (answer.status === 0)
    return { kind: 'unanswered', cause: { kind: 'network', code: answer.error_code, text: answer.error } };
  if (answer.status !== 200) return { kind: 'unanswered', cause: { kind: 'status', status: answer.status } };
  const first = answer.body[0];
  if (first !== '{' && first !== '[') return { kind: 'unanswered', cause: { kind: 'garbage' } };
  return {
    kind: 'ok',
    admittedMillis: numberHeader(answer.headers, dialect.headers.admittedMillis),
    firstResultMillis: doneMillis - answer.timings.receiving * plan.timeScale,
    doneMillis,
    pod: numberHeader(answer.headers, dialect.headers.pod),
    lagSeconds: null,
  };
};
