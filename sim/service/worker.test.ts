import { describe, expect, it } from 'vitest';
import type { ServiceLaw } from '../../model/service-time.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { seconds } from '../../model/units.ts';
import { PAGE, readPage } from './page.ts';
import { Worker } from './worker.ts';

const LAW: ServiceLaw = {
  name: 'test',
  basis: 'guess',
  batch: { a: seconds(0), b: seconds(1), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(1), cap: 2 },
  stream: { s0: seconds(0.01), s1: seconds(0.01), chunk: seconds(0.1), cap: 1 },
};

const workerOf = (law = LAW, countStreamsAsRequests = false): { worker: Worker; log: string[] } => {
  const log: string[] = [];
  const worker = new Worker(
    law,
    { started: (id, at) => log.push(`${at} start ${id}`), done: (id, at) => log.push(`${at} done ${id}`) },
    { countStreamsAsRequests },
  );
  return { worker, log };
};

describe('worker', () => {
  it('serves up to its cap, keeps the rest in FIFO order and starts it at the instant of a completion', () => {
    const { worker, log } = workerOf();
    expect([1, 2, 3, 4].map((id) => worker.arriveBatch(0, id, 1, true))).toEqual([
      'started',
      'started',
      'queued',
      'queued',
    ]);
    worker.completeDue(10_000);
    expect(log).toEqual([
      '0 start 1',
      '0 start 2',
      '2000 done 1',
      '2000 start 3',
      '2000 done 2',
      '2000 start 4',
      '4000 done 3',
      '4000 done 4',
    ]);
  });

  it('turns a request away at the cap if it may not queue', () => {
    const { worker } = workerOf();
    expect([1, 2, 3].map((id) => worker.arriveBatch(0, id, 1, false))).toEqual(['started', 'started', 'full']);
    expect(worker.batchQueued).toBe(0);
  });

  it('gives the place of a caller that hung up to the next one', () => {
    const { worker, log } = workerOf();
    for (const id of [1, 2, 3, 4]) worker.arriveBatch(0, id, 1, true);
    expect([worker.abandon(1000, 3), worker.abandon(1000, 1), worker.abandon(1000, 1)]).toEqual([true, true, false]);
    worker.completeDue(10_000);
    expect(log).toEqual(['0 start 1', '0 start 2', '1000 start 4', '2000 done 2', '2500 done 4']);
  });

  it('counts as failed what was in service when the container died, and throws the queue out behind it', () => {
    const { worker } = workerOf();
    for (const id of [1, 2, 3]) worker.arriveBatch(0, id, 1, true);
    worker.arriveStream(0, 9, 5, true);
    expect(worker.cut(500)).toEqual([1, 2, 9, 3]);
    expect([worker.failedTotal, worker.nextCompletionMillis()]).toEqual([2, Infinity]);
  });

  it('saturates its gauge at the cap, however many wait', () => {
    const { worker } = workerOf();
    for (let id = 0; id < 50; id++) worker.arriveBatch(0, id, 1, true);
    expect([worker.activeRequests, worker.batchQueued]).toEqual([2, 48]);
  });

  it('counts live sessions as requests only if told so', () => {
    for (const [counts, active] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const { worker } = workerOf(LAW, counts);
      worker.arriveStream(0, 1, 5, true);
      expect([worker.activeRequests, worker.activeStreams]).toEqual([active, 1]);
    }
  });

  it('conserves work: the weight finished is the weight admitted less what is in service (calibration.md 7.3)', () => {
    const { worker, log } = workerOf({ ...LAW, batch: { ...LAW.batch, cap: 1000 } });
    for (let id = 0; id < 100; id++) worker.arriveBatch(id * 700, id, 1, true);
    worker.completeDue(69_300);
    const finished = log.filter((line) => line.includes('done')).length;
    // a = 0: the pod does exactly one weight per second from 0 on; what is in service has taken 69.3 − finished of it.
    expect(finished + worker.batchInService).toBe(100);
    expect(finished).toBeLessThanOrEqual(69);
    expect(finished + worker.batchInService).toBeGreaterThanOrEqual(70);
  });
});

describe('metrics page', () => {
  it('shows the worker as the recorded plant does', () => {
    const { worker } = workerOf({ ...LAW, batch: SERVICE_LAWS['whisper-24gb']!.batch });
    for (const [id, weight] of [1, 30, 60].entries()) worker.arriveBatch(0, id, weight, true);
    worker.completeDue(3000);
    const values = new Float64Array(PAGE.length);
    readPage(worker, { modelLoadSeconds: 12.5, batchWaiting: 7, streamsWaiting: 0 }, values);
    const page = Object.fromEntries(
      PAGE.map(({ name, labels }, i) => [`${name}${Object.values(labels).join()}`, values[i]]),
    );
    expect(page).toMatchObject({
      asr_active_requests: 2,
      asr_total_requests: 1,
      asr_failed_requests: 0,
      'asr_request_duration_seconds_bucket0.25': 1,
      asr_request_duration_seconds_bucket120: 1,
      'asr_request_duration_seconds_bucket+Inf': 1,
      asr_request_duration_seconds_count: 1,
      asr_model_load_time_seconds: 12.5,
      asr_gpu_utilization: 29.7, // 100·2·0.019/(0.09 + 2·0.019) = 29.6875
      asr_batch_queue_depth: 7,
    });
    expect(page['asr_request_duration_seconds_sum']).toBeCloseTo(0.147, 9); // 0.09 + 3·0.019
  });

  it('counts as queued live sessions both those on the pod and those in front of all pods', () => {
    const { worker } = workerOf({ ...LAW, stream: { ...LAW.stream, cap: 2 } });
    for (const id of [0, 1, 2]) worker.arriveStream(0, id, 60, true);
    const values = new Float64Array(PAGE.length);
    readPage(worker, { modelLoadSeconds: 1, batchWaiting: 7, streamsWaiting: 4 }, values);
    const shown = (name: string): number => values[PAGE.findIndex((series) => series.name === name)]!;
    expect(['asr_active_streams', 'asr_stream_queue_depth', 'asr_batch_queue_depth'].map(shown)).toEqual([2, 5, 7]);
  });

  it('has one sample per name and label set', () => {
    expect(new Set(PAGE.map(({ name, labels }) => name + JSON.stringify(labels))).size).toBe(PAGE.length);
    expect(PAGE).toHaveLength(22);
  });
});
