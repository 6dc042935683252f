// How many requests are where: in the system and its integral over time (the left side of Little's law), in service and
// queued on pods. Sums are kept up to date by difference, so that reading them costs nothing per pod.

import { CompensatedSum } from './compensated-sum.ts';
import type { Worker } from './worker.ts';

export class Occupancy {
  /** Requests that arrived and are not over. */
  inSystem = 0;
  inService = 0;
  queuedOnPods = 0;
  private readonly area = new CompensatedSum();
  private changedMillis = 0;
  /** What the sums last counted for each pod. */
  private readonly inServiceOf: number[] = [];
  private readonly queuedOf: number[] = [];

  /** One request more (+1) or less (−1) in the system. */
  change(now: number, by: 1 | -1): void {
    this.area.add(this.inSystem * (now - this.changedMillis));
    this.changedMillis = now;
    this.inSystem += by;
  }

  /** Integral of `inSystem` from the origin to now, request-milliseconds. */
  integralMillis(now: number): number {
    this.area.add(this.inSystem * (now - this.changedMillis));
    this.changedMillis = now;
    return this.area.value;
  }

  /** A new container on the pod: nothing is on it. */
  reset(pod: number): void {
    this.inServiceOf[pod] = 0;
    this.queuedOf[pod] = 0;
  }

  /** Counts a pod anew after something changed there. */
  recount(pod: number, worker: Worker): void {
    const inService = worker.batchInService + worker.activeStreams;
    const queued = worker.batchQueued + worker.streamsQueued;
    this.inService += inService - this.inServiceOf[pod]!;
    this.queuedOnPods += queued - this.queuedOf[pod]!;
    this.inServiceOf[pod] = inService;
    this.queuedOf[pod] = queued;
  }
}
