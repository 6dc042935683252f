// The queue and the pods of one kind of request in the front door: who comes in gets a pod, waits, or is told that there
// is no place. Rules and policies are the simulator's; the pods are real. Knows no time.

import type { BalancerPolicy } from '../../scenarios/scenario.ts';
import type { Choose } from '../../sim/service/balancer.ts';
import { chooser, mulberry32 } from '../../sim/service/balancer.ts';
import { EndpointSet } from '../../sim/service/endpoint-set.ts';
import { Fifo } from '../../sim/service/fifo.ts';

/** Somebody in the queue or at a pod. */
export interface LanePlace {
  /** Frees the place, wherever it is; once. */
  readonly leave: () => void;
}

/** Which pod a visitor's kept connection leads to; absent in a lane whose visitors choose anew each time. */
export interface Pins {
  /** −1 if it leads nowhere. */
  readonly podOf: (seed: number) => number;
  /** A request goes out to this pod; call what it gives when the answer is there. */
  readonly connect: (seed: number, pod: number) => () => void;
}

interface Visit {
  readonly id: number;
  readonly seed: number;
  readonly go: (pod: number) => void;
  disconnect: () => void;
  ticket: number | null;
  pod: number | null;
  over: boolean;
}

export class Lane {
  private readonly queue = new Fifo();
  private readonly endpoints: EndpointSet;
  private readonly choose: Choose;
  private readonly load = new Map<number, number>();
  private readonly pins: Pins | null;
  private readonly visits = new Map<number, Visit>();
  private nextVisit = 0;
  inService = 0;

  /** @param cap most at one pod; Infinity = the pod queues by itself */
  constructor(cap: number, policy: BalancerPolicy, seed: number, pins: Pins | null = null) {
    this.endpoints = new EndpointSet(cap);
    this.pins = pins;
    this.choose = chooser(policy, mulberry32(seed));
  }

  get waiting(): number {
    return this.queue.length;
  }

  join(pod: number): void {
    if (this.endpoints.has(pod)) return;
    this.endpoints.join(pod, this.load.get(pod) ?? 0);
    this.dispatch();
  }

  leave(pod: number): void {
    if (this.endpoints.has(pod)) this.endpoints.leave(pod);
  }

  /**
   * `go` is called with the pod, at once or later; null = no pod is free and nobody may wait. A kept connection leads to its
   * pod however full that is.
   *
   * @param seed of the row: it names the visitor's connection
   */
  enter(mayWait: boolean, seed: number, go: (pod: number) => void): LanePlace | null {
    const visit: Visit = {
      id: this.nextVisit,
      seed,
      go,
      disconnect: () => undefined,
      ticket: null,
      pod: null,
      over: false,
    };
    const pinned = this.pins?.podOf(seed) ?? -1;
    if (pinned >= 0) this.toPod(visit, pinned);
    else if (this.endpoints.eligibleCount > 0) this.toPod(visit, this.choose(this.endpoints));
    else if (mayWait) {
      // The queue holds numbers from 0 to 2³¹ − 1.
      this.nextVisit = (this.nextVisit + 1) & 0x7fffffff;
      this.visits.set(visit.id, visit);
      visit.ticket = this.queue.push(visit.id, 0);
    } else return null;
    return { leave: () => this.end(visit) };
  }

  private end(visit: Visit): void {
    if (visit.over) return;
    visit.over = true;
    if (visit.pod !== null) {
      this.inService -= 1;
      visit.disconnect();
      this.addLoad(visit.pod, -1);
      this.dispatch();
    } else if (visit.ticket !== null) {
      this.queue.leave(visit.ticket);
      this.visits.delete(visit.id);
    }
  }

  private toPod(visit: Visit, pod: number): void {
    visit.pod = pod;
    this.inService += 1;
    this.addLoad(pod, 1);
    if (this.pins !== null) visit.disconnect = this.pins.connect(visit.seed, pod);
    visit.go(pod);
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.endpoints.eligibleCount > 0) {
      const id = this.queue.shift();
      const visit = this.visits.get(id)!;
      this.visits.delete(id);
      this.toPod(visit, this.choose(this.endpoints));
    }
  }

  private addLoad(pod: number, change: number): void {
    const load = (this.load.get(pod) ?? 0) + change;
    this.load.set(pod, load);
    this.endpoints.setLoad(pod, load);
  }
}
