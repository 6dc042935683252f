// What an emulated pod has to be told while it runs, by a scrape of our own at its node's address: the queue in front of all
// pods, and whether Prometheus finds a closed door.

import { SCRAPE_HEADERS } from '../emulator/dialects.ts';

const PATIENCE_MILLIS = 2000;

/** A closed door is no answer, and a pod that has just ended needs no words. */
const scrape = async (origin: string, headers: Readonly<Record<string, string>>): Promise<void> => {
  try {
    const { body } = await fetch(`${origin}/metrics`, { headers, signal: AbortSignal.timeout(PATIENCE_MILLIS) });
    await body?.cancel();
  } catch {
    // told, or gone
  }
};

export const shareQueue = (origin: string, batch: number, streams: number): Promise<void> =>
  scrape(origin, { [SCRAPE_HEADERS.sharedQueue]: `${batch},${streams}` });

export const refuseScrapes = (origin: string, refuse: boolean): Promise<void> =>
  scrape(origin, { [SCRAPE_HEADERS.refuseScrapes]: refuse ? '1' : '0' });
