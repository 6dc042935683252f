// What a scrape loop remembers of a target's pages: the stored series behind each exposed one, and which series were there at
// the last scrape, so that those which are not there any more can be marked stale (scrape/scrape.go, scrapeCache).

import type { PrometheusVersion } from '../../model/platform.ts';
import type { LabelPair } from './exposition/series-text.ts';
import type { ExposedSeries, PageSample } from './scrape-outcome.ts';
import type { Series } from './store.ts';
import { labelsKey } from './store.ts';

export interface Tracked {
  readonly series: Series;
  /** Generation in which it was last seen. */
  generation: number;
}

export interface CacheEntry {
  readonly key: string | ExposedSeries;
  /** null: dropped by metric relabelling. */
  readonly series: Series | null;
  tracked: Tracked | null;
  lastIteration: number;
}

export class ScrapeCache {
  readonly #version: PrometheusVersion;
  readonly #entries = new Map<string | ExposedSeries, CacheEntry>();
  /** Entry at each position of the last page: pages repeat their order, so this finds nearly every series. */
  readonly #slots: CacheEntry[] = [];
  #iteration = 0;
  /** Entries whose lastIteration is the current one. */
  #touched = 0;
  #goodSize = 0;
  #generation = 0;
  readonly #trackedByIdentity = new Map<string | Series, Tracked>();
  #current: Tracked[] = [];
  #previous: Tracked[] = [];

  constructor(version: PrometheusVersion) {
    this.#version = version;
  }

  find(position: number, key: string | ExposedSeries): CacheEntry | undefined {
    const entry: CacheEntry | undefined = this.#slots[position];
    return entry?.key === key ? entry : this.#entries.get(key);
  }

  /** The entry was found on the page; true if it was there already in this scrape. */
  touch(position: number, entry: CacheEntry): boolean {
    this.#slots[position] = entry;
    if (entry.lastIteration === this.#iteration) return true;
    entry.lastIteration = this.#iteration;
    this.#touched++;
    return false;
  }

  remember(position: number, key: string | ExposedSeries, series: Series | null, tracked: Tracked | null): void {
    const entry = { key, series, tracked, lastIteration: this.#iteration };
    this.#entries.set(key, entry);
    this.#slots[position] = entry;
    this.#touched++;
  }

  /** 2.53 tells series apart by their exposed labels, 3.x by the stored series. */
  trackedFor(exposed: readonly LabelPair[], series: Series): Tracked {
    const identity = this.#version === '3' ? series : labelsKey(Object.fromEntries(exposed));
    const known = this.#trackedByIdentity.get(identity);
    if (known !== undefined) return known;
    const tracked = { series, generation: -1 };
    this.#trackedByIdentity.set(identity, tracked);
    return tracked;
  }

  track(tracked: Tracked): void {
    if (tracked.generation === this.#generation) return;
    tracked.generation = this.#generation;
    this.#current.push(tracked);
  }

  /** Told each series that was there at the last scrape and is not at this one. */
  vanished(tell: (series: Series) => void): void {
    for (const tracked of this.#previous) if (tracked.generation !== this.#generation) tell(tracked.series);
  }

  /** @param good the page was read to its end */
  endScrape(good: boolean): void {
    if (good) this.#goodSize = this.#entries.size;
    const flush = good || this.#entries.size > this.#goodSize * 2 + 1000;
    if (flush && this.#touched !== this.#entries.size) this.#forgetUntouched();
    // 2.53.0 does not count a scrape that failed: a page refused in its body then makes the next one look repeated.
    if (flush || this.#version === '3') {
      this.#iteration++;
      this.#touched = 0;
    }
    [this.#previous, this.#current] = [this.#current, this.#previous];
    this.#current.length = 0;
    this.#generation++;
  }

  /** Did this scrape bring exactly the series that are remembered, each once, of which `kept` were appended? */
  isWhole(count: number, kept: number): boolean {
    return this.#entries.size === count && this.#touched === count && this.#current.length === kept;
  }

  /** Are these the series of the last page in its order, none of them newer than `time`? */
  isRepeated(samples: readonly PageSample[], time: number): boolean {
    if (samples.length !== this.#entries.size) return false;
    for (let i = 0; i < samples.length; i++) {
      const entry = this.#slots[i];
      if (entry?.key !== samples[i]!.series) return false;
      const { series } = entry;
      if (series !== null && series.end > series.first && series.times[series.end - 1]! >= time) return false;
    }
    return true;
  }

  /** The stored series at a position of the last page; null if it was dropped. */
  seriesAt(position: number): Series | null {
    return this.#slots[position]!.series;
  }

  #forgetUntouched(): void {
    for (const [key, entry] of this.#entries) if (entry.lastIteration !== this.#iteration) this.#entries.delete(key);
    for (const [identity, tracked] of this.#trackedByIdentity) {
      if (tracked.generation !== this.#generation) this.#trackedByIdentity.delete(identity);
    }
    this.#slots.length = 0;
  }
}
