// What the messages of a live session are made of, in and out (wire-protocol.md sections 4 and 5).

import type { RawData } from 'ws';
import type { Dialect } from './dialects.ts';
import { DIALECTS } from './dialects.ts';
import type { SpokenWord } from './transcript.ts';
import { textOf } from './transcript.ts';

export const asBuffer = (data: RawData): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);

/** `type` of a JSON message; null if it is none. */
export const controlType = (data: RawData): string | null => {
  try {
    const value: unknown = JSON.parse(asBuffer(data).toString('utf8'));
    if (typeof value !== 'object' || value === null || !('type' in value)) return null;
    return typeof value.type === 'string' ? value.type : null;
  } catch {
    return null;
  }
};

/** What a final says beside its text. */
export const finalFacts = (
  dialect: Dialect,
  query: URLSearchParams,
  words: readonly SpokenWord[],
): Readonly<Record<string, unknown>> => {
  const language = query.get('language') ?? 'en';
  const asked = query.get('word_timestamps');
  const withWords = asked === null ? DIALECTS[dialect].streamWordTimestamps : asked === 'true';
  return {
    is_final: true,
    is_last: false,
    language,
    languages: [language],
    ...(withWords ? { words } : {}),
    ...(query.get('sentence_timestamps') === 'true' && words.length > 0
      ? { utterances: [{ text: textOf(words), start: words[0]!.start, end: words[words.length - 1]!.end }] }
      : {}),
  };
};
