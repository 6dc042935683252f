// The pod's /metrics through prom-client, one registry per pod. Gauges are read from the worker at the instant of the
// scrape; names, types and meanings follow wire-protocol.md section 7, buckets metrics-path.md section 6.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DURATION_BUCKETS_SECONDS } from '../../sim/service/worker.ts';
import type { MetricSet } from './config.ts';

/** What the gauges show, asked for at each scrape. */
export interface Gauges {
  readonly activeRequests: () => number;
  readonly batchQueue: () => number;
  readonly activeStreams: () => number;
  readonly streamQueue: () => number;
  /** 0 to 100. */
  readonly gpuPercent: () => number;
  readonly gpuMemoryBytes: () => number;
  /** 0 while the model loads. */
  readonly modelLoadSeconds: () => number;
}

export interface PodMetrics {
  readonly registry: Registry;
  /** One finished request: how long it was in service and for how much audio, virtual seconds. */
  readonly finished: (serviceSeconds: number, endToEndSeconds: number, audioSeconds: number, language: string) => void;
  readonly failed: (errorType: string, language: string) => void;
}

type GaugeRow = readonly [name: string, help: string, read: (gauges: Gauges) => number, sets: readonly MetricSet[]];

const GAUGES: readonly GaugeRow[] = [
  [
    'asr_active_requests',
    'Number of transcription requests being processed',
    (g) => g.activeRequests(),
    ['design', 'newer', 'grafana'],
  ],
  ['asr_model_load_time_seconds', 'Time to load the model at start-up', (g) => g.modelLoadSeconds(), ['design']],
  ['asr_gpu_utilization', 'GPU utilization in percent', (g) => g.gpuPercent(), ['design']],
  ['asr_gpu_memory_used_bytes', 'GPU memory used in bytes', (g) => g.gpuMemoryBytes(), ['design']],
  ['asr_batch_queue_depth', 'Number of batch requests waiting', (g) => g.batchQueue(), ['newer']],
  ['asr_active_streams', 'Number of active streaming sessions', (g) => g.activeStreams(), ['newer']],
  ['asr_stream_queue_depth', 'Number of streaming sessions pending in the queue', (g) => g.streamQueue(), ['newer']],
];

export const podMetrics = (sets: readonly MetricSet[], gauges: Gauges): PodMetrics => {
  const registry = new Registry();
  const shown = (of: readonly MetricSet[]): boolean => of.some((set) => sets.includes(set));
  const registers = [registry];
  for (const [name, help, read, of] of GAUGES) {
    if (!shown(of)) continue;
    const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read(gauges)) });
  }
  const buckets = [...DURATION_BUCKETS_SECONDS];
  const design = shown(['design'])
    ? {
        total: new Counter({ name: 'asr_total_requests', help: 'Total transcription requests processed', registers }),
        failed: new Counter({ name: 'asr_failed_requests', help: 'Total failed transcription requests', registers }),
        duration: new Histogram({
          name: 'asr_request_duration_seconds',
          help: 'Request processing time in seconds',
          buckets,
          registers,
        }),
      }
    : null;
  const board = shown(['grafana'])
    ? {
        total: new Counter({ name: 'total_requests_total', help: 'Total requests', registers }),
        processing: new Histogram({
          name: 'asr_processing_duration_seconds',
          help: 'Processing time in seconds',
          labelNames: ['language'],
          buckets,
          registers,
        }),
        endToEnd: new Histogram({
          name: 'asr_e2e_latency_seconds',
          help: 'End to end latency in seconds',
          buckets,
          registers,
        }),
        realTimeFactor: new Histogram({
          name: 'asr_real_time_factor',
          help: 'Processing time divided by audio length',
          buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2],
          registers,
        }),
        errors: new Counter({
          name: 'asr_errors_total',
          help: 'Total errors',
          labelNames: ['error_type', 'language'],
          registers,
        }),
      }
    : null;
  return {
    registry,
    finished: (serviceSeconds, endToEndSeconds, audioSeconds, language) => {
      design?.total.inc();
      design?.duration.observe(serviceSeconds);
      board?.total.inc();
      board?.processing.observe({ language }, serviceSeconds);
      board?.endToEnd.observe(endToEndSeconds);
      if (audioSeconds > 0) board?.realTimeFactor.observe(serviceSeconds / audioSeconds);
    },
    failed: (errorType, language) => {
      design?.total.inc();
      design?.failed.inc();
      board?.total.inc();
      board?.errors.inc({ error_type: errorType, language });
    },
  };
};
