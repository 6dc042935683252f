// Time-outs of a real run: every row waits equally long from its intended start and rows come in that order, so one timer, for
// the oldest, is enough. What giving up means is the front's.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';

export class Deadlines {
  /** Rows in the order of their deadlines. */
  private readonly rows: number[] = [];
  private next = 0;
  private armed = false;
  private readonly timeoutMillis: number;
  private readonly clock: ScaledClock;
  private readonly intendedMillis: Float64Array;
  private readonly giveUp: (row: number, now: number) => void;

  /** @param giveUp is called once per row, whether it is over by then or not */
  constructor(
    timeoutMillis: number,
    clock: ScaledClock,
    intendedMillis: Float64Array,
    giveUp: (row: number, now: number) => void,
  ) {
    this.timeoutMillis = timeoutMillis;
    this.clock = clock;
    this.intendedMillis = intendedMillis;
    this.giveUp = giveUp;
  }

  expect(row: number): void {
    this.rows.push(row);
    this.arm();
  }

  private arm(): void {
    if (this.armed || this.next >= this.rows.length) return;
    this.armed = true;
    this.clock.at(this.dueOf(this.rows[this.next]!), () => {
      this.armed = false;
      const now = this.clock.now();
      while (this.next < this.rows.length && this.dueOf(this.rows[this.next]!) <= now)
        this.giveUp(this.rows[this.next++]!, now);
      this.arm();
    });
  }

  private dueOf(row: number): number {
    return this.intendedMillis[row]! + this.timeoutMillis;
  }
}
