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
  /** The series of known events: its class, instants, and how many were handled. */
  private seriesClass = -1;
  private seriesTimes: ArrayLike<number> = [];
  private seriesNext = 0;

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

  /**
   * Events of one class whose instants are all known beforehand, in increasing order; the subject counts them from 0.
   * They never enter the queue, which stays as small as what is under way. Among equals of their class they come first.
   * One series per engine.
   */
  series(cls: number, times: ArrayLike<number>): void {
    this.seriesClass = cls;
    this.seriesTimes = times;
    this.seriesNext = 0;
  }

  /** Events waiting in the queue. */
  get pending(): number {
    return this.queue.size;
  }

  /** Handles every event with time ≤ `until`, or until `done` says so after an event; the clock ends at the last one. */
  run(until: number, done?: () => boolean): void {
    const { queue, handlers, seriesTimes, seriesClass } = this;
    for (;;) {
      const queued = queue.nextTime();
      const known = this.seriesNext < seriesTimes.length ? seriesTimes[this.seriesNext]! : Infinity;
      const first = Math.min(queued, known);
      if (first > until || first === Infinity) return;
      this.handled += 1;
      if (known < queued || (known === queued && seriesClass <= queue.nextClass())) {
        this.assertNotPast(known, seriesClass);
        this.now = known;
        handlers[seriesClass]!(known, this.seriesNext++, 0);
      } else {
        const id = queue.pop();
        this.now = queued;
        handlers[queue.classOf(id)]!(queued, queue.subject[id]!, queue.detail[id]!);
      }
      if (done !== undefined && done()) return;
    }
  }

  private assertNotPast(at: number, cls: number): void {
    if (!(at >= this.now))
      throw new RangeError(`event of class ${cls} at ${at} ms, but the clock is at ${this.now} ms`);
  }
}
