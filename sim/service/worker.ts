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
  private readonly streams: LiveStreams;
  private readonly listener: WorkerListener;
  private readonly countStreams: boolean;
  private readonly batchQueue = new Fifo();
  private readonly streamQueue = new Fifo();
  private readonly inside = new Map<number, { readonly work: Work; startedMillis: number; ticket: number }>();

  finishedTotal = 0;
  failedTotal = 0;
  /** Requests per bucket of the histogram, the last for those beyond all bounds; not cumulated. */
  readonly durationCounts = new Float64Array(DURATION_BUCKETS_SECONDS.length + 1);
  durationSumSeconds = 0;
  durationCount = 0;

  constructor(law: ServiceLaw, listener: WorkerListener, settings: { readonly countStreamsAsRequests: boolean }) {
    this.law = law;
    this.sharing = new ProcessorSharing(law.batch);
    this.streams = new LiveStreams(law.stream);
    this.listener = listener;
    this.countStreams = settings.countStreamsAsRequests;
  }

  get batchInService(): number {
    return this.sharing.count;
  }
  get activeStreams(): number {
    return this.streams.count;
  }
  get batchQueued(): number {
    return this.batchQueue.length;
  }
  get streamsQueued(): number {
    return this.streamQueue.length;
  }

  /** What asr_active_requests shows: never more than the cap, however many wait. */
  get activeRequests(): number {
    return this.sharing.count + (this.countStreams ? this.streams.count : 0);
  }

  /** What asr_gpu_utilization shows: one decimal, batch share plus share of the chunk period spent in steps. */
  get gpuPercent(): number {
    const { stream } = this.law;
    const streaming = this.streams.count === 0 ? 0 : this.streams.stepMillis() / (10 * stream.chunk);
    return Math.round(10 * Math.min(100, gpuPercent(this.law.batch, this.sharing.count) + streaming)) / 10;
  }

  get gpuMemoryBytes(): number {
    return MODEL_BYTES + REQUEST_BYTES * this.sharing.count;
  }

  /** Offers a request (id ≥ 0, not inside). 'full': at the cap, and `mayQueue` is false; nothing has changed then. */
  arrive(now: number, id: number, work: Work, mayQueue: boolean): Arrived {
    const batch = work.kind === 'batch';
    const free = batch ? this.sharing.count < this.law.batch.cap : this.streams.count < this.law.stream.cap;
    if (!free && !mayQueue) return 'full';
    if (free) this.start(now, id, work);
    else
      this.inside.set(id, { work, startedMillis: NaN, ticket: (batch ? this.batchQueue : this.streamQueue).push(id) });
    return free ? 'started' : 'queued';
  }

  /** When something next happens here by itself; Infinity if nothing will. Changes with every other call. */
  nextCompletionMillis(): number {
    return Math.min(this.sharing.nextMillis(), this.streams.nextMillis());
  }

  /** Lets everything happen that is due by `now`, each at its own instant; batch before streams at equal ones. */
  completeDue(now: number): void {
    for (;;) {
      const batch = this.sharing.nextMillis();
      const stream = this.streams.nextMillis();
      if (Math.min(batch, stream) > now) return;
      if (batch <= stream) {
        this.finish(batch, this.sharing.finish(), NaN);
        this.pull(batch, this.batchQueue);
      } else {
        const ended = this.streams.step();
        if (ended === null) continue;
        this.finish(stream, ended.id, ended.lagSeconds);
        this.pull(stream, this.streamQueue);
      }
    }
  }

  /** The caller hung up: the request leaves its place or the queue and is not counted. False if it is not inside. */
  abandon(now: number, id: number): boolean {
    const entry = this.inside.get(id);
    if (entry === undefined) return false;
    this.inside.delete(id);
    const batch = entry.work.kind === 'batch';
    const queue = batch ? this.batchQueue : this.streamQueue;
    if (Number.isNaN(entry.startedMillis)) {
      queue.leave(entry.ticket);
      return true;
    }
    if (batch) this.sharing.abandon(now, id);
    else this.streams.abandon(now, id);
    this.pull(now, queue);
    return true;
  }

  /** The container dies: everybody inside is thrown out and returned, those in service first. They count as failed. */
  cut(now: number): number[] {
    const out = [...this.sharing.clear(now), ...this.streams.clear(now).map(({ id }) => id)];
    for (const id of out) if (this.inside.get(id)!.work.kind === 'batch' || this.countStreams) this.failedTotal += 1;
    for (const queue of [this.batchQueue, this.streamQueue])
      for (let id = queue.shift(); id >= 0; id = queue.shift()) out.push(id);
    this.inside.clear();
    return out;
  }

  private start(now: number, id: number, work: Work): void {
    const entry = this.inside.get(id);
    if (entry === undefined) this.inside.set(id, { work, startedMillis: now, ticket: -1 });
    else entry.startedMillis = now;
    if (work.kind === 'batch') this.sharing.admit(now, id, work.weight);
    else this.streams.admit(now, id, work.audioSeconds);
    this.listener.started(id, now);
  }

  private pull(now: number, queue: Fifo): void {
    const id = queue.shift();
    if (id >= 0) this.start(now, id, this.inside.get(id)!.work);
  }

  private finish(now: number, id: number, lagSeconds: number): void {
    const entry = this.inside.get(id)!;
    this.inside.delete(id);
    if (entry.work.kind === 'batch' || this.countStreams) this.observe((now - entry.startedMillis) / 1000);
    this.listener.done(id, now, lagSeconds);
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
