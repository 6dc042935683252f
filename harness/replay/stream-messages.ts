// What is said on a live session in the vendor's dialects: the query of its address, the message that ends its audio, and
// what the server answers (wire-protocol.md section 4). Bytes in, one flat value out.

import type { RawData } from 'ws';
import type { Dialect } from '../../cluster/emulator/dialects.ts';

export type EndDialect = 'close_stream' | 'finalize-ends' | 'end';

export const STREAM_QUERY: Readonly<Record<Dialect, string>> = {
  'onprem-v1': 'language=en&word_timestamps=true',
  lightning: 'model=lightning&language=en&word_timestamps=true',
  'pulse-v1': 'language=en&word_timestamps=true',
  stt: 'model=pulse&language=en&word_timestamps=true',
};

export const END_MESSAGE: Readonly<Record<EndDialect, string>> = {
  close_stream: '{"type":"close_stream"}',
  'finalize-ends': '{"type":"finalize"}',
  end: '{"type":"end"}',
};

const asText = (data: RawData): string =>
  Buffer.isBuffer(data)
    ? data.toString('utf8')
    : Array.isArray(data)
      ? Buffer.concat(data).toString('utf8')
      : Buffer.from(data).toString('utf8');

export interface Message {
  readonly type: string;
  readonly text: string;
  readonly isLast: boolean;
  readonly errorText: string;
  /** End of the last word, seconds of audio; NaN if no words came. */
  readonly heardSeconds: number;
  readonly admittedMillis: number;
  /** As an emulated pod says; NaN from any other server. */
  readonly serverLagSeconds: number;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** Null for what is no JSON object. A message without `type` is a transcription; text is `transcript`, else `transcription`. */
export const parseMessage = (data: RawData): Message | null => {
  let value: unknown;
  try {
    value = JSON.parse(asText(data));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const type = field(value, 'type');
  const text = field(value, 'transcript') ?? field(value, 'transcription');
  const words = field(value, 'words');
  const lastWord: unknown = Array.isArray(words) ? words[words.length - 1] : undefined;
  const message = field(value, 'message');
  return {
    type: typeof type === 'string' ? type : 'transcription',
    text: typeof text === 'string' ? text : '',
    isLast: field(value, 'is_last') === true,
    errorText: typeof message === 'string' ? message : 'error without message',
    heardSeconds: numberOr(field(lastWord, 'end'), NaN),
    admittedMillis: numberOr(field(field(value, 'testbed'), 'admittedMillis'), NaN),
    serverLagSeconds: numberOr(field(field(value, 'testbed'), 'lagSeconds'), NaN),
  };
};
