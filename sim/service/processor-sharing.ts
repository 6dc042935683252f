// Processor sharing in continuous time: with c requests in service each progresses at 1/(a + b·c) of its weight per
// second (calibration.md 4.1). Exact: work is measured on a clock of its own, which runs at the rate one request gets.
// Takes instants in milliseconds as arguments, knows no cap, no queue and no pod. O(log c) per arrival or completion.

import { secondsPerWeight } from '../../model/service-time.ts';
import type { BatchLaw } from '../../model/service-time.ts';

/** Doubles of one request in the heap: end on the work clock, order of admission, id, instant of admission. */
const WIDTH = 4;
const ORDER = 1;
const ID = 2;
const ADMITTED = 3;

/**
 * A request admitted when the work clock showed v ends when it shows v + weight, whoever comes or goes meanwhile: that
 * is why a heap by end suffices. The work clock restarts at 0 whenever nobody is in service, which keeps it exact.
 * Equal ends leave in the order of admission.
 */
export class ProcessorSharing {
  /** Requests in service. */
  count = 0;
  private readonly law: BatchLaw;
  private work = 0;
  private lastMillis = 0;
  private admissions = 0;
  /** When the request that `finish` gave last was admitted. */
  finishedAdmittedMillis = 0;
  /** Binary heap, the least (end, order) at 0. One array: on a large fleet every access to a pod is a cache miss. */
  private heap = new Float64Array(8 * WIDTH);

  constructor(law: BatchLaw) {
    this.law = law;
  }

  /** Admits a request (any id) of this weight. */
  admit(now: number, id: number, weight: number): void {
    this.advance(now);
    if (this.count * WIDTH === this.heap.length) {
      const heap = new Float64Array(this.heap.length * 2);
      heap.set(this.heap);
      this.heap = heap;
    }
    this.rise(this.count++, this.work + weight, this.admissions++, id, now);
  }

  /** When the next request ends if nobody comes before; Infinity if none is in service. */
  nextMillis(): number {
    if (this.count === 0) return Infinity;
    return this.lastMillis + Math.max(0, this.heap[0]! - this.work) * this.millisPerWeight();
  }

  /** Ends the request that is due at nextMillis() and returns its id. Needs count > 0. */
  finish(): number {
    this.lastMillis = this.nextMillis();
    // Set, not advanced: the rounding of one division must not leave a rest of work that nobody would finish.
    this.work = this.heap[0]!;
    this.finishedAdmittedMillis = this.heap[ADMITTED]!;
    return this.removeAt(0);
  }

  /** Takes a request out before its end; false if it is not in service. Searches all of them: callers rarely give up. */
  abandon(now: number, id: number): boolean {
    for (let at = 0; at < this.count; at++) {
      if (this.heap[at * WIDTH + ID] !== id) continue;
      this.advance(now);
      this.removeAt(at);
      return true;
    }
    return false;
  }

  /** Whether a request is in service. Searches all of them, as `abandon` does. */
  has(id: number): boolean {
    for (let at = 0; at < this.count; at++) if (this.heap[at * WIDTH + ID] === id) return true;
    return false;
  }

  /** Takes everybody out, in the order of admission. */
  clear(now: number): number[] {
    this.advance(now);
    const inside = Array.from({ length: this.count }, (_, at) => ({
      id: this.heap[at * WIDTH + ID]!,
      order: this.heap[at * WIDTH + ORDER]!,
    }));
    this.count = 0;
    this.work = 0;
    return inside.sort((x, y) => x.order - y.order).map(({ id }) => id);
  }

  private millisPerWeight(): number {
    return 1000 * secondsPerWeight(this.law, this.count);
  }

  private advance(now: number): void {
    if (this.count > 0) this.work += (now - this.lastMillis) / this.millisPerWeight();
    this.lastMillis = now;
  }

  private removeAt(hole: number): number {
    const { heap } = this;
    const id = heap[hole * WIDTH + ID]!;
    const last = --this.count;
    if (last === 0) this.work = 0;
    if (hole === last) return id;
    const at = last * WIDTH;
    const end = heap[at]!;
    const order = heap[at + ORDER]!;
    const lastId = heap[at + ID]!;
    const admitted = heap[at + ADMITTED]!;
    const top = this.rise(hole, end, order, lastId, admitted);
    if (top === hole) this.sink(hole, end, order, lastId, admitted);
    return id;
  }

  /** Puts an entry at `from` or above; returns where. */
  private rise(from: number, end: number, order: number, id: number, admitted: number): number {
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.before(end, order, up)) break;
      this.copy(up, at);
      at = up;
    }
    this.put(at, end, order, id, admitted);
    return at;
  }

  /** Puts an entry at `from` or below. */
  private sink(from: number, end: number, order: number, id: number, admitted: number): void {
    const { count, heap } = this;
    let at = from;
    for (let down = 2 * at + 1; down < count; down = 2 * at + 1) {
      const right = (down + 1) * WIDTH;
      if (down + 1 < count && this.before(heap[right]!, heap[right + ORDER]!, down)) down += 1;
      if (this.before(end, order, down)) break;
      this.copy(down, at);
      at = down;
    }
    this.put(at, end, order, id, admitted);
  }

  private before(end: number, order: number, at: number): boolean {
    const other = this.heap[at * WIDTH]!;
    return end < other || (end === other && order < this.heap[at * WIDTH + ORDER]!);
  }

  private copy(from: number, to: number): void {
    const { heap } = this;
    const at = from * WIDTH;
    this.put(to, heap[at]!, heap[at + ORDER]!, heap[at + ID]!, heap[at + ADMITTED]!);
  }

  private put(at: number, end: number, order: number, id: number, admitted: number): void {
    const { heap } = this;
    const to = at * WIDTH;
    heap[to] = end;
    heap[to + ORDER] = order;
    heap[to + ID] = id;
    heap[to + ADMITTED] = admitted;
  }
}
