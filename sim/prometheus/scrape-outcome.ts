// What one scrape brought and what the target made of it, as data: the words between a scrape loop, whoever reads pages, and
// whoever watches samples.

import type { LabelPair } from './exposition/series-text.ts';
import { statusText } from './http-status.ts';
import type { Labels, Series } from './store.ts';

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

/** The error of an answer that is not 200, as the scrape pool reports it. */
export const statusError = (status: number): string => `server returned HTTP status ${status} ${statusText(status)}`;

/** The labels of a structured series with its name, as a line of text would give them. */
export const exposedPairs = (series: ExposedSeries): LabelPair[] => {
  const pairs: LabelPair[] = [['__name__', series.name], ...Object.entries(series.labels)];
  return pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
};
