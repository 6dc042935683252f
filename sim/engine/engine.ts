// The loop: takes the first event, sets the clock, calls the handler of its class. It knows no domain word: a class is
// a number of the caller's, and at equal times the smaller one goes first.
// Time is a double in virtual milliseconds since the origin of the run: 30 days are 2.6e9 ms, where two neighbouring
// doubles are 0.0005 µs apart, so runs of that length lose nothing (engine.test.ts).

import { EventQueue } from './event-queue.ts';

/** What happens when an event of one class is due. `subject` and `detail` are as scheduled. */
export type Handler = (now: number, subject: number, detail: number) => void;

export class Engine {
  /** Virtual milliseconds; never decreases. */
  now = 0;
  /** Events handled so far. */
  handled = 0;
  private readonly queue = new EventQueue();
  private readonly handlers: Handler[] = [];

  /** Says what to do with the events of a class. Every class that is scheduled needs a handler. */
  on(cls: number, handler: Handler): void {
    this.handlers[cls] = handler;
  }

  /** Schedules an event and returns its id, valid until it is handled or cancelled. Throws if `at` is past or NaN. */
  schedule(at: number, cls: number, subject: number, detail = 0): number {
    this.assertNotPast(at, cls);
    return this.queue.push(at, cls, subject, detail);
  }

  /** Moves a scheduled event to another time; among equals it then counts as scheduled last. */
  reschedule(id: number, at: number): void {
    this.assertNotPast(at, this.queue.classOf(id));
    this.queue.move(id, at);
  }

  cancel(id: number): void {
    this.queue.remove(id);
  }

  /** Events waiting. */
  get pending(): number {
    return this.queue.size;
  }

  /** Handles every event with time ≤ `until`, or until `done` says so after an event; the clock ends at the last one. */
  run(until: number, done?: () => boolean): void {
    const { queue, handlers } = this;
    while (queue.nextTime() <= until) {
      const id = queue.pop();
      this.now = queue.time[id]!;
      this.handled += 1;
      handlers[queue.classOf(id)]!(this.now, queue.subject[id]!, queue.detail[id]!);
      if (done?.() === true) return;
    }
  }

  private assertNotPast(at: number, cls: number): void {
    if (!(at >= this.now))
      throw new RangeError(`event of class ${cls} at ${at} ms, but the clock is at ${this.now} ms`);
  }
}
