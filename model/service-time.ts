// The service law that simulator and emulator share, so that they cannot disagree (calibration.md section 4).
// Batch worker: with c requests in service each progresses at 1/(a + b·c) of its own weight per second (processor
// sharing), at most `cap` at once, FIFO behind. Stream worker: a step serves all n streams in s0 + s1·n seconds.

import { keyedUniform } from './rng.ts';
import type { Seconds } from './units.ts';
import { seconds } from './units.ts';

/** Where a number comes from; a report that rests on a guess says so. */
export type Basis = 'published' | 'derived' | 'guess';

export interface BatchLaw {
  /** Latency that parallelism hides, seconds at weight 1. */
  readonly a: Seconds;
  /** Exclusive GPU time per request, seconds at weight 1. */
  readonly b: Seconds;
  /** The part of a + b at c = 1 that does not depend on the length of the audio. */
  readonly t0: Seconds;
  /** Sigma of the lognormal factor on t0; 0 = none. */
  readonly t0Sigma: number;
  /** Audio length that weighs 1. */
  readonly referenceAudio: Seconds;
  /** What callers ask for beyond the text; absent = nothing (calibration.md 4.4). */
  readonly features?: Features;
  /** b grows by this share with each doubling of c above 8, as long files do (calibration.md 4.1); absent = 0. */
  readonly longFileLoss?: number;
  /** What the first request of a container takes longer, seconds if alone (calibration.md 4.5); absent = 0. */
  readonly firstRequest?: Seconds;
  /** Most requests in service at once; more wait in FIFO order. */
  readonly cap: number;
}

export interface Features {
  readonly wordTimestamps: boolean;
  readonly diarisation: boolean;
}

/** Time to first transcript = first + perStream·(n − 1) for n active streams (calibration.md 4.3). */
export interface TtftLaw {
  readonly first: Seconds;
  readonly perStream: Seconds;
}

export interface StreamLaw {
  /** Step time = s0 + s1·n seconds for n active streams. */
  readonly s0: Seconds;
  readonly s1: Seconds;
  /** Audio per step of one stream. */
  readonly chunk: Seconds;
  readonly cap: number;
  /** Absent = one chunk and one step. */
  readonly ttft?: TtftLaw;
  /** Share of chunks that take 2.5 to 3.5 times as long, beside a lognormal body (calibration.md 4.2); absent = no spread. */
  readonly tailShare?: number;
}

export interface ServiceLaw {
  readonly name: string;
  readonly batch: BatchLaw;
  readonly stream: StreamLaw;
  readonly basis: Basis;
}

const PULSE_STREAM: StreamLaw = { s0: seconds(0.012), s1: seconds(0.0008), chunk: seconds(0.128), cap: 128 };

/** Parameter sets of calibration.md 4.1 to 4.3. */
export const SERVICE_LAWS: Readonly<Record<string, ServiceLaw>> = {
  'pulse-pro-l40s': {
    name: 'pulse-pro-l40s',
    basis: 'derived',
    batch: {
      a: seconds(0.225),
      b: seconds(0.05),
      t0: seconds(0.09),
      t0Sigma: 0,
      referenceAudio: seconds(50),
      cap: 128,
    },
    stream: PULSE_STREAM,
  },
  'pulse-pro-l40s-words': {
    name: 'pulse-pro-l40s-words',
    basis: 'derived',
    batch: {
      a: seconds(0.319),
      b: seconds(0.111),
      t0: seconds(0.18),
      t0Sigma: 0,
      referenceAudio: seconds(50),
      cap: 128,
    },
    stream: PULSE_STREAM,
  },
  'whisper-24gb': {
    name: 'whisper-24gb',
    basis: 'derived',
    batch: { a: seconds(0.09), b: seconds(0.019), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(4.73), cap: 64 },
    stream: PULSE_STREAM,
  },
  'funasr-4090': {
    name: 'funasr-4090',
    basis: 'derived',
    batch: { a: seconds(0.063), b: seconds(0.009), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(4.73), cap: 64 },
    stream: PULSE_STREAM,
  },
};

/** Speed relative to an L40S (calibration.md 4.4); divides a, b, s0 and s1 alike. */
export const GPU_SPEED: Readonly<Record<string, { readonly speed: number; readonly basis: Basis }>> = {
  L40S: { speed: 1, basis: 'published' },
  'A100-80GB': { speed: 2, basis: 'published' },
  H100: { speed: 3.5, basis: 'derived' },
  A10G: { speed: 0.35, basis: 'guess' },
  L4: { speed: 0.25, basis: 'guess' },
  T4: { speed: 0.12, basis: 'guess' },
};

/** The law on a GPU that is `speed` times an L40S. */
export const scaleLaw = (law: ServiceLaw, speed: number): ServiceLaw => ({
  ...law,
  batch: {
    ...law.batch,
    a: seconds(law.batch.a / speed),
    b: seconds(law.batch.b / speed),
    t0: seconds(law.batch.t0 / speed),
  },
  stream: { ...law.stream, s0: seconds(law.stream.s0 / speed), s1: seconds(law.stream.s1 / speed) },
});

/** Standard normal from two keyed uniforms (Box–Muller). */
const keyedNormal = (seed: number, cause: number): number =>
  Math.sqrt(-2 * Math.log(1 - keyedUniform(seed, cause))) * Math.cos(2 * Math.PI * keyedUniform(seed, cause + 1));

const T0_CAUSE = 0x7430;

/** A file of this length or more counts as long: calibration.md 4.1 and 4.4. */
const LONG_SECONDS = 300;

/** Times the work of the audio: word timestamps 1.35 for one long file, 2.2 for a short one; diarisation 13. */
export const featureFactor = ({ wordTimestamps, diarisation }: Features, audioSeconds: number): number =>
  (wordTimestamps ? (audioSeconds >= LONG_SECONDS ? 1.35 : 2.2) : 1) * (diarisation ? 13 : 1);

/**
 * Weight of a batch request: 1 for a clip of the reference length; (t0 + (L/ref)·(a + b − t0))/(a + b) in general, so
 * that a lone request of length L takes t0 + (L/ref)·(a + b − t0) seconds (calibration.md 4.1).
 */
export const requestWeight = (law: BatchLaw, audioSeconds: number, rowSeed: number): number => {
  const alone = law.a + law.b;
  const t0 = law.t0Sigma === 0 ? law.t0 : law.t0 * Math.exp(law.t0Sigma * keyedNormal(rowSeed, T0_CAUSE));
  const audio = law.features === undefined ? audioSeconds : audioSeconds * featureFactor(law.features, audioSeconds);
  return (t0 + (audio / law.referenceAudio) * (alone - law.t0)) / alone;
};

/** Exclusive GPU time per unit of weight with c in service: b, or more above 8 where long files lose. */
const exclusive = ({ b, longFileLoss }: BatchLaw, c: number): number =>
  longFileLoss === undefined || c <= 8 ? b : b * (1 + longFileLoss * Math.log2(c / 8));

/** Seconds that one unit of weight takes with c in service: a + b·c. */
export const secondsPerWeight = (law: BatchLaw, c: number): number => law.a + exclusive(law, c) * c;

/** Requests of weight 1 finished per second with c in service: c/(a + b·c). */
export const throughput = (law: BatchLaw, c: number): number => (c === 0 ? 0 : c / secondsPerWeight(law, c));

/** No cap matters beyond this many in service: longFileLoss has long had its peak. */
const MANY = 4096;

/** The most that is finished per second with any number in service up to the cap; 1/b without a cap and without loss. */
export const peakThroughput = (law: BatchLaw): number => {
  if (law.longFileLoss === undefined) return law.cap === Infinity ? 1 / law.b : throughput(law, law.cap);
  let peak = 0;
  for (let c = 1; c <= Math.min(law.cap, MANY); c++) peak = Math.max(peak, throughput(law, c));
  return peak;
};

/** GPU utilisation in percent with c in service: 100·b·c/(a + b·c). */
export const gpuPercent = (law: BatchLaw, c: number): number =>
  c === 0 ? 0 : (100 * exclusive(law, c) * c) / secondsPerWeight(law, c);

/** Most live streams whose steps fit into the chunk period: beyond it every lag grows (calibration.md 4.2). */
export const streamsWithoutLag = ({ s0, s1, chunk, cap }: StreamLaw): number =>
  // A step of exactly one period fits; rounding of the quotient must not lose it.
  Math.max(0, s1 === 0 ? (s0 <= chunk ? cap : 0) : Math.min(cap, Math.floor((chunk - s0) / s1 + 1e-9)));

const TAIL_CAUSE = 0x7461696c;
const BODY_SIGMA = 0.2;

/** How many times the median a chunk of this row takes: lognormal, and for a share of the rows 2.5 to 3.5 times that. */
const chunkFactor = (tailShare: number, rowSeed: number): number => {
  const body = Math.exp(BODY_SIGMA * keyedNormal(rowSeed, TAIL_CAUSE));
  return keyedUniform(rowSeed, TAIL_CAUSE + 2) < tailShare
    ? body * (2.5 + keyedUniform(rowSeed, TAIL_CAUSE + 3))
    : body;
};

/** From admission to the first transcript of a live session that is one of n: its first chunk and the step that serves it. */
export const firstResultSeconds = (law: StreamLaw, n: number, rowSeed: number): number => {
  const { chunk, s0, s1, ttft, tailShare } = law;
  const factor = tailShare === undefined ? 1 : chunkFactor(tailShare, rowSeed);
  return ttft === undefined ? chunk + (s0 + s1 * n) * factor : (ttft.first + ttft.perStream * (n - 1)) * factor;
};
