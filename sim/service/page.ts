// The pod's /metrics as numbers: the fixed list of series in the order of the page, and a reader of their values.
// Names and meanings: wire-protocol.md section 7 and metrics-path.md section 6. Labels of the target are added by the scrape.

import { DURATION_BUCKETS_SECONDS } from './worker.ts';
import type { Worker } from './worker.ts';

export interface PageSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const DURATION = 'asr_request_duration_seconds';

/** One entry per sample of the page. */
export const PAGE: readonly PageSeries[] = [
  { name: 'asr_active_requests', labels: {} },
  { name: 'asr_total_requests', labels: {} },
  { name: 'asr_failed_requests', labels: {} },
  ...DURATION_BUCKETS_SECONDS.map((bound) => ({ name: `${DURATION}_bucket`, labels: { le: String(bound) } })),
  { name: `${DURATION}_bucket`, labels: { le: '+Inf' } },
  { name: `${DURATION}_sum`, labels: {} },
  { name: `${DURATION}_count`, labels: {} },
  { name: 'asr_model_load_time_seconds', labels: {} },
  { name: 'asr_gpu_utilization', labels: {} },
  { name: 'asr_gpu_memory_used_bytes', labels: {} },
  { name: 'asr_batch_queue_depth', labels: {} },
  { name: 'asr_active_streams', labels: {} },
  { name: 'asr_stream_queue_depth', labels: {} },
];

/** What the page shows beside the worker's own state. */
export interface PageSurroundings {
  /** 0 while the model loads. */
  readonly modelLoadSeconds: number;
  /**
   * Requests waiting in front of all pods. The queue is one shared list, and every pod shows its length: a sum over the
   * pods counts it as often as there are pods (wire-protocol.md section 7, `streamQueueScope: 'shared'`).
   */
  readonly batchWaiting: number;
  readonly streamsWaiting: number;
}

/** Writes the value of each entry of PAGE, in its order, at the present instant. */
export const readPage = (worker: Worker, around: PageSurroundings, out: Float64Array): void => {
  let at = 0;
  out[at++] = worker.activeRequests;
  out[at++] = worker.finishedTotal + worker.failedTotal;
  out[at++] = worker.failedTotal;
  let below = 0;
  for (const count of worker.durationCounts) {
    below += count;
    out[at++] = below;
  }
  out[at++] = worker.durationSumSeconds;
  out[at++] = worker.durationCount;
  out[at++] = around.modelLoadSeconds;
  out[at++] = worker.gpuPercent;
  out[at++] = worker.gpuMemoryBytes;
  out[at++] = worker.batchQueued + around.batchWaiting;
  out[at++] = worker.activeStreams;
  out[at] = worker.streamsQueued + around.streamsWaiting;
};
