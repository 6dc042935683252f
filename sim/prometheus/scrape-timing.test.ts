import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfRun, firstScrapeAt, nextScrapeStart, scrapeTimestamp } from './scrape-timing.ts';

describe('the grid of a target (metrics-path.md 1.1)', () => {
  it('starts at the first time whose Unix time mod interval is the phase', () => {
    expect([
      firstScrapeAt(10_000, 500, 2000),
      firstScrapeAt(10_500, 500, 2000),
      firstScrapeAt(10_501, 500, 2000),
    ]).toEqual([10_500, 10_500, 12_500]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1999 }), (from, phase) => {
        const at = firstScrapeAt(from, phase, 2000);
        return at >= from && at < from + 2000 && at % 2000 === phase;
      }),
    );
  });

  it('stamps the grid time if the start is at most 2 ms or 1 % of the interval late, else the real time', () => {
    const stamp = (late: number, interval: number) =>
      scrapeTimestamp(1000, 1000 + 7 * interval + late, interval) - 1000 - 7 * interval;
    expect([0, 1, 2, 3].map((late) => stamp(late, 15_000))).toEqual([0, 0, 0, 3]);
    expect([0, 1, 2].map((late) => stamp(late, 100))).toEqual([0, 0, 2]);
    expect(scrapeTimestamp(1000, 999, 2000)).toBe(1000);
  });

  it('holds one tick: an overrun starts the next scrape at once and loses the rest', () => {
    expect(nextScrapeStart(0, 2000, 4000, 4100)).toBe(6000);
    expect(nextScrapeStart(0, 2000, 4000, 6000)).toBe(6000);
    expect(nextScrapeStart(0, 2000, 4000, 6500)).toBe(6500);
    expect(nextScrapeStart(0, 2000, 4000, 11_300)).toBe(11_300);
    // The scrape that started late at 11,300 uses up the ticks before it; the next is the one at 12,000.
    expect(nextScrapeStart(0, 2000, 11_300, 11_400)).toBe(12_000);
  });

  it('ends a vanished target: markers stamped 1·S after the last scrape, written 2.1·S after it', () => {
    for (const S of [2000, 30_000, 60_000]) {
      for (const stop of [1, S / 2, S - 1]) {
        expect(endOfRun(500, S, 500 + 4 * S + stop)).toEqual({
          stampMillis: 500 + 5 * S,
          writtenMillis: 500 + 4 * S + 2.1 * S,
        });
      }
    }
  });
});
