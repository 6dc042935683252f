// One target's scrape loop as steps without a clock: a page, a failure or the end of the run goes in, samples and
// staleness markers go into the store (metrics-path.md 1.1, 1.3, 1.4; order of decisions as in scrape/scrape.go).
// When steps happen is left to scrape-timing.ts and to the caller.

import type { PrometheusVersion } from '../../model/platform.ts';
import { chooseFormat } from './exposition/content-type.ts';
import { PageReader } from './exposition/page.ts';
import type { DeclaredType, LabelPair } from './exposition/series-text.ts';
import { exposedLabels } from './exposition/series-text.ts';
import type { StoredLabels } from './sample-labels.ts';
import { reportLabels, sampleLabels } from './sample-labels.ts';
import type { ScrapeConfig } from './scrape-config.ts';
import { ScrapeCache } from './scrape-cache.ts';
import type { ExposedSeries, OnAppend, PageSample, ScrapeOutcome, ScrapeReport } from './scrape-outcome.ts';
import { exposedPairs } from './scrape-outcome.ts';
import { ScrapeTransaction } from './scrape-transaction.ts';
import type { Labels, SampleStore, Series } from './store.ts';

export type { ExposedSeries, OnAppend, PageSample, ScrapeOutcome, ScrapeReport } from './scrape-outcome.ts';
export { statusError } from './scrape-outcome.ts';

const REPORT_NAMES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;

/** State of one target between scrapes. */
export class ScrapeTarget {
  readonly config: ScrapeConfig;
  readonly targetLabels: Labels;
  readonly version: PrometheusVersion;
  readonly #store: SampleStore;
  readonly #reader = new PageReader();
  readonly #labels: (exposed: readonly LabelPair[]) => StoredLabels;
  readonly #cache: ScrapeCache;
  readonly #transaction: ScrapeTransaction;
  #reportSeries: readonly Series[] | null = null;
  /** The last scrape was a structured page whose samples were all known, distinct and appended or dropped by rule. */
  #steady = false;
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
    this.#cache = new ScrapeCache(version);
    this.#transaction = new ScrapeTransaction(store, onAppend);
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
      for (const series of this.#report()) this.#transaction.push(series, timestampMillis, NaN, true);
      this.#transaction.commit();
      return { error: null, scraped: 0, postRelabel: 0, seriesAdded: 0 };
    }
    const error = this.#appendOutcome(outcome);
    const report = { error, scraped: this.#total, postRelabel: this.#added, seriesAdded: this.#seriesAdded };
    const [up, duration, scraped, postRelabel, added] = this.#report();
    this.#transaction.push(up!, timestampMillis, error === null ? 1 : 0, false);
    this.#transaction.push(duration!, timestampMillis, outcome.durationSeconds, false);
    this.#transaction.push(scraped!, timestampMillis, report.scraped, false);
    this.#transaction.push(postRelabel!, timestampMillis, report.postRelabel, false);
    this.#transaction.push(added!, timestampMillis, report.seriesAdded, false);
    this.#transaction.commit();
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
    this.#transaction.rollback();
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
    const time = this.#timestamp;
    // The last page again, at a time that no check refuses.
    if (this.#steady && this.#transaction.takes(time, this.#wall) && this.#cache.isRepeated(samples, time)) {
      this.#appendRepeated(samples);
      return null;
    }
    this.#begin();
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      const error = this.#appendSample(i, sample.series, sample.value, NaN, 'other');
      if (error !== null) return error;
    }
    const known = this.#seriesAdded === 0 && this.#cache.isWhole(samples.length, this.#added);
    const steady = known && this.config.sampleLimit === 0;
    const error = this.#finish(null, true);
    this.#steady = steady;
    return error;
  }

  /**
   * The fast path of a steady target: nothing appears, vanishes or is refused, so what is remembered of the pages stays as
   * it is, and the samples go straight into the store.
   */
  #appendRepeated(samples: readonly PageSample[]): void {
    let added = 0;
    for (let i = 0; i < samples.length; i++) {
      const series = this.#cache.seriesAt(i);
      if (series === null) continue;
      added++;
      this.#transaction.write(series, this.#timestamp, samples[i]!.value, false);
    }
    this.#total = samples.length;
    this.#added = added;
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
    this.#cache.endScrape(flush);
    return null;
  }

  /** An empty scrape: markers for all that was there before. */
  #appendNothing(): void {
    this.#steady = false;
    this.#markVanished();
    this.#cache.endScrape(false);
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
    const entry = this.#cache.find(position, key);
    if (entry === undefined) return this.#appendNew(position, key, value, ownTimestamp, type);
    const already = this.#cache.touch(position, entry);
    if (entry.series === null) return null;
    const own = this.config.honorTimestamps && ownTimestamp === ownTimestamp;
    // 2.53 takes a repeated text for a duplicate even if it carries its own timestamp.
    const duplicate = already && !(own && this.version === '3');
    if (!duplicate && this.#tryAppend(entry.series, own ? ownTimestamp : this.#timestamp, value) === 'appended') {
      if ((!own || this.config.trackTimestampsStaleness) && entry.tracked !== null) this.#cache.track(entry.tracked);
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
      this.#cache.remember(position, key, null, null);
      return null;
    }
    const series = this.#store.seriesFor(stored.labels);
    const own = this.config.honorTimestamps && ownTimestamp === ownTimestamp;
    const appended = this.#tryAppend(series, own ? ownTimestamp : this.#timestamp, value) === 'appended';
    const tracks = !own || this.config.trackTimestampsStaleness;
    this.#added++;
    // 3.x remembers and tracks only what it appended; 2.53 tracks a refused new series as well.
    if (!appended && this.version === '3') return null;
    const tracked = this.#cache.trackedFor(exposed, series);
    if (tracks) this.#cache.track(tracked);
    if (!appended) return null;
    this.#cache.remember(position, key, series, tracked);
    if (!this.#overLimit) this.#seriesAdded++;
    return null;
  }

  #tryAppend(series: Series, timestamp: number, value: number): 'appended' | 'ignored' {
    if (this.config.sampleLimit > 0 && ++this.#limited > this.config.sampleLimit) {
      this.#overLimit = true;
      return 'ignored';
    }
    return this.#transaction.offer(series, timestamp, value, this.#wall);
  }

  #markVanished(): void {
    this.#cache.vanished((series) => this.#transaction.push(series, this.#timestamp, NaN, true));
  }

  #report(): readonly Series[] {
    this.#reportSeries ??= REPORT_NAMES.map((name) => this.#store.seriesFor(reportLabels(name, this.targetLabels)));
    return this.#reportSeries;
  }
}
