// Pending events in the order (time, class, sequence), in typed arrays: nothing is allocated per event.
// Takes and gives numbers; what a class, a subject or a detail means is left to the caller.
// Simple twin and oracle: the sorted array in event-queue.test.ts. Benchmark: bench/sim.bench.ts.

/** Sequence numbers per class that fit below the class (at most 511) in one double: 2^44 events, 557 years at 1,000 a second. */
const SEQUENCES = 2 ** 44;

const grown = <A extends Float64Array | Int32Array | Uint16Array>(old: A, capacity: number): A => {
  const made = new (old.constructor as new (n: number) => A)(capacity);
  made.set(old);
  return made;
};

/**
 * A binary heap of event ids. `time` and `order` hold the key of an id; order = class·2^44 + sequence, so one comparison
 * decides a tie in time. Invariant: place[heap[i]] = i for i < size; ids that are not queued are in `free`.
 */
export class EventQueue {
  size = 0;
  time = new Float64Array(64);
  subject = new Int32Array(64);
  detail = new Int32Array(64);
  private cls = new Uint16Array(64);
  private order = new Float64Array(64);
  private place = new Int32Array(64);
  private heap = new Int32Array(64);
  private free = new Int32Array(64);
  private freeCount = 0;
  private made = 0;
  private sequence = 0;

  /**
   * Queues an event and returns its id, which is valid until the event is popped or removed.
   * Of two events with equal time and class the one pushed first comes first.
   */
  push(time: number, cls: number, subject: number, detail: number): number {
    const id = this.freeCount > 0 ? this.free[--this.freeCount]! : this.newId();
    this.time[id] = time;
    this.cls[id] = cls;
    this.order[id] = cls * SEQUENCES + this.sequence++;
    this.subject[id] = subject;
    this.detail[id] = detail;
    this.rise(this.size++, id);
    return id;
  }

  /** Gives a queued event another time and a new sequence number, as if it were removed and pushed again. */
  move(id: number, time: number): void {
    const earlier = time < this.time[id]!;
    this.time[id] = time;
    this.order[id] = this.cls[id]! * SEQUENCES + this.sequence++;
    if (earlier) this.rise(this.place[id]!, id);
    else this.sink(this.place[id]!, id);
  }

  remove(id: number): void {
    const hole = this.place[id]!;
    const last = this.heap[--this.size]!;
    this.free[this.freeCount++] = id;
    if (last === id) return;
    this.rise(hole, last);
    this.sink(this.place[last]!, last);
  }

  /** Time of the first event; Infinity if there is none. */
  nextTime(): number {
    return this.size === 0 ? Infinity : this.time[this.heap[0]!]!;
  }

  /** Class of the first event. Needs size > 0. */
  nextClass(): number {
    return this.classOf(this.heap[0]!);
  }

  /** Takes the first event out and returns its id; its fields stay readable until the next push. Needs size > 0. */
  pop(): number {
    const id = this.heap[0]!;
    this.free[this.freeCount++] = id;
    if (--this.size > 0) this.sink(0, this.heap[this.size]!);
    return id;
  }

  /** Class of an event; like the other fields readable until the next push. */
  classOf(id: number): number {
    return this.cls[id]!;
  }

  private newId(): number {
    if (this.made === this.time.length) {
      const capacity = this.made * 2;
      this.time = grown(this.time, capacity);
      this.cls = grown(this.cls, capacity);
      this.order = grown(this.order, capacity);
      this.subject = grown(this.subject, capacity);
      this.detail = grown(this.detail, capacity);
      this.place = grown(this.place, capacity);
      this.heap = grown(this.heap, capacity);
      this.free = grown(this.free, capacity);
    }
    return this.made++;
  }

  private rise(from: number, id: number): void {
    const { heap, time, order, place } = this;
    const t = time[id]!;
    const o = order[id]!;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up]!;
      const ta = time[above]!;
      if (ta < t || (ta === t && order[above]! < o)) break;
      heap[at] = above;
      place[above] = at;
      at = up;
    }
    heap[at] = id;
    place[id] = at;
  }

  private sink(from: number, id: number): void {
    const { heap, time, order, place, size } = this;
    const t = time[id]!;
    const o = order[id]!;
    let at = from;
    for (let down = 2 * at + 1; down < size; down = 2 * at + 1) {
      let below = heap[down]!;
      let tb = time[below]!;
      if (down + 1 < size) {
        const right = heap[down + 1]!;
        const tr = time[right]!;
        if (tr < tb || (tr === tb && order[right]! < order[below]!)) {
          down += 1;
          below = right;
          tb = tr;
        }
      }
      if (t < tb || (t === tb && o < order[below]!)) break;
      heap[at] = below;
      place[below] = at;
      at = down;
    }
    heap[at] = id;
    place[id] = at;
  }
}
