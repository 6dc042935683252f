// What scraping is told and whom it tells: the hop itself is scraping.ts.

import type { Platform } from '../../model/platform.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { OnAppend, PageSample } from '../prometheus/scrape.ts';
import type { SampleStore } from '../prometheus/store.ts';
import type { ScrapeJob } from './discovery.ts';

/** What a scrape finds at a pod: its page, or why there is none. */
export type PodPage = readonly PageSample[] | { readonly refused: string };

export interface CommittedScrape {
  readonly job: string;
  readonly pod: number;
  /** When the page was read. */
  readonly startedMillis: number;
  readonly committedMillis: number;
  /** The page; null if the scrape failed. */
  readonly page: readonly PageSample[] | null;
}

export interface ScrapeObserver {
  readonly onAppend: (job: string) => OnAppend;
  /** A scrape was committed. */
  readonly committed: (scrape: CommittedScrape) => void;
  /** A loop began or ended. */
  readonly targets: (job: string, change: 1 | -1, atMillis: number) => void;
}

export interface ScrapingSettings {
  readonly platform: Platform;
  readonly jobs: readonly ScrapeJob[];
  readonly store: SampleStore;
  readonly seed: number;
  /** Unix time of the origin. */
  readonly epochMillis: number;
  readonly durationSeconds: Distribution;
  /** From a change of the pod list at `now` to Prometheus acting on it. */
  readonly discoveredAt: (now: number, pod: number, change: 'added' | 'removed') => number;
  /** The page of a pod as it is now; the samples are copied before this returns to the caller's hands. */
  readonly readPage: (pod: number) => PodPage;
  /** Known phase of a pod's scrapes, ms of Unix time mod interval; undefined = from the hash of the target. */
  readonly phaseOf: (pod: number) => number | undefined;
  /** When the scrape of a tick reaches the pod; absent = at the tick. */
  readonly reaches?: (pod: number, tickMillis: number, intervalMillis: number) => number;
  readonly observer: ScrapeObserver;
}
