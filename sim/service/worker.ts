// One GPU pod as its callers meet it: at most `cap` batch requests in service by processor sharing, live streams in steps,
// and, if asked for, a queue of its own behind each cap. Also the counters its /metrics page shows (page.ts).
// Every method takes the instant in milliseconds; the simulator hands in virtual time, the emulated pod the wall clock.
// Which pod a request goes to is decided elsewhere (balancer.ts); so is what becomes of those that were cut.

import type { ServiceLaw } from '../../model/service-time.ts';
import { gpuPercent } from '../../model/service-time.ts';
import { Fifo } from './fifo.ts';
import { LiveStreams } from './live-streams.ts';
import { ProcessorSharing } from './processor-sharing.ts';

/** Upper bounds of asr_request_duration_seconds, metrics-path.md section 6. */
export const DURATION_BUCKETS_SECONDS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120] as const;

/** Memory of the loaded model (calibration.md 4.5) and of one batch request in service [guess], bytes. */
const MODEL_BYTES = 5.2e9;
const REQUEST_BYTES = 32 * 1024 * 1024;

/** A batch request of some weight, or a live session that lasts as long as its audio. */
export type Work =
  { readonly kind: 'batch'; readonly weight: number } | { readonly kind: 'stream'; readonly audioSeconds: number };

/** Told at the exact instant, in the order of events. */
export interface WorkerListener {
  /** A request got its place: at once, or from the pod's queue. */
  readonly started: (id: number, atMillis: number) => void;
  readonly done: (id: number, atMillis: number, lagSeconds: number) => void;
}

export type Arrived = 'started' | 'queued' | 'full';

/**
 * Invariants: at most `cap` of each kind in service; a queue is empty unless its cap is reached; the counters of
 * finished and failed requests and the histogram count those that were in service here (batch requests; live sessions too
 * if `countStreamsAsRequests`).
 */
export class Worker {
  readonly law: ServiceLaw;
  private readonly sharing: ProcessorSharing;
  /** Made when somebody needs them: on a large fleet of batch pods they would only cost memory and cache. */
  private streams: LiveStreams | null = null;
  private batchQueue: Fifo | null = null;
  private streamQueue: Fifo | null = null;
  private readonly listener: WorkerListener;
  private readonly countStreams: boolean;
  /** Has served a request, or is told so: the first one of a container may take longer. */
  private warm: boolean;

  finishedTotal = 0;
  failedTotal = 0;
  /** Requests per bucket of the histogram, the last for those beyond all bounds; not cumulated. */
  readonly durationCounts = new Float64Array(DURATION_BUCKETS_SECONDS.length + 1);
  durationSumSeconds = 0;
  durationCount = 0;

  /** @param warm false for a container that has just been started */
  constructor(
    law: ServiceLaw,
    listener: WorkerListener,
    settings: { readonly countStreamsAsRequests: boolean },
    warm = false,
  ) {
    this.warm = warm;
    this.law = law;
    this.sharing = new ProcessorSharing(law.batch);
    this.listener = listener;
    this.countStreams = settings.countStreamsAsRequests;
  }

  get batchInService(): number {
    return this.sharing.count;
  }
  get activeStreams(): number {
    return this.streams === null ? 0 : this.streams.count;
  }
  get batchQueued(): number {
    return this.batchQueue === null ? 0 : this.batchQueue.length;
  }
  get streamsQueued(): number {
    return this.streamQueue === null ? 0 : this.streamQueue.length;
  }

  /** What asr_active_requests shows: never more than the cap, however many wait. */
  get activeRequests(): number {
    return this.sharing.count + (this.countStreams ? this.activeStreams : 0);
  }

  /** What asr_gpu_utilization shows: one decimal, batch share plus share of the chunk period spent in steps. */
  get gpuPercent(): number {
    const { stream } = this.law;
    const streaming =
      this.streams === null || this.streams.count === 0 ? 0 : this.streams.stepMillis() / (10 * stream.chunk);
    return Math.round(10 * Math.min(100, gpuPercent(this.law.batch, this.sharing.count) + streaming)) / 10;
  }

  get gpuMemoryBytes(): number {
    return MODEL_BYTES + REQUEST_BYTES * this.sharing.count;
  }

  /**
   * Offers a batch request of some weight (id ≥ 0, not inside). 'full': at the cap, and `mayQueue` is false; nothing has
   * changed then.
   */
  arriveBatch(now: number, id: number, weight: number, mayQueue: boolean): Arrived {
    if (this.sharing.count < this.law.batch.cap) {
      this.startBatch(now, id, weight);
      return 'started';
    }
    if (!mayQueue) return 'full';
    this.batchQueue ??= new Fifo();
    this.batchQueue.push(id, weight);
    return 'queued';
  }

  /** Offers a live session that lasts as long as its audio, in the same way. */
  arriveStream(now: number, id: number, audioSeconds: number, mayQueue: boolean): Arrived {
    if (this.activeStreams < this.law.stream.cap) {
      this.startStream(now, id, audioSeconds);
      return 'started';
    }
    if (!mayQueue) return 'full';
    this.streamQueue ??= new Fifo();
    this.streamQueue.push(id, audioSeconds);
    return 'queued';
  }

  /** When something next happens here by itself; Infinity if nothing will. Changes with every other call. */
  nextCompletionMillis(): number {
    const batch = this.sharing.nextMillis();
    return this.streams === null ? batch : Math.min(batch, this.streams.nextMillis());
  }

  /** Lets everything happen that is due by `now`, each at its own instant; batch before streams at equal ones. */
  completeDue(now: number): void {
    for (;;) {
      const batch = this.sharing.nextMillis();
      const stream = this.streams === null ? Infinity : this.streams.nextMillis();
      if (Math.min(batch, stream) > now) return;
      if (this.streams === null || batch <= stream) {
        const id = this.sharing.finish();
        this.observe((batch - this.sharing.finishedAdmittedMillis) / 1000);
        this.listener.done(id, batch, NaN);
        this.pullBatch(batch);
      } else {
        const ended = this.streams.step();
        if (ended === null) continue;
        if (this.countStreams) this.observe((stream - ended.admittedMillis) / 1000);
        this.listener.done(ended.id, stream, ended.lagSeconds);
        this.pullStream(stream);
      }
    }
  }

  /** The caller hung up: the request leaves its place or the queue and is not counted. False if it is not inside. */
  abandon(now: number, id: number): boolean {
    for (const queue of [this.batchQueue, this.streamQueue]) {
      const ticket = queue?.ticketOf(id) ?? -1;
      if (ticket < 0) continue;
      queue!.leave(ticket);
      return true;
    }
    if (this.sharing.abandon(now, id)) this.pullBatch(now);
    else if (this.streams?.abandon(now, id) === true) this.pullStream(now);
    else return false;
    return true;
  }

  /**
   * The caller hung up and the server does not notice: a request in service runs to its end, a live session to the end of
   * the audio it sent; one that still waits leaves the queue. True if it stays in service; the listener hears its end.
   */
  disown(now: number, id: number): boolean {
    if (this.sharing.has(id) || this.streams?.endAudio(now, id) === true) return true;
    this.abandon(now, id);
    return false;
  }

  /** Largest lag so far of a live session in service, seconds; NaN if it has no place here. */
  lagOf(now: number, id: number): number {
    return this.streams?.lagOfSession(now, id) ?? NaN;
  }

  /** The container dies: everybody inside is thrown out and returned, those in service first. They count as failed. */
  cut(now: number): number[] {
    const batch = this.sharing.clear(now);
    const streams = (this.streams?.clear(now) ?? []).map(({ id }) => id);
    this.failedTotal += batch.length + (this.countStreams ? streams.length : 0);
    const out = [...batch, ...streams];
    for (const queue of [this.batchQueue, this.streamQueue])
      while (queue !== null && queue.length > 0) out.push(queue.shift());
    return out;
  }

  private startBatch(now: number, id: number, weight: number): void {
    const { firstRequest, a, b } = this.law.batch;
    const extra = this.warm || firstRequest === undefined ? 0 : firstRequest / (a + b);
    this.warm = true;
    this.sharing.admit(now, id, weight + extra);
    this.listener.started(id, now);
  }

  private startStream(now: number, id: number, audioSeconds: number): void {
    this.streams ??= new LiveStreams(this.law.stream);
    this.streams.admit(now, id, audioSeconds);
    this.listener.started(id, now);
  }

  private pullBatch(now: number): void {
    if (this.batchQueue === null || this.batchQueue.length === 0) return;
    const id = this.batchQueue.shift();
    this.startBatch(now, id, this.batchQueue.shiftedWork);
  }

  private pullStream(now: number): void {
    if (this.streamQueue === null || this.streamQueue.length === 0) return;
    const id = this.streamQueue.shift();
    this.startStream(now, id, this.streamQueue.shiftedWork);
  }

  private observe(serviceSeconds: number): void {
    this.finishedTotal += 1;
    this.durationCount += 1;
    this.durationSumSeconds += serviceSeconds;
    let bucket = 0;
    while (bucket < DURATION_BUCKETS_SECONDS.length && serviceSeconds > DURATION_BUCKETS_SECONDS[bucket]!) bucket += 1;
    this.durationCounts[bucket]! += 1;
  }
}
