// What the emulated model "hears": words on a time axis, the same for the same seed. Nothing about recognition quality
// follows from it; it exists so that answers have the length, the timing and the fields of real ones.

import { keyedUniform } from '../../model/rng.ts';

export interface SpokenWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

const WORDS = (
  'the call was about an order that did not arrive on time and she asked whether we could send it again before friday ' +
  'please hold the line while I look at your account thank you for waiting there are two items here one is missing'
).split(' ');

/** Conversational English: about 150 words a minute. */
const WORD_SECONDS = 0.4;

const round3 = (x: number): number => Math.round(x * 1000) / 1000;

/** The word that ends in slot `i`, that is within [0.4·i, 0.4·(i + 1)) seconds of audio. */
const wordAt = (seed: number, i: number): SpokenWord => {
  const gap = 0.02 + 0.08 * keyedUniform(seed, 3 * i);
  return {
    word: WORDS[Math.floor(keyedUniform(seed, 3 * i + 1) * WORDS.length)]!,
    start: round3(i * WORD_SECONDS + gap),
    end: round3((i + 1) * WORD_SECONDS - 0.01),
    confidence: round3(0.9 + 0.1 * keyedUniform(seed, 3 * i + 2)),
  };
};

/** Words fully spoken within this much audio. */
export const wordCount = (audioSeconds: number): number => Math.floor(audioSeconds / WORD_SECONDS + 1e-9);

export const wordsBetween = (seed: number, from: number, until: number): readonly SpokenWord[] =>
  Array.from({ length: Math.max(0, until - from) }, (_, i) => wordAt(seed, from + i));

export const textOf = (words: readonly SpokenWord[]): string => words.map((w) => w.word).join(' ');
