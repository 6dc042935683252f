// One target's scrape loop as the engine's events know it.

import type { Sampler } from '../../model/distribution.ts';
import type { PageSample, ScrapeOutcome, ScrapeTarget } from '../prometheus/scrape.ts';

export interface Loop {
  readonly pod: number;
  readonly job: string;
  readonly scrape: ScrapeTarget;
  readonly intervalMillis: number;
  readonly timeoutSeconds: number;
  readonly phaseMillis: number;
  readonly duration: Sampler;
  /** First tick, ms since the origin. */
  startMillis: number;
  /** The next 'scrape' or 'commit' event; −1 if none. */
  timer: number;
  startedMillis: number;
  /** The page as it was when the scrape read it. */
  outcome: ScrapeOutcome;
  readonly page: { series: PageSample['series']; value: number }[];
  stopped: boolean;
}

/** What a loop holds before its first scrape. */
export const NOTHING: ScrapeOutcome = { kind: 'failed', error: 'not scraped yet', durationSeconds: 0 };

/** The page is copied: the pod goes on while the answer travels. */
export const copyPage = (page: readonly PageSample[], loop: Loop): void => {
  for (let i = 0; i < page.length; i++) {
    const slot = loop.page[i];
    if (slot === undefined) loop.page.push({ ...page[i]! });
    else slot.value = page[i]!.value;
  }
};
