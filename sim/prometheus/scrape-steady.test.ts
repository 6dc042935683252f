// A target whose page repeats takes a short way into the store. Here the long way, which a sample limit forces, is the
// oracle: whatever pages, failures, times and relabel rules come, both store the same and say the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PrometheusVersion } from '../../model/platform.ts';
import type { ExposedSeries, ScrapeOutcome, ScrapeReport } from './scrape.ts';
import { ScrapeTarget } from './scrape.ts';
import { readScrapeConfig } from './scrape-config.ts';
import { SampleStore } from './store.ts';

const SERIES: readonly ExposedSeries[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, labels: {} }));
const TWIN: ExposedSeries = { name: 'a', labels: {} };
const WHOLE = [...SERIES];

/** Most scrapes repeat the whole page: only then is the short way taken at all. */
const pages = fc.oneof(
  { weight: 6, arbitrary: fc.constant<readonly ExposedSeries[]>(WHOLE) },
  { weight: 1, arbitrary: fc.subarray([...SERIES]) },
  { weight: 1, arbitrary: fc.constant<readonly ExposedSeries[]>(SERIES.toReversed()) },
  { weight: 1, arbitrary: fc.constant<readonly ExposedSeries[]>([...SERIES, TWIN]) },
  { weight: 1, arbitrary: fc.constant<readonly ExposedSeries[]>([...SERIES, SERIES[1]!]) },
);

const outcomes: fc.Arbitrary<ScrapeOutcome> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(pages, fc.integer({ min: 0, max: 2 })).map(([page, from]): ScrapeOutcome => ({
      kind: 'samples',
      samples: page.map((series, i) => ({ series, value: i === 3 ? NaN : from + i })),
      durationSeconds: 0.01,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<ScrapeOutcome>({ kind: 'failed', error: 'connection refused', durationSeconds: 1 }),
  },
  { weight: 1, arbitrary: fc.constant<ScrapeOutcome>({ kind: 'end-of-run' }) },
);

/** Time since the scrape before: usually forward, sometimes none, backwards, or further than the head takes. */
const steps = fc.oneof(
  { weight: 8, arbitrary: fc.constant(2000) },
  { weight: 1, arbitrary: fc.constantFrom(0, -2000, -4_000_000, 4_000_000) },
);

const RULES = {
  none: [],
  dropB: [{ source_labels: ['__name__'], regex: 'b', action: 'drop' }],
  mergeAandB: [{ source_labels: ['__name__'], regex: 'a|b', target_label: '__name__', replacement: 'ab' }],
} as const;

const run = (
  sampleLimit: number,
  scrapes: readonly (readonly [step: number, outcome: ScrapeOutcome, ahead: boolean])[],
  rules: keyof typeof RULES,
  version: PrometheusVersion,
): { readonly appended: readonly unknown[]; readonly reports: readonly ScrapeReport[]; readonly stored: unknown } => {
  const store = new SampleStore();
  const appended: unknown[] = [];
  const target = new ScrapeTarget(
    store,
    readScrapeConfig({
      job_name: 'asr',
      scrape_interval: '2s',
      sample_limit: sampleLimit,
      metric_relabel_configs: RULES[rules],
    }),
    { instance: '10.0.1.2:9090', job: 'asr' },
    version,
    (series, time, value, stale) => appended.push([series.key, time, value, stale]),
  );
  let now = 1_780_704_000_000;
  const reports = scrapes.map(([step, outcome, ahead]) => {
    now += step;
    return target.apply(outcome, now, ahead ? now - 700_000 : now);
  });
  const stored = store.series.map((s) => [
    s.key,
    [...s.times.subarray(s.first, s.end)],
    [...s.values.subarray(s.first, s.end)],
    [...s.stale.subarray(s.first, s.end)],
  ]);
  return { appended, reports, stored };
};

describe('a repeated page', () => {
  it('is stored, reported and observed as if every sample had been looked up', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            steps,
            outcomes,
            fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
          ),
          {
            minLength: 2,
            maxLength: 30,
          },
        ),
        fc.constantFrom(...(Object.keys(RULES) as (keyof typeof RULES)[])),
        fc.constantFrom<PrometheusVersion>('2.53', '3'),
        (scrapes, rules, version) => {
          expect(run(0, scrapes, rules, version)).toEqual(run(1e9, scrapes, rules, version));
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });
});
