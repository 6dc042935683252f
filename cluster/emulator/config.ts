// Everything that can be set about one emulated pod. Where the vendor's documents contradict each other or are silent
// the field is a knob and its default is the reading of wire-protocol.md section 9.

import type { ServiceLaw } from '../../model/service-time.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { Dialect } from './dialects.ts';
import { DIALECT_IDS } from './dialects.ts';

export type MetricSet = 'design' | 'newer' | 'grafana';

/** When a fault acts (virtual seconds since the origin) and on which share of the requests, chosen by their row seed. */
export interface FaultWindow {
  readonly from: Seconds;
  readonly until: Seconds;
  readonly share: number;
}

export type RequestFault =
  /** The connection is closed without an answer. */
  | { readonly kind: 'refuse' }
  /** The request is read and never answered. */
  | { readonly kind: 'stall' }
  /** The answer is complete but its first byte waits. */
  | { readonly kind: 'slow-first-byte'; readonly after: Seconds }
  /** Half of the answer, then the connection breaks. */
  | { readonly kind: 'cut-answer' }
  /** 200 with bytes that are no JSON. */
  | { readonly kind: 'garbage' }
  | { readonly kind: 'internal-error' }
  | { readonly kind: 'rate-limit'; readonly retryAfter: Seconds };

export type StreamFault =
  | { readonly kind: 'cut-stream'; readonly after: Seconds }
  /** Ends with this close code instead of 1000. */
  | { readonly kind: 'wrong-close'; readonly code: number }
  | { readonly kind: 'mute' };

export type MetricsFault =
  | { readonly kind: 'metrics-refused' }
  | { readonly kind: 'metrics-slow'; readonly after: Seconds }
  | { readonly kind: 'metrics-broken' };

export type EmulatorFault = FaultWindow & (RequestFault | StreamFault | MetricsFault);

export interface EmulatorConfig {
  /** Dialects it answers; the paths of the others are 404. */
  readonly dialects: readonly Dialect[];
  /** Law of service, speed of the GPU and cap already applied. */
  readonly law: ServiceLaw;
  /** Virtual seconds per real second. */
  readonly timeScale: number;
  readonly pod: { readonly name: string; readonly ordinal: number };
  /** Loopback address to listen on. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** A second port for health and metrics (the chart's 9090); null = everything on one port, 0 = any free port. */
  readonly metricsPort: number | null;
  /** From the start of the container to the loaded model. */
  readonly modelLoad: Seconds;
  readonly metricsWhileLoading: boolean;
  readonly healthWhileLoading: boolean;
  /** Requests at the cap: wait in FIFO order, or 503. */
  readonly batchFull: 'queue' | '503';
  /** Most waiting requests before 503; null = unbounded. */
  readonly queueLimit: number | null;
  readonly streamFull: 'queue' | '503' | '1008';
  /** Work in service whose caller hung up: its place is free at once, or when it is done (wire-protocol.md 9, `tailOnAbruptClose`). */
  readonly abandonedWork: 'drop' | 'finish';
  /** null = any key or none is accepted. */
  readonly auth: { readonly scheme: 'Token' | 'Bearer' | 'any'; readonly key: string } | null;
  readonly rateLimitPerMinute: number | null;
  readonly streamsPerAccount: number | null;
  /** Overrides the dialect's limit; null = by dialect. */
  readonly maxUploadBytes: number | null;
  /** null = none. */
  readonly serverTimeout: Seconds | null;
  readonly retryAfter: Seconds;
  /** Length assumed for `{"url": …}` input, which the emulator never fetches. */
  readonly urlAudio: Seconds;
  /** Bytes per second assumed for compressed files whose header does not tell the length: 128 kbit/s. */
  readonly compressedBytesPerSecond: number;
  /** One interim result per chunk of the law, or at this cadence. */
  readonly partialCadence: 'per-chunk' | Seconds;
  readonly autoFinalizeWords: number;
  readonly endpointSilence: Seconds;
  readonly emitFromFinalize: boolean;
  readonly emitFullTranscript: boolean;
  readonly endDialect: 'close_stream' | 'finalize-ends' | 'end';
  readonly killStyle: 'error-1011' | '1006';
  readonly idleTimeout: Seconds | null;
  readonly maxSession: Seconds | null;
  readonly metricSets: readonly MetricSet[];
  /** Whether a live stream counts in asr_active_requests. */
  readonly countStreamsAsRequests: boolean;
  readonly gpuName: string;
  /** What the API tier and the network add to each answer. */
  readonly hop: Seconds;
  readonly faults: readonly EmulatorFault[];
}

/** The vendor's defaults where documented, else the reading of wire-protocol.md section 9. */
export const EMULATOR_DEFAULTS: EmulatorConfig = {
  dialects: DIALECT_IDS,
  law: SERVICE_LAWS['pulse-pro-l40s']!,
  timeScale: 1,
  pod: { name: 'lightning-asr-emulated', ordinal: 0 },
  host: '127.0.0.1',
  port: 2269,
  metricsPort: null,
  modelLoad: seconds(0),
  metricsWhileLoading: true,
  healthWhileLoading: true,
  batchFull: 'queue',
  queueLimit: null,
  streamFull: 'queue',
  abandonedWork: 'drop',
  auth: null,
  rateLimitPerMinute: null,
  streamsPerAccount: null,
  maxUploadBytes: null,
  serverTimeout: seconds(300),
  retryAfter: seconds(30),
  urlAudio: seconds(60),
  compressedBytesPerSecond: 16_000,
  partialCadence: 'per-chunk',
  autoFinalizeWords: 10,
  endpointSilence: seconds(0.3),
  emitFromFinalize: false,
  emitFullTranscript: false,
  endDialect: 'close_stream',
  killStyle: '1006',
  idleTimeout: null,
  maxSession: null,
  metricSets: ['design', 'newer'],
  countStreamsAsRequests: false,
  gpuName: 'NVIDIA L40S',
  hop: seconds(0),
  faults: [],
};
