// The service law under the wall clock: the simulator's own worker (sim/service/worker.ts), with one timer for its next
// completion. Completions happen at their exact instants even when the timer is late; only the telling is late.

import type { ServiceLaw } from '../../model/service-time.ts';
import { Worker } from '../../sim/service/worker.ts';
import type { ScaledClock } from './scaled-clock.ts';

/** Told when a request is done: when it got its place and when it ended, virtual milliseconds. */
export type Done = (admittedMillis: number, doneMillis: number) => void;

interface Inside {
  readonly done: Done;
  admittedMillis: number;
}

export class BatchGpu {
  readonly worker: Worker;
  private readonly clock: ScaledClock;
  private readonly inside = new Map<number, Inside>();
  private next = 0;
  private cancelTimer: (() => void) | null = null;

  /** @param warm true for a pod that has served before the run */
  constructor(law: ServiceLaw, clock: ScaledClock, warm = false) {
    this.clock = clock;
    this.worker = new Worker(
      law,
      {
        started: (id, at) => {
          this.inside.get(id)!.admittedMillis = at;
        },
        done: (id, at) => {
          const entry = this.inside.get(id)!;
          this.inside.delete(id);
          entry.done(entry.admittedMillis, at);
        },
      },
      { countStreamsAsRequests: false },
      warm,
    );
  }

  /** Gives work of this weight to the GPU, queued behind the cap if need be. The ticket serves `withdraw`. */
  submit(weight: number, done: Done): number {
    const now = this.clock.now();
    this.worker.completeDue(now);
    const id = this.next++;
    this.inside.set(id, { done, admittedMillis: NaN });
    this.worker.arriveBatch(now, id, weight, true);
    this.arm();
    return id;
  }

  /** The caller hung up. False if the request is over already. */
  withdraw(ticket: number): boolean {
    const now = this.clock.now();
    this.worker.completeDue(now);
    const found = this.worker.abandon(now, ticket);
    this.inside.delete(ticket);
    this.arm();
    return found;
  }

  /** The caller hung up and the pod does not notice: what is in service runs to its end, what waits leaves the queue. */
  disown(ticket: number): void {
    const now = this.clock.now();
    this.worker.completeDue(now);
    if (this.worker.disown(now, ticket)) this.inside.set(ticket, { done: () => undefined, admittedMillis: NaN });
    else this.inside.delete(ticket);
    this.arm();
  }

  /** Brings the counts up to this instant, for whoever reads them next. */
  settle(): Worker {
    this.worker.completeDue(this.clock.now());
    this.arm();
    return this.worker;
  }

  stop(): void {
    this.cancelTimer?.();
  }

  private arm(): void {
    this.cancelTimer?.();
    const at = this.worker.nextCompletionMillis();
    this.cancelTimer =
      at === Infinity
        ? null
        : this.clock.at(at, () => {
            this.worker.completeDue(this.clock.now());
            this.arm();
          });
  }
}
