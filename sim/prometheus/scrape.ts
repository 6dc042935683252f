// One target's scrape loop as steps without a clock: a page, a failure or the end of the run goes in, samples and
// staleness markers go into the store (metrics-path.md 1.1, 1.3, 1.4; order of decisions as in scrape/scrape.go).
// When steps happen is left to scrape-timing.ts and to the caller.

import type { PrometheusVersion } from '../../model/platform.ts';
import { chooseFormat } from './exposition/content-type.ts';
import { PageReader } from './exposition/page.ts';
import type { DeclaredType, LabelPair } from './exposition/series-text.ts';
import { exposedLabels } from './exposition/series-text.ts';
import { statusText } from './http-status.ts';
import type { StoredLabels } from './sample-labels.ts';
import { reportLabels, sampleLabels } from './sample-labels.ts';
import type { ScrapeConfig } from './scrape-config.ts';
import type { Labels, SampleStore, Series } from './store.ts';
import { labelsKey } from './store.ts';

/** A series as the simulated pod exposes it. The object itself is its identity: make it once and reuse it. */
export interface ExposedSeries {
  readonly name: string;
  readonly labels: Labels;
}

/** One sample of a page that never was text. */
export interface PageSample {
  readonly series: ExposedSeries;
  readonly value: number;
}

export type ScrapeOutcome =
  /** A 200 answer; `bytes` has one character per byte. */
  | { readonly kind: 'page'; readonly bytes: string; readonly contentType: string; readonly durationSeconds: number }
  /** The same, already structured; the order should be the same from scrape to scrape. */
  | { readonly kind: 'samples'; readonly samples: readonly PageSample[]; readonly durationSeconds: number }
  /** No usable answer: refused, timed out, or not 200. */
  | { readonly kind: 'failed'; readonly error: string; readonly durationSeconds: number }
  /** The target vanished and its loop ended; markers for everything, also for `up`. */
  | { readonly kind: 'end-of-run' };

export interface ScrapeReport {
  /** null: up = 1. */
  readonly error: string | null;
  /** Samples on the page, as far as it was read. */
  readonly scraped: number;
  /** Of these, left after metric relabelling (duplicates included). */
  readonly postRelabel: number;
  readonly seriesAdded: number;
}

/** Called for every sample and marker that the store accepted. */
export type OnAppend = (series: Series, timestampMillis: number, value: number, stale: boolean) => void;

interface Tracked {
  readonly series: Series;
  /** Generation in which it was last seen. */
  generation: number;
}

interface CacheEntry {
  readonly key: string | ExposedSeries;
  /** null: dropped by metric relabelling. */
  readonly series: Series | null;
  tracked: Tracked | null;
  lastIteration: number;
}

const REPORT_NAMES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;

/** Samples more than this ahead of the wall clock are refused. */
const MAX_AHEAD_MILLIS = 600_000;
/** Samples more than half a head block behind the newest are refused. */
const MAX_BEHIND_MILLIS = 3_600_000;

const IGNORED = 'ignored';

/** State of one target between scrapes. */
export class ScrapeTarget {
  readonly config: ScrapeConfig;
  readonly targetLabels: Labels;
  readonly version: PrometheusVersion;
  readonly #store: SampleStore;
  readonly #onAppend: OnAppend | undefined;
  readonly #reader = new PageReader();
  readonly #labels: (exposed: readonly LabelPair[]) => StoredLabels;
  readonly #cache = new Map<string | ExposedSeries, CacheEntry>();
  /** Entry at each position of the last page: pages repeat their order, so this finds nearly every series. */
  readonly #slots: CacheEntry[] = [];
  #reportSeries: readonly Series[] | null = null;
  #iteration = 0;
  /** Entries whose lastIteration is the current one. */
  #touched = 0;
  #goodCacheSize = 0;
  #generation = 0;
  readonly #trackedByIdentity = new Map<string | Series, Tracked>();
  #current: Tracked[] = [];
  #previous: Tracked[] = [];
  #headMax = -Infinity;
  /** The last scrape was a structured page whose samples were all known, distinct and appended or dropped by rule. */
  #steady = false;
  // The open transaction: nothing reaches the store before it is committed.
  readonly #pendingSeries: Series[] = [];
  readonly #pendingTimes: number[] = [];
  readonly #pendingValues: number[] = [];
  readonly #pendingStale: boolean[] = [];
  #pending = 0;
  // Counts of the page that is being appended.
  #timestamp = 0;
  #wall = 0;
  #limited = 0;
  #overLimit = false;
  #total = 0;
  #added = 0;
  #seriesAdded = 0;

  constructor(
    store: SampleStore,
    config: ScrapeConfig,
    targetLabels: Labels,
    version: PrometheusVersion,
    onAppend?: OnAppend,
  ) {
    this.#store = store;
    this.config = config;
    this.targetLabels = targetLabels;
    this.version = version;
    this.#onAppend = onAppend;
    this.#labels = sampleLabels(config, targetLabels, version);
  }

  /**
   * Applies one scrape, or the end of the run, at `timestampMillis` (Unix ms, already aligned). `wallMillis` is the
   * server's clock, for the refusal of samples whose own timestamp lies more than 10 min ahead.
   */
  apply(outcome: ScrapeOutcome, timestampMillis: number, wallMillis = timestampMillis): ScrapeReport {
    this.#timestamp = timestampMillis;
    this.#wall = wallMillis;
    if (outcome.kind === 'end-of-run') {
      this.#appendNothing();
      for (const series of this.#report()) this.#push(series, timestampMillis, NaN, true);
      this.#commit();
      return { error: null, scraped: 0, postRelabel: 0, seriesAdded: 0 };
    }
    const error = this.#appendOutcome(outcome);
    const report = { error, scraped: this.#total, postRelabel: this.#added, seriesAdded: this.#seriesAdded };
    const [up, duration, scraped, postRelabel, added] = this.#report();
    this.#push(up!, timestampMillis, error === null ? 1 : 0, false);
    this.#push(duration!, timestampMillis, outcome.durationSeconds, false);
    this.#push(scraped!, timestampMillis, report.scraped, false);
    this.#push(postRelabel!, timestampMillis, report.postRelabel, false);
    this.#push(added!, timestampMillis, report.seriesAdded, false);
    this.#commit();
    return report;
  }

  #appendOutcome(outcome: Exclude<ScrapeOutcome, { kind: 'end-of-run' }>): string | null {
    this.#total = 0;
    this.#added = 0;
    this.#seriesAdded = 0;
    if (outcome.kind === 'failed') {
      this.#appendNothing();
      return outcome.error;
    }
    if (outcome.kind === 'page' && this.config.bodySizeLimit > 0 && outcome.bytes.length >= this.config.bodySizeLimit) {
      this.#appendNothing();
      return 'body size limit exceeded';
    }
    const error =
      outcome.kind === 'page'
        ? this.#appendPage(outcome.bytes, outcome.contentType)
        : this.#appendSamples(outcome.samples);
    if (error === null) return null;
    // The page is taken back and the scrape counts as an empty one, which marks what it should have brought.
    this.#pending = 0;
    this.#appendNothing();
    return error;
  }

  #appendPage(bytes: string, contentType: string): string | null {
    if (bytes === '' && this.version === '3') {
      this.#appendNothing();
      return null;
    }
    const chosen = chooseFormat(contentType, this.version);
    if (chosen.kind === 'refused') return chosen.error;
    const page = this.#reader.read(bytes, chosen.format, this.version);
    this.#begin();
    for (let i = 0; i < page.count; i++) {
      const own = page.timestamps[i]!;
      const key = page.keys[i]!;
      const error = this.#appendSample(i, key, page.values[i]!, own, page.types[i]!);
      if (error !== null) return error;
    }
    return this.#finish(page.error, bytes !== '');
  }

  #appendSamples(samples: readonly PageSample[]): string | null {
    if (this.#steady && this.#isRepeated(samples)) {
      this.#appendRepeated(samples);
      return null;
    }
    this.#begin();
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      const error = this.#appendSample(i, sample.series, sample.value, NaN, 'other');
      if (error !== null) return error;
    }
    const { length } = samples;
    const known = this.#cache.size === length && this.#touched === length && this.#seriesAdded === 0;
    const steady = known && this.#current.length === this.#added && this.config.sampleLimit === 0;
    const error = this.#finish(null, true);
    this.#steady = steady;
    return error;
  }

  /** Are these the series of the last page in its order, and is the time of this scrape one that no check refuses? */
  #isRepeated(samples: readonly PageSample[]): boolean {
    const time = this.#timestamp;
    if (samples.length !== this.#cache.size) return false;
    if (time > this.#wall + MAX_AHEAD_MILLIS || time < this.#headMax - MAX_BEHIND_MILLIS) return false;
    for (let i = 0; i < samples.length; i++) {
      const entry = this.#slots[i];
      if (entry?.key !== samples[i]!.series) return false;
      const { series } = entry;
      if (series !== null && series.end > series.first && series.times[series.end - 1]! >= time) return false;
    }
    return true;
  }

  /**
   * The fast path of a steady target: nothing appears, vanishes or is refused, so cache, generations and the list of what
   * may vanish stay as they are, and the samples go straight into the store.
   */
  #appendRepeated(samples: readonly PageSample[]): void {
    const time = this.#timestamp;
    const store = this.#store;
    const onAppend = this.#onAppend;
    let added = 0;
    for (let i = 0; i < samples.length; i++) {
      const { series } = this.#slots[i]!;
      if (series === null) continue;
      added++;
      const { value } = samples[i]!;
      if (store.append(series, time, value) === 'appended' && onAppend !== undefined)
        onAppend(series, time, value, false);
    }
    this.#total = samples.length;
    this.#added = added;
    if (added > 0 && time > this.#headMax) this.#headMax = time;
  }

  #begin(): void {
    this.#steady = false;
    this.#limited = 0;
    this.#overLimit = false;
  }

  #finish(pageError: string | null, flush: boolean): string | null {
    if (pageError !== null) return pageError;
    if (this.#overLimit) return 'sample limit exceeded';
    this.#markVanished();
    this.#iterationDone(flush);
    return null;
  }

  /** An empty scrape: markers for all that was there before. */
  #appendNothing(): void {
    this.#steady = false;
    this.#markVanished();
    this.#iterationDone(false);
  }

  /** Appends one sample; the text of an error that fails the whole scrape, or null. */
  #appendSample(
    position: number,
    key: string | ExposedSeries,
    value: number,
    ownTimestamp: number,
    type: DeclaredType,
  ): string | null {
    this.#total++;
    let entry: CacheEntry | undefined = this.#slots[position];
    if (entry?.key !== key) entry = this.#cache.get(key);
    if (entry === undefined) return this.#appendNew(position, key, value, ownTimestamp, type);
    this.#slots[position] = entry;
    const already = entry.lastIteration === this.#iteration;
    if (!already) {
      entry.lastIteration = this.#iteration;
      this.#touched++;
    }
    if (entry.series === null) return null;
    const own = this.config.honorTimestamps && ownTimestamp === ownTimestamp;
    // 2.53 takes a repeated text for a duplicate even if it carries its own timestamp.
    const duplicate = already && !(own && this.version === '3');
    if (!duplicate && this.#tryAppend(entry.series, own ? ownTimestamp : this.#timestamp, value) === 'appended') {
      if ((!own || this.config.trackTimestampsStaleness) && entry.tracked !== null) this.#track(entry.tracked);
    }
    this.#added++;
    return null;
  }

  #appendNew(
    position: number,
    key: string | ExposedSeries,
    value: number,
    ownTimestamp: number,
    type: DeclaredType,
  ): string | null {
    const exposed = typeof key === 'string' ? exposedLabels(key, type, this.version) : exposedPairs(key);
    const stored = this.#labels(exposed);
    if (stored.kind === 'error') return stored.error;
    if (stored.kind === 'dropped') {
      this.#remember(position, { key, series: null, tracked: null, lastIteration: this.#iteration });
      return null;
    }
    const series = this.#store.seriesFor(stored.labels);
    const own = this.config.honorTimestamps && ownTimestamp === ownTimestamp;
    const appended = this.#tryAppend(series, own ? ownTimestamp : this.#timestamp, value) === 'appended';
    const tracks = !own || this.config.trackTimestampsStaleness;
    this.#added++;
    // 3.x remembers and tracks only what it appended; 2.53 tracks a refused new series as well.
    if (!appended && this.version === '3') return null;
    const tracked = this.#trackedFor(exposed, series);
    if (tracks) this.#track(tracked);
    if (!appended) return null;
    this.#remember(position, { key, series, tracked, lastIteration: this.#iteration });
    if (!this.#overLimit) this.#seriesAdded++;
    return null;
  }

  #remember(position: number, entry: CacheEntry): void {
    this.#cache.set(entry.key, entry);
    this.#slots[position] = entry;
    this.#touched++;
  }

  /** 2.53 tells series apart by their exposed labels, 3.x by the stored series. */
  #trackedFor(exposed: readonly LabelPair[], series: Series): Tracked {
    const identity = this.version === '3' ? series : labelsKey(Object.fromEntries(exposed));
    const known = this.#trackedByIdentity.get(identity);
    if (known !== undefined) return known;
    const tracked = { series, generation: -1 };
    this.#trackedByIdentity.set(identity, tracked);
    return tracked;
  }

  #track(tracked: Tracked): void {
    if (tracked.generation === this.#generation) return;
    tracked.generation = this.#generation;
    this.#current.push(tracked);
  }

  #tryAppend(series: Series, timestamp: number, value: number): 'appended' | 'ignored' {
    if (this.config.sampleLimit > 0 && ++this.#limited > this.config.sampleLimit) {
      this.#overLimit = true;
      return IGNORED;
    }
    if (timestamp > this.#wall + MAX_AHEAD_MILLIS) return IGNORED;
    if (this.#headMax === -Infinity) this.#headMax = timestamp;
    if (timestamp < this.#headMax - MAX_BEHIND_MILLIS) return IGNORED;
    if (series.end > series.first) {
      const last = series.end - 1;
      const lastTime = series.times[last]!;
      if (timestamp < lastTime) return IGNORED;
      if (timestamp === lastTime && !(series.stale[last] === 0 && Object.is(series.values[last], value)))
        return IGNORED;
    }
    this.#push(series, timestamp, value, false);
    return 'appended';
  }

  #push(series: Series, timestamp: number, value: number, stale: boolean): void {
    const i = this.#pending++;
    this.#pendingSeries[i] = series;
    this.#pendingTimes[i] = timestamp;
    this.#pendingValues[i] = value;
    this.#pendingStale[i] = stale;
  }

  #commit(): void {
    for (let i = 0; i < this.#pending; i++) {
      const series = this.#pendingSeries[i]!;
      const time = this.#pendingTimes[i]!;
      const value = this.#pendingValues[i]!;
      const stale = this.#pendingStale[i]!;
      const result = stale ? this.#store.appendStale(series, time) : this.#store.append(series, time, value);
      if (result !== 'appended') continue;
      if (time > this.#headMax) this.#headMax = time;
      this.#onAppend?.(series, time, value, stale);
    }
    this.#pending = 0;
  }

  #markVanished(): void {
    for (const tracked of this.#previous) {
      if (tracked.generation !== this.#generation) this.#push(tracked.series, this.#timestamp, NaN, true);
    }
  }

  #iterationDone(good: boolean): void {
    if (good) this.#goodCacheSize = this.#cache.size;
    const flush = good || this.#cache.size > this.#goodCacheSize * 2 + 1000;
    if (flush && this.#touched !== this.#cache.size) this.#forgetUntouched();
    // 2.53.0 does not count a scrape that failed: a page refused in its body then makes the next one look repeated.
    if (flush || this.version === '3') {
      this.#iteration++;
      this.#touched = 0;
    }
    [this.#previous, this.#current] = [this.#current, this.#previous];
    this.#current.length = 0;
    this.#generation++;
  }

  #forgetUntouched(): void {
    for (const [key, entry] of this.#cache) if (entry.lastIteration !== this.#iteration) this.#cache.delete(key);
    for (const [identity, tracked] of this.#trackedByIdentity) {
      if (tracked.generation !== this.#generation) this.#trackedByIdentity.delete(identity);
    }
    this.#slots.length = 0;
  }

  #report(): readonly Series[] {
    this.#reportSeries ??= REPORT_NAMES.map((name) => this.#store.seriesFor(reportLabels(name, this.targetLabels)));
    return this.#reportSeries;
  }
}

const exposedPairs = (series: ExposedSeries): LabelPair[] => {
  const pairs: LabelPair[] = [['__name__', series.name], ...Object.entries(series.labels)];
  return pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
};

/** The error of an answer that is not 200, as the scrape pool reports it. */
export const statusError = (status: number): string => `server returned HTTP status ${status} ${statusText(status)}`;
