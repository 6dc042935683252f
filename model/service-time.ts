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
  /** Most requests in service at once; more wait in FIFO order. */
  readonly cap: number;
}

export interface StreamLaw {
  /** Step time = s0 + s1·n seconds for n active streams. */
  readonly s0: Seconds;
  readonly s1: Seconds;
  /** Audio per step of one stream. */
  readonly chunk: Seconds;
  readonly cap: number;
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

/**
 * Weight of a batch request: 1 for a clip of the reference length; (t0 + (L/ref)·(a + b − t0))/(a + b) in general, so
 * that a lone request of length L takes t0 + (L/ref)·(a + b − t0) seconds (calibration.md 4.1).
 */
export const requestWeight = (law: BatchLaw, audioSeconds: number, rowSeed: number): number => {
  const alone = law.a + law.b;
  const t0 = law.t0Sigma === 0 ? law.t0 : law.t0 * Math.exp(law.t0Sigma * keyedNormal(rowSeed, T0_CAUSE));
  return (t0 + (audioSeconds / law.referenceAudio) * (alone - law.t0)) / alone;
};

/** Seconds that one unit of weight takes with c in service: a + b·c. */
export const secondsPerWeight = (law: BatchLaw, c: number): number => law.a + law.b * c;

/** Requests of weight 1 finished per second with c in service: c/(a + b·c). */
export const throughput = (law: BatchLaw, c: number): number => (c === 0 ? 0 : c / (law.a + law.b * c));

/** GPU utilisation in percent with c in service: 100·b·c/(a + b·c). */
export const gpuPercent = (law: BatchLaw, c: number): number => (c === 0 ? 0 : (100 * law.b * c) / (law.a + law.b * c));
