// Processor sharing in continuous time: with c requests in service each progresses at 1/(a + b·c) of its weight per
// second (calibration.md 4.1). Exact: work is measured on a clock of its own, which runs at the rate one request gets.
// Takes instants in milliseconds as arguments, knows no cap, no queue and no pod. O(log c) per arrival or completion.

import { secondsPerWeight } from '../../model/service-time.ts';
import type { BatchLaw } from '../../model/service-time.ts';

const grown = <A extends Float64Array | Int32Array>(old: A): A => {
  const made = new (old.constructor as new (n: number) => A)(old.length * 2);
  made.set(old);
  return made;
};

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
  /** Heap in parallel arrays, the least (end, admission) at 0. */
  private ends = new Float64Array(16);
  private ids = new Int32Array(16);
  private order = new Float64Array(16);
  private admitted = new Float64Array(16);

  constructor(law: BatchLaw) {
    this.law = law;
  }

  /** Admits a request (any id) of this weight. */
  admit(now: number, id: number, weight: number): void {
    this.advance(now);
    if (this.count === this.ends.length) {
      this.ends = grown(this.ends);
      this.ids = grown(this.ids);
      this.order = grown(this.order);
      this.admitted = grown(this.admitted);
    }
    const end = this.work + weight;
    let at = this.count++;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (this.ends[up]! <= end) break;
      this.copy(up, at);
      at = up;
    }
    this.put(at, end, id, this.admissions++, now);
  }

  /** When the next request ends if nobody comes before; Infinity if none is in service. */
  nextMillis(): number {
    if (this.count === 0) return Infinity;
    return this.lastMillis + Math.max(0, this.ends[0]! - this.work) * this.millisPerWeight();
  }

  /** Ends the request that is due at nextMillis() and returns its id. Needs count > 0. */
  finish(): number {
    this.lastMillis = this.nextMillis();
    // Set, not advanced: the rounding of one division must not leave a rest of work that nobody would finish.
    this.work = this.ends[0]!;
    this.finishedAdmittedMillis = this.admitted[0]!;
    return this.removeAt(0);
  }

  /** Takes a request out before its end; false if it is not in service. Searches all of them: callers rarely give up. */
  abandon(now: number, id: number): boolean {
    const at = this.ids.subarray(0, this.count).indexOf(id);
    if (at < 0) return false;
    this.advance(now);
    this.removeAt(at);
    return true;
  }

  /** Takes everybody out, in the order of admission. */
  clear(now: number): number[] {
    this.advance(now);
    const inside = Array.from(this.ids.subarray(0, this.count), (id, at) => ({ id, order: this.order[at]! }));
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
    const id = this.ids[hole]!;
    const last = --this.count;
    if (last === 0) this.work = 0;
    if (hole === last) return id;
    const end = this.ends[last]!;
    const order = this.order[last]!;
    const lastId = this.ids[last]!;
    const admitted = this.admitted[last]!;
    let at = hole;
    for (; at > 0; at = (at - 1) >> 1) {
      const up = (at - 1) >> 1;
      if (!this.before(end, order, up)) break;
      this.copy(up, at);
    }
    for (let down = 2 * at + 1; down < last; down = 2 * at + 1) {
      if (down + 1 < last && this.before(this.ends[down + 1]!, this.order[down + 1]!, down)) down += 1;
      if (this.before(end, order, down)) break;
      this.copy(down, at);
      at = down;
    }
    this.put(at, end, lastId, order, admitted);
    return id;
  }

  private before(end: number, order: number, at: number): boolean {
    return end < this.ends[at]! || (end === this.ends[at]! && order < this.order[at]!);
  }

  private copy(from: number, to: number): void {
    this.put(to, this.ends[from]!, this.ids[from]!, this.order[from]!, this.admitted[from]!);
  }

  private put(at: number, end: number, id: number, order: number, admitted: number): void {
    this.ends[at] = end;
    this.ids[at] = id;
    this.order[at] = order;
    this.admitted[at] = admitted;
  }
}
