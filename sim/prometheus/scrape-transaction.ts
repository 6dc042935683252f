// The open transaction of one target: nothing reaches the store before it is committed, and a page that is refused takes back
// what it had brought. Also keeps the newest time of what was committed.

import type { OnAppend } from './scrape-outcome.ts';
import type { SampleStore, Series } from './store.ts';

/** Samples more than this ahead of the wall clock are refused. */
const MAX_AHEAD_MILLIS = 600_000;
/** Samples more than half a head block behind the newest are refused. */
const MAX_BEHIND_MILLIS = 3_600_000;

export class ScrapeTransaction {
  readonly #store: SampleStore;
  readonly #onAppend: OnAppend | undefined;
  readonly #series: Series[] = [];
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  readonly #stale: boolean[] = [];
  #pending = 0;
  /** Newest time that was committed; −Infinity before the first. */
  newestMillis = -Infinity;

  constructor(store: SampleStore, onAppend: OnAppend | undefined) {
    this.#store = store;
    this.#onAppend = onAppend;
  }

  /** Is this time neither too far ahead of the wall clock nor too far behind the newest sample? */
  takes(timestamp: number, wallMillis: number): boolean {
    return timestamp <= wallMillis + MAX_AHEAD_MILLIS && !(timestamp < this.newestMillis - MAX_BEHIND_MILLIS);
  }

  /** Pushes a sample unless the head would refuse it: for its time, or as older than the series' newest. */
  offer(series: Series, timestamp: number, value: number, wallMillis: number): 'appended' | 'ignored' {
    if (timestamp > wallMillis + MAX_AHEAD_MILLIS) return 'ignored';
    if (this.newestMillis === -Infinity) this.newestMillis = timestamp;
    if (!this.takes(timestamp, wallMillis)) return 'ignored';
    if (series.end > series.first) {
      const last = series.end - 1;
      const lastTime = series.times[last]!;
      if (timestamp < lastTime) return 'ignored';
      if (timestamp === lastTime && !(series.stale[last] === 0 && Object.is(series.values[last], value)))
        return 'ignored';
    }
    this.push(series, timestamp, value, false);
    return 'appended';
  }

  push(series: Series, timestamp: number, value: number, stale: boolean): void {
    const i = this.#pending++;
    this.#series[i] = series;
    this.#times[i] = timestamp;
    this.#values[i] = value;
    this.#stale[i] = stale;
  }

  rollback(): void {
    this.#pending = 0;
  }

  commit(): void {
    for (let i = 0; i < this.#pending; i++)
      this.write(this.#series[i]!, this.#times[i]!, this.#values[i]!, this.#stale[i]!);
    this.#pending = 0;
  }

  /** Past the transaction, for what nothing can take back. */
  write(series: Series, time: number, value: number, stale: boolean): void {
    const result = stale ? this.#store.appendStale(series, time) : this.#store.append(series, time, value);
    if (result !== 'appended') return;
    if (time > this.newestMillis) this.newestMillis = time;
    this.#onAppend?.(series, time, value, stale);
  }
}
