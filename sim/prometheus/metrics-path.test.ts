// The checks of metrics-path.md section 7 that need scraping, storage and queries together.

import { describe, expect, it } from 'vitest';
import { EMPTY_REGISTRY, relist } from '../adapter/registry.ts';
import { buildAdapter } from '../adapter/rules.ts';
import { compileQuery, evaluate } from './promql/query.ts';
import type { ScrapeOutcome } from './scrape.ts';
import { ScrapeTarget } from './scrape.ts';
import { readScrapeConfig } from './scrape-config.ts';
import { endOfRun } from './scrape-timing.ts';
import { SampleStore } from './store.ts';

const START = 1_780_704_000_000;
const ACTIVE = { name: 'asr_active_requests', labels: {} };
const GOOD = (value: number): ScrapeOutcome => ({
  kind: 'samples',
  samples: [{ series: ACTIVE, value }],
  durationSeconds: 0.004,
});
const FAILED: ScrapeOutcome = { kind: 'failed', error: 'context deadline exceeded', durationSeconds: 2 };

const pod = (interval: string) => {
  const store = new SampleStore();
  const config = readScrapeConfig({ job_name: 'asr', scrape_interval: interval });
  const target = new ScrapeTarget(store, config, { pod: 'a' }, '2.53');
  const query = compileQuery('asr_active_requests', '2.53');
  const at = (seconds: number): number | null => {
    const answer = evaluate(query, store, START + seconds * 1000);
    return answer.kind === 'vector' ? (answer.elements[0]?.value ?? null) : null;
  };
  const scrape = (seconds: number, outcome: ScrapeOutcome) => target.apply(outcome, START + seconds * 1000);
  return { store, scrape, at };
};

describe('checks of metrics-path.md section 7', () => {
  it('3: a failed scrape blanks the pod from then to the next good one', () => {
    const { scrape, at } = pod('2s');
    scrape(0, GOOD(1));
    scrape(2, FAILED);
    scrape(4, GOOD(3));
    expect([1.999, 2, 3.999, 4].map(at)).toEqual([1, null, null, 3]);
  });

  it('3: a skipped tick leaves the value for five minutes', () => {
    const { scrape, at } = pod('2s');
    scrape(0, GOOD(1));
    expect([2, 299, 300, 300.001].map(at)).toEqual([1, 1, 1, null]);
  });

  it.each([2, 30, 60])('4: a removed target’s series vanish 2.1·S after the last scrape (S = %i s)', (S) => {
    const { store, scrape, at } = pod(`${S}s`);
    scrape(0, GOOD(1));
    const end = endOfRun(START, S * 1000, START + S * 700);
    expect(end.writtenMillis - START).toBeCloseTo(2100 * S, 6);
    // Until the markers are written, a query of any time sees the value.
    expect(at((end.writtenMillis - START) / 1000)).toBe(1);
    scrape((end.stampMillis - START) / 1000, { kind: 'end-of-run' });
    expect(at((end.writtenMillis - START) / 1000)).toBe(null);
    expect(at(S - 0.001)).toBe(1);
    expect(store.named('up')[0]!.stale[1]).toBe(1);
  });

  it('5: rate([1m]) at S = 60 s is empty, in 2.x except with a sample exactly on the left edge', () => {
    const store = new SampleStore();
    const series = store.seriesFor({ __name__: 'c' });
    for (let k = 0; k < 10; k++) store.append(series, START + k * 60_000, k);
    const sizes = (version: '2.53' | '3') =>
      [300, 300.001, 330, 359.999, 360].map((seconds) => {
        const answer = evaluate(compileQuery('rate(c[1m])', version), store, START + seconds * 1000);
        return answer.kind === 'vector' ? answer.elements.length : -1;
      });
    expect(sizes('2.53')).toEqual([1, 0, 0, 0, 1]);
    expect(sizes('3')).toEqual([0, 0, 0, 0, 0]);
  });

  it('9: at S = relist = 60 s a name is missing for d/60 of the phases with one pod, for its square with two', () => {
    const built = buildAdapter({
      rules: [{ seriesQuery: 'm', resources: { template: '<<.Resource>>' }, metricsQuery: '<<.Series>>' }],
    });
    if (built.kind === 'refused') throw new Error(built.message);
    const delay = 6_000;
    /** What a pod of this phase has visible at START: samples are seen `delay` after their timestamp. */
    const newest = (phase: number): number => START - 60_000 + phase - (phase > 60_000 - delay ? 60_000 : 0);
    const missing = (phases: readonly number[]): boolean => {
      const store = new SampleStore();
      phases.forEach((phase, i) =>
        store.append(store.seriesFor({ __name__: 'm', namespace: 'n', pod: `p${i}` }), newest(phase), 1),
      );
      return relist(built.adapter, EMPTY_REGISTRY, store, START, 60_000, '2.53').registry.custom.size === 0;
    };
    const grid = Array.from({ length: 60 }, (_, i) => i * 1000 + 500);
    expect(grid.filter((phase) => missing([phase])).length / 60).toBe(delay / 60_000);
    const pairs = grid.flatMap((a) => grid.map((b) => [a, b]));
    expect(pairs.filter(missing).length / 3600).toBeCloseTo((delay / 60_000) ** 2, 10);
  });
});
