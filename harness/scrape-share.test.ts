// What the report puts down to scraping, over whole runs.

import { describe, expect, it } from 'vitest';
import { score } from '../reports/score/score.ts';
import { loadQuestion } from './question.ts';
import { simulateQuestion } from './simulate-question.ts';

const SEEDS = 20;

/** Mean seconds, over the seeds, that scale-ups of bench wait for the scrape that shows the load. */
const scrapeWait = (interval: number): number => {
  const waits = Array.from({ length: SEEDS }, (_, i) => {
    const set = [`asr.scrapeInterval=${interval}s`];
    const question = loadQuestion({ scenario: 'bench', seed: String(i + 1), set });
    const { stages } = score(simulateQuestion(question, false)).responsiveness;
    return stages.find(({ name }) => name === 'scrape')!.meanSeconds;
  });
  return waits.reduce((sum, wait) => sum + wait, 0) / SEEDS;
};

describe('waiting for the scrape that shows the load', () => {
  it('grows with the scrape interval, and is never longer', () => {
    const intervals = [1, 5, 15, 30];
    const waits = intervals.map(scrapeWait);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(new Set(waits).size).toBe(4);
    // From half an interval, where the load jumps above the target, to a whole one, where it rises slowly.
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThan(0.4 * intervals[i]!);
      expect(wait).toBeLessThan(intervals[i]! + 0.1);
    }
  });
});
