// From the names and numbers of a scenario to the law a pod obeys: parameter set, GPU, cap, features, and the parameters
// that calibration.md calls poorly known, each of which a scenario may set. Simulator, load engine and score all ask here.

import type { Features, ServiceLaw, StreamLaw, TtftLaw } from './service-time.ts';
import { GPU_SPEED, SERVICE_LAWS, scaleLaw } from './service-time.ts';
import type { Seconds } from './units.ts';
import { seconds } from './units.ts';

/** Parameters of an L40S with bounds worth trying (calibration.md 4.1 to 4.3); absent = as the parameter set has them. */
export interface LawTuning {
  /** Moves a as well: b is published, a + b = t0 + the time of the audio. */
  readonly t0?: Seconds;
  readonly t0Sigma?: number;
  readonly s1?: Seconds;
  readonly longFileLoss?: number;
}

export interface LawOptions {
  readonly calibration: string;
  readonly gpu: string;
  /** Overrides the cap of the parameter set. */
  readonly cap: number | null;
  /** Name of a stream parameter set; absent = that of the calibration. */
  readonly stream?: string;
  readonly features?: Features;
  /** Name of a formula for the time to first transcript; absent = one chunk and one step. */
  readonly ttft?: string;
  /** Share of slow chunks in the time to first transcript; absent = no spread. */
  readonly tailShare?: number;
  /** What the first request of a container takes longer, on any GPU; absent = 0. */
  readonly firstRequest?: Seconds;
  readonly tuning?: LawTuning;
}

const streamLaw = (s0: number, s1: number, chunk: number, cap: number): StreamLaw => ({
  s0: seconds(s0),
  s1: seconds(s1),
  chunk: seconds(chunk),
  cap,
});

/** calibration.md 4.2, by the p50 column; the cap is the published limit. On the GPU they were measured on, scaled as an L40S. */
export const STREAM_LAWS: Readonly<Record<string, StreamLaw>> = {
  'riva-1': streamLaw(0.012, 0.00045, 0.16, 270),
  'riva-2': streamLaw(0.016, 0.0008, 0.16, 160),
  'riva-1-960': streamLaw(0.015, 0.00036, 0.96, 1240),
};

/** calibration.md 4.3: lines through the two published points, 1 and 100 streams. Not scaled by the GPU. */
export const TTFT_LAWS: Readonly<Record<string, TtftLaw>> = {
  'self-host': { first: seconds(0.064), perStream: seconds(0.0024) },
  cloud: { first: seconds(0.15), perStream: seconds(0.0015) },
};

const tuned = (law: ServiceLaw, { t0, t0Sigma, s1, longFileLoss }: LawTuning): ServiceLaw => {
  const { batch, stream } = law;
  return {
    ...law,
    batch: {
      ...batch,
      ...(t0 === undefined ? {} : { a: seconds(batch.a + t0 - batch.t0), t0 }),
      ...(t0Sigma === undefined ? {} : { t0Sigma }),
      ...(longFileLoss === undefined ? {} : { longFileLoss }),
    },
    stream: { ...stream, ...(s1 === undefined ? {} : { s1 }) },
  };
};

/** The law on the GPU; null for a parameter set, GPU, stream set or formula this build does not know. */
export const serviceLawOf = (options: LawOptions): ServiceLaw | null => {
  const { calibration, gpu, cap, features, tailShare, firstRequest } = options;
  const law = SERVICE_LAWS[calibration];
  const speed = GPU_SPEED[gpu];
  const stream = options.stream === undefined ? law?.stream : STREAM_LAWS[options.stream];
  const ttft = options.ttft === undefined ? undefined : TTFT_LAWS[options.ttft];
  if (law === undefined || speed === undefined || stream === undefined) return null;
  if (options.ttft !== undefined && ttft === undefined) return null;
  const scaled = scaleLaw(tuned({ ...law, stream }, options.tuning ?? {}), speed.speed);
  return {
    ...scaled,
    batch: {
      ...scaled.batch,
      ...(features === undefined ? {} : { features }),
      ...(firstRequest === undefined ? {} : { firstRequest }),
      ...(cap === null ? {} : { cap }),
    },
    stream: {
      ...scaled.stream,
      ...(ttft === undefined ? {} : { ttft }),
      ...(tailShare === undefined ? {} : { tailShare }),
    },
  };
};
