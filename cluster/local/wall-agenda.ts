// The event engine's face on the wall clock: the hops of sim/hops that only schedule and react run on it unchanged.
// Times are virtual milliseconds of the scaled clock. A handler is told the instant that was asked for, however late its
// timer was: absolute schedules do not drift. The lateness itself is recorded.

import type { ScaledClock } from '../emulator/scaled-clock.ts';

type Handler = (now: number, subject: number, detail: number) => void;

interface Entry {
  readonly cls: number;
  readonly subject: number;
  readonly detail: number;
  cancel: () => void;
}

export class WallAgenda {
  private readonly clock: ScaledClock;
  private readonly handlers: Handler[] = [];
  private readonly entries = new Map<number, Entry>();
  private made = 0;
  private readonly onError: (error: unknown) => void;
  /** Events handled so far, and the largest lateness of one, virtual milliseconds. */
  handled = 0;
  latestMillis = 0;

  /** @param onError called when a handler throws; the run has to end then */
  constructor(clock: ScaledClock, onError: (error: unknown) => void) {
    this.clock = clock;
    this.onError = onError;
  }

  get now(): number {
    return this.clock.now();
  }

  on(cls: number, handler: Handler): void {
    this.handlers[cls] = handler;
  }

  /** An instant that has passed is due at once. */
  schedule(at: number, cls: number, subject: number, detail = 0): number {
    const id = this.made++;
    const entry: Entry = { cls, subject, detail, cancel: () => undefined };
    this.entries.set(id, entry);
    this.arm(id, entry, at);
    return id;
  }

  reschedule(id: number, at: number): void {
    const entry = this.entries.get(id)!;
    entry.cancel();
    this.arm(id, entry, at);
  }

  cancel(id: number): void {
    this.entries.get(id)?.cancel();
    this.entries.delete(id);
  }

  /** Nothing fires any more. */
  stop(): void {
    for (const { cancel } of this.entries.values()) cancel();
    this.entries.clear();
  }

  private arm(id: number, entry: Entry, at: number): void {
    entry.cancel = this.clock.at(at, () => {
      this.entries.delete(id);
      this.handled += 1;
      this.latestMillis = Math.max(this.latestMillis, this.clock.now() - at);
      try {
        this.handlers[entry.cls]!(at, entry.subject, entry.detail);
      } catch (error) {
        this.onError(error);
      }
    });
  }
}
