// The arrivals of a closed loop, for comparison only: each user sends the next row of the schedule when the last one is
// over, whatever the schedule's instants say. Under overload such a loop sends less and looks falsely good
// (load-generation.md 5.5); whoever uses it says so.

import type { Clock } from '../../model/clock.ts';

export const CLOSED_LOOP_WARNING = 'closed loop: latency understated under overload';

export interface ClosedLoopActs {
  readonly start: (row: number, nowMillis: number) => void;
  /** No further row will be started; so many of the rows never were. */
  readonly done: (unsent: number) => void;
}

/** Invariant: rows under way ≤ users; none is started at or after `untilMillis`. */
export class ClosedLoop {
  private readonly clock: Clock;
  private readonly rows: readonly number[];
  private readonly users: number;
  private readonly untilMillis: number;
  private readonly acts: ClosedLoopActs;
  private next = 0;
  private stopped = false;

  constructor(clock: Clock, rows: readonly number[], users: number, untilMillis: number, acts: ClosedLoopActs) {
    this.clock = clock;
    this.rows = rows;
    this.users = users;
    this.untilMillis = untilMillis;
    this.acts = acts;
  }

  begin(): void {
    if (this.users === 0) this.finish();
    for (let user = 0; user < this.users; user++) this.step();
  }

  /** A row is over: its user goes on in the next turn of the event loop, so that instant refusals starve nobody. */
  over(): void {
    if (!this.stopped) setImmediate(() => this.step());
  }

  stop(): void {
    this.stopped = true;
  }

  private step(): void {
    if (this.stopped) return;
    const now = this.clock.now();
    if (now >= this.untilMillis) this.finish();
    else if (this.next < this.rows.length) this.acts.start(this.rows[this.next++]!, now);
  }

  private finish(): void {
    this.stopped = true;
    this.acts.done(this.rows.length - this.next);
  }
}
