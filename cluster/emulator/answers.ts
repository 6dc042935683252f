// Answers to batch requests, field by field as each dialect documents them (wire-protocol.md 3.2). One table from
// dialect to answer; errors are in error-bodies.ts.

import type { Dialect } from './dialects.ts';
import type { SpokenWord } from './transcript.ts';
import { textOf, wordCount, wordsBetween } from './transcript.ts';

export interface BatchJob {
  readonly requestId: string;
  readonly seed: number;
  readonly audioSeconds: number;
  readonly fileBytes: number;
  readonly processingMillis: number;
  readonly model: string;
  readonly language: string;
  readonly wordTimestamps: boolean;
  readonly diarize: boolean;
  readonly gender: boolean;
  readonly emotion: boolean;
  readonly age: boolean;
  /** Only with URL input. */
  readonly filename: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Words listed in an answer: two hours of them would be 18,000 objects; the text itself is complete up to here. */
const MOST_WORDS = 2_000;

const UTTERANCE_WORDS = 10;

const EMOTIONS = { happiness: 0.2, sadness: 0.1, disgust: 0.02, fear: 0.03, anger: 0.05 };

const spoken = (job: BatchJob): readonly SpokenWord[] =>
  wordsBetween(job.seed, 0, Math.min(MOST_WORDS, wordCount(job.audioSeconds)));

const utterancesOf = (
  words: readonly SpokenWord[],
  speaker: ((i: number) => string | number) | null,
): readonly Json[] => {
  const utterances: Json[] = [];
  for (let i = 0; i < words.length; i += UTTERANCE_WORDS) {
    const part = words.slice(i, i + UTTERANCE_WORDS);
    utterances.push({
      text: textOf(part),
      start: part[0]!.start,
      end: part[part.length - 1]!.end,
      ...(speaker === null ? {} : { speaker: speaker(i) }),
    });
  }
  return utterances;
};

/** Two speakers who take turns of ten words. */
const speakerOf = (i: number): number => Math.floor(i / UTTERANCE_WORDS) % 2;

const traits = (job: BatchJob): Json => ({
  ...(job.gender ? { gender: 'female' } : {}),
  ...(job.emotion ? { emotions: EMOTIONS } : {}),
});

const withSpeakers = (words: readonly SpokenWord[], diarize: boolean): readonly Json[] =>
  words.map((w, i) => (diarize ? { ...w, speaker: speakerOf(i), speaker_confidence: 0.9 } : { ...w }));

const onprem = (job: BatchJob): Json => {
  const words = spoken(job);
  return {
    request_id: job.requestId,
    text: textOf(words),
    confidence: 0.95,
    duration: job.audioSeconds,
    language: job.language,
    words: job.wordTimestamps ? words : [],
    ...(job.diarize ? { speakers: utterancesOf(words, (i) => `SPEAKER_0${speakerOf(i)}`) } : {}),
  };
};

const lightning = (job: BatchJob): Json => {
  const words = spoken(job);
  return {
    status: 'success',
    transcription: textOf(words),
    ...(job.wordTimestamps ? { word_timestamps: words.map(({ word, start, end }) => ({ word, start, end })) } : {}),
    ...(job.age ? { age: 'adult' } : {}),
    ...traits(job),
    // The vendor's script prints this duration as minutes (knob `durationUnit`).
    metadata: { duration: job.audioSeconds / 60, fileSize: job.fileBytes },
  };
};

const pulse = (job: BatchJob): Json => {
  const words = spoken(job);
  return {
    status: 'success',
    transcription: textOf(words),
    words: job.wordTimestamps ? withSpeakers(words, job.diarize) : [],
    utterances: job.wordTimestamps ? utterancesOf(words, job.diarize ? speakerOf : null) : [],
    ...traits(job),
    metadata: {
      duration: job.audioSeconds,
      fileSize: job.fileBytes,
      ...(job.filename === null ? {} : { filename: job.filename }),
    },
  };
};

const pulsePro = (job: BatchJob): Json => ({
  status: 'success',
  transcription: textOf(spoken(job)),
  words: job.wordTimestamps ? spoken(job) : [],
  language: job.language,
  request_id: job.requestId,
  totalBytes: job.fileBytes,
  metadata: {
    duration: job.audioSeconds,
    processing_time_ms: Math.round(job.processingMillis),
    rtfx: job.processingMillis === 0 ? 0 : Math.round((job.audioSeconds * 1e5) / job.processingMillis) / 100,
    num_chunks: Math.max(1, Math.ceil(job.audioSeconds / 30)),
  },
});

const ANSWERS: { readonly [D in Dialect]: (job: BatchJob) => Json } = {
  'onprem-v1': onprem,
  lightning,
  'pulse-v1': pulse,
  stt: (job) => (job.model === 'pulse-pro' ? pulsePro(job) : pulse(job)),
};

export const batchAnswer = (dialect: Dialect, job: BatchJob): Json => ANSWERS[dialect](job);

/** What an asynchronous request is told at once (wire-protocol.md 3.3). */
export const acceptedAnswer = (dialect: Dialect, requestId: string): Json =>
  dialect === 'onprem-v1'
    ? { job_id: requestId, status: 'processing' }
    : { status: 'processing', request_id: requestId };

/** What its webhook receives later. */
export const webhookAnswer = (dialect: Dialect, job: BatchJob): Json =>
  dialect === 'onprem-v1'
    ? { job_id: job.requestId, status: 'completed', result: batchAnswer(dialect, job) }
    : batchAnswer(dialect, job);
