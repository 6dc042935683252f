// When the scrape of a tick reaches its pod, where a recording knows: the first known scrape at or after the tick and before
// the middle to the next. Everything else is on time.

/** Recorded instants and phases are rounded to this much, ms. */
const ROUNDED = 0.5;

/** A function of a pod, a tick and the interval; ticks of a pod come in order. */
export const knownScrapes = (
  scrapesMillis: readonly (readonly number[])[] = [],
): ((pod: number, tickMillis: number, intervalMillis: number) => number) => {
  const next = scrapesMillis.map(() => 0);
  return (pod, tick, interval) => {
    const known = scrapesMillis[pod];
    if (known === undefined) return tick;
    while (next[pod]! < known.length && known[next[pod]!]! < tick - ROUNDED) next[pod]! += 1;
    const at = known[next[pod]!];
    return at !== undefined && at < tick + interval / 2 ? Math.max(tick, at) : tick;
  };
};
