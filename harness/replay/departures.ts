// Hang-ups and cuts to come, as timers of a real run: when each caller leaves is model/conduct.ts's, what leaving means the
// front's. A row that is over is forgotten.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Conduct } from '../../model/conduct.ts';
import { departure } from '../../model/conduct.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { Leaving } from '../../sim/service/fleet-interface.ts';

const STREAM = REQUEST_KINDS.indexOf('stream');

export class Departures {
  private readonly schedule: Schedule;
  private readonly clock: ScaledClock;
  private readonly timers = new Map<number, readonly (() => void)[]>();

  constructor(schedule: Schedule, clock: ScaledClock) {
    this.schedule = schedule;
    this.clock = clock;
  }

  /** Calls `leave` at each instant at which the row's caller would leave. */
  expect(row: number, intendedMillis: number, conduct: Conduct, leave: (why: Leaving) => void): void {
    const { seed, audioSeconds, kind } = this.schedule;
    const { patienceMillis, cutMillis } = departure(conduct, seed[row]!, audioSeconds[row]!, kind[row] === STREAM);
    const timers = [['hangup', patienceMillis] as const, ['cut', cutMillis] as const].flatMap(([why, millis]) =>
      millis === Infinity ? [] : [this.clock.at(intendedMillis + millis, () => leave(why))],
    );
    if (timers.length > 0) this.timers.set(row, timers);
  }

  forget(row: number): void {
    for (const cancel of this.timers.get(row) ?? []) cancel();
    this.timers.delete(row);
  }

  stop(): void {
    for (const row of [...this.timers.keys()]) this.forget(row);
  }
}
