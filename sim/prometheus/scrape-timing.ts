// When a target is scraped and what time its samples carry: the grid, skipped ticks, and the end of a vanished target
// (metrics-path.md 1.1 and 1.3). Pure functions of times in ms; the phase comes from target-hash.ts.

/** --scrape.timestamp-tolerance; clamped to 1 % of the interval. */
const TOLERANCE_MILLIS = 2;

/** First time at or after `fromMillis` whose Unix time mod interval is the phase. */
export const firstScrapeAt = (fromMillis: number, phaseMillis: number, intervalMillis: number): number => {
  const behind = (fromMillis - phaseMillis) % intervalMillis;
  const since = behind < 0 ? behind + intervalMillis : behind;
  return since === 0 ? fromMillis : fromMillis + intervalMillis - since;
};

/**
 * The timestamp of all samples of a scrape: the time of the grid (loop start + k·interval) if the actual start is at most
 * min(interval/100, 2 ms) late, or early, else the actual start. Whole ms, as the database stores them.
 */
export const scrapeTimestamp = (loopStartMillis: number, startMillis: number, intervalMillis: number): number => {
  const steps = Math.max(0, Math.floor((startMillis - loopStartMillis) / intervalMillis));
  const grid = loopStartMillis + steps * intervalMillis;
  const tolerance = Math.min(intervalMillis / 100, TOLERANCE_MILLIS);
  return Math.floor(startMillis - grid <= tolerance ? grid : startMillis);
};

/**
 * Start of the next scrape. The ticker holds one tick: if one passed while the scrape ran, the next starts at once, and
 * the others are lost. Ticks are at loop start + k·interval.
 */
export const nextScrapeStart = (
  loopStartMillis: number,
  intervalMillis: number,
  startedMillis: number,
  finishedMillis: number,
): number => {
  const tickAfter = (time: number): number =>
    loopStartMillis + (Math.floor((time - loopStartMillis) / intervalMillis) + 1) * intervalMillis;
  const next = tickAfter(startedMillis);
  return next <= finishedMillis ? finishedMillis : next;
};

/** What happens to a target that discovery removed at `stoppedMillis`: when its markers are written, and their stamp. */
export interface EndOfRun {
  /** Time of the first tick after the stop. */
  readonly stampMillis: number;
  /** The second tick after the stop plus a tenth of the interval. */
  readonly writtenMillis: number;
}

/** The markers of a vanished target. Not called when the server itself shuts down: then none are written. */
export const endOfRun = (loopStartMillis: number, intervalMillis: number, stoppedMillis: number): EndOfRun => {
  const passed = Math.floor((stoppedMillis - loopStartMillis) / intervalMillis);
  const stampMillis = loopStartMillis + (passed + 1) * intervalMillis;
  return { stampMillis, writtenMillis: stampMillis + 1.1 * intervalMillis };
};
