// Timers of one owner on a run's clock, ended together.

import type { ScaledClock } from '../emulator/scaled-clock.ts';

export class Timers {
  private readonly clock: ScaledClock;
  private readonly cancels = new Set<() => void>();

  constructor(clock: ScaledClock) {
    this.clock = clock;
  }

  /** Calls `fire` at the moment or as soon after it as the event loop can. */
  at(atMillis: number, fire: () => void): void {
    const cancel = this.clock.at(atMillis, () => {
      this.cancels.delete(cancel);
      fire();
    });
    this.cancels.add(cancel);
  }

  /** None of those set so far fires any more. */
  stop(): void {
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }
}
