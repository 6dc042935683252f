// One emulated pod without its sockets: model load, the GPU, the metrics page, drain. http.ts and streaming.ts are its
// two doors.

import { BatchGpu } from './batch-gpu.ts';
import type { EmulatorConfig } from './config.ts';
import type { PodMetrics } from './metrics.ts';
import { podMetrics } from './metrics.ts';
import type { ScaledClock } from './scaled-clock.ts';
import type { ServedRows } from './served.ts';
import { StreamGpu } from './stream-gpu.ts';

/** A pod that was told to stop waits at least this long for its endpoint to leave every balancer (closed-loop plant: 200 ms). */
const DRAIN_AT_LEAST_MILLIS = 200;
const DRAIN_POLL_MILLIS = 50;

export class EmulatedPod {
  readonly config: EmulatorConfig;
  readonly clock: ScaledClock;
  readonly batch: BatchGpu;
  readonly streams: StreamGpu;
  readonly metrics: PodMetrics;
  readonly startedMillis: number;
  loaded = false;
  draining = false;
  /** Requests and sockets that are being read, served or answered. */
  open = 0;
  /** Requests that wait in front of all pods, as last told. */
  sharedQueue = { batch: 0, streams: 0 };
  /** An injected fault: a scrape finds a closed door. */
  refusesScrapes = false;
  /** Where the requests with a row header are recorded; null = nobody asks. */
  served: ServedRows | null = null;
  private readonly cancelLoad: () => void;
  private readonly loadWaiters: (() => void)[] = [];

  constructor(config: EmulatorConfig, clock: ScaledClock) {
    this.config = config;
    this.clock = clock;
    this.startedMillis = clock.now();
    // Pods that are there before the origin have served before the run, as in the simulator.
    this.batch = new BatchGpu(config.law, clock, this.startedMillis < 0);
    this.streams = new StreamGpu(config.law.stream, clock);
    this.metrics = podMetrics(config.metricSets, {
      activeRequests: () =>
        this.batch.worker.batchInService + (config.countStreamsAsRequests ? this.streams.active() : 0),
      batchQueue: () => this.batch.worker.batchQueued + this.sharedQueue.batch,
      activeStreams: () => this.streams.active(),
      streamQueue: () => this.streams.waiting() + this.sharedQueue.streams,
      gpuPercent: () => Math.min(100, Math.round(10 * (this.batch.worker.gpuPercent + this.streams.gpuPercent())) / 10),
      gpuMemoryBytes: () => (this.loaded ? this.batch.worker.gpuMemoryBytes : 0),
      modelLoadSeconds: () => (this.loaded ? config.modelLoad : 0),
    });
    this.cancelLoad = clock.at(this.startedMillis + config.modelLoad * 1000, () => {
      this.loaded = true;
      for (const tell of this.loadWaiters.splice(0)) tell();
    });
  }

  /** Resolves when the model is loaded. */
  whenLoaded(): Promise<void> {
    return this.loaded ? Promise.resolve() : new Promise((resolve) => this.loadWaiters.push(resolve));
  }

  private idle(): boolean {
    const { batchInService, batchQueued } = this.batch.worker;
    return this.open + batchInService + batchQueued + this.streams.active() + this.streams.waiting() === 0;
  }

  /** Finishes what is there and what still comes; resolves when nothing is left. Polls as the recorded plant did. */
  drain(): Promise<void> {
    this.draining = true;
    const from = this.clock.now();
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.idle()) resolve();
        else this.clock.at(this.clock.now() + DRAIN_POLL_MILLIS, look);
      };
      this.clock.at(from + DRAIN_AT_LEAST_MILLIS, look);
    });
  }

  stop(): void {
    this.cancelLoad();
    this.batch.stop();
    this.streams.stop();
  }
}
