import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PrometheusVersion } from '../../model/platform.ts';
import type { ExposedSeries, PageSample, ScrapeOutcome } from './scrape.ts';
import { ScrapeTarget, statusError } from './scrape.ts';
import { readScrapeConfig } from './scrape-config.ts';
import { SampleStore } from './store.ts';

const TARGET = { instance: '10.0.1.2:9090', job: 'asr', namespace: 'smallest', pod: 'a' };
const TEXT = 'text/plain; version=0.0.4';
const page = (bytes: string, contentType = TEXT): ScrapeOutcome => ({
  kind: 'page',
  bytes,
  contentType,
  durationSeconds: 0.004,
});
const refused: ScrapeOutcome = { kind: 'failed', error: 'connect: connection refused', durationSeconds: 0.001 };
const end: ScrapeOutcome = { kind: 'end-of-run' };

/** The samples of each series by the label that tells them apart; a marker shows as 'stale'. */
const shown = (store: SampleStore, show = (labels: Readonly<Record<string, string>>) => labels['__name__']!) =>
  Object.fromEntries(
    store.series
      .filter((series) => series.end > series.first)
      .map((series) => [
        show(series.labels),
        Array.from({ length: series.end }, (_, i) => [
          series.times[i]!,
          series.stale[i] === 1 ? 'stale' : series.values[i]!,
        ]),
      ]),
  );

const scrape = (
  outcomes: readonly (readonly [atMillis: number, outcome: ScrapeOutcome])[],
  config: Record<string, unknown> = {},
  version: PrometheusVersion = '2.53',
  labels: Record<string, string> = TARGET,
) => {
  const store = new SampleStore();
  const target = new ScrapeTarget(
    store,
    readScrapeConfig({ job_name: 'asr', scrape_interval: '15s', ...config }),
    labels,
    version,
  );
  const reports = outcomes.map(([at, outcome]) => target.apply(outcome, at));
  return { store, reports };
};

describe('a good scrape', () => {
  it('stores the samples and five report series with the time of the scrape', () => {
    const { store } = scrape([[1000, page('a 1\nb 2\n')]]);
    expect(shown(store)).toEqual({
      a: [[1000, 1]],
      b: [[1000, 2]],
      up: [[1000, 1]],
      scrape_duration_seconds: [[1000, 0.004]],
      scrape_samples_scraped: [[1000, 2]],
      scrape_samples_post_metric_relabeling: [[1000, 2]],
      scrape_series_added: [[1000, 2]],
    });
    expect(store.named('up')[0]!.labels).toEqual({ __name__: 'up', ...TARGET });
  });

  it('marks a series that the page no longer has', () => {
    const { store } = scrape([
      [0, page('a 1\nb 1\n')],
      [15, page('a 2\n')],
    ]);
    expect(shown(store)).toMatchObject({
      a: [
        [0, 1],
        [15, 2],
      ],
      b: [
        [0, 1],
        [15, 'stale'],
      ],
    });
  });

  it('is also an empty 200 answer: up stays 1 and everything is marked', () => {
    for (const version of ['2.53', '3'] as const) {
      const { store } = scrape(
        [
          [0, page('a 1\n')],
          [15, page('')],
        ],
        {},
        version,
      );
      expect(shown(store)).toMatchObject({
        a: [
          [0, 1],
          [15, 'stale'],
        ],
        up: [
          [0, 1],
          [15, 1],
        ],
      });
    }
  });

  it('keeps the first of two samples of one series and counts the rest', () => {
    const { store, reports } = scrape([[0, page('a 1\na 2\n')]]);
    expect(shown(store)['a']).toEqual([[0, 1]]);
    expect(reports[0]).toEqual({ error: null, scraped: 2, postRelabel: 2, seriesAdded: 1 });
  });
});

describe('a failed scrape', () => {
  it('writes up = 0 and blanks every series until the next good one', () => {
    const { store } = scrape([
      [0, page('a 1\n')],
      [15, refused],
      [30, refused],
      [45, page('a 2\n')],
    ]);
    expect(shown(store)).toMatchObject({
      a: [
        [0, 1],
        [15, 'stale'],
        [45, 2],
      ],
      up: [
        [0, 1],
        [15, 0],
        [30, 0],
        [45, 1],
      ],
    });
  });

  it('of a body that is refused costs a second interval in 2.53.0 (fixed in 2.53.4)', () => {
    const steps = [
      [0, page('a 1\n')],
      [15, page('a 2\nb x\n')],
      [30, page('a 3\n')],
      [45, page('a 4\n')],
    ] as const;
    expect(shown(scrape(steps).store)['a']).toEqual([
      [0, 1],
      [30, 'stale'],
      [45, 4],
    ]);
    expect(shown(scrape(steps, {}, '3').store)['a']).toEqual([
      [0, 1],
      [30, 3],
      [45, 4],
    ]);
  });

  it('names the status as Go does', () => {
    expect([503, 418, 599].map(statusError)).toEqual([
      'server returned HTTP status 503 Service Unavailable',
      "server returned HTTP status 418 I'm a teapot",
      'server returned HTTP status 599 ',
    ]);
  });
});

describe('the end of a target', () => {
  it('marks its series and its report series at the given time', () => {
    const { store } = scrape([
      [0, page('a 1\n')],
      [15, end],
    ]);
    expect(shown(store)).toMatchObject({
      a: [
        [0, 1],
        [15, 'stale'],
      ],
      up: [
        [0, 1],
        [15, 'stale'],
      ],
    });
  });

  it('adds nothing to the series that a failure has marked already', () => {
    const { store } = scrape([
      [0, page('a 1\n')],
      [15, refused],
      [30, end],
    ]);
    expect(shown(store)).toMatchObject({
      a: [
        [0, 1],
        [15, 'stale'],
      ],
      up: [
        [0, 1],
        [15, 0],
        [30, 'stale'],
      ],
    });
  });
});

describe('labels of stored samples', () => {
  const labelsAfter = (bytes: string, config: Record<string, unknown>, labels: Record<string, string> = TARGET) => {
    const { __name__: _, ...rest } = scrape([[0, page(bytes)]], config, '2.53', labels).store.named('a')[0]!.labels;
    return rest;
  };

  it('move to exported_, shorter names first, prefixed until free, if labels are not honoured', () => {
    expect(labelsAfter('a{pod="p",exported_pod="q"} 1\n', {})).toEqual({
      ...TARGET,
      exported_exported_pod: 'p',
      exported_pod: 'q',
    });
    expect(labelsAfter('a{pod="p",exported_pod="q"} 1\n', {}, { ...TARGET, exported_pod: 't' })).toEqual({
      ...TARGET,
      exported_pod: 't',
      exported_exported_pod: 'p',
      exported_exported_exported_pod: 'q',
    });
  });

  it('win over the target if honoured; an exposed empty label then removes the target’s', () => {
    expect(labelsAfter('a{pod="p"} 1\n', { honor_labels: true })).toEqual({ ...TARGET, pod: 'p' });
    const { pod: _, ...without } = TARGET;
    expect(labelsAfter('a{pod=""} 1\n', { honor_labels: true })).toEqual(without);
    expect(labelsAfter('a{pod=""} 1\n', {})).toEqual(TARGET);
  });

  it('pass metric relabelling, after which the name must still be there', () => {
    const drop = [{ source_labels: ['__name__'], regex: 'go_.*', action: 'drop' }];
    expect(shown(scrape([[0, page('a 1\ngo_x 1\n')]], { metric_relabel_configs: drop }).store)).not.toHaveProperty(
      'go_x',
    );
    const unname = [{ target_label: '__name__', replacement: '' }];
    expect(scrape([[0, page('a 1\n')]], { metric_relabel_configs: unname }).reports[0]!.error).toBe(
      'missing metric name (__name__ label)',
    );
  });
});

describe('limits', () => {
  const error = (bytes: string, config: Record<string, unknown>) =>
    scrape([[0, page(bytes)]], config).reports[0]!.error;

  it('on samples count after relabelling and without duplicates, and fail the whole scrape', () => {
    expect(error('a 1\na 2\nb 1\n', { sample_limit: 2 })).toBe(null);
    expect(error('a 1\nb 1\nc 1\n', { sample_limit: 2 })).toBe('sample limit exceeded');
    const drop = [{ source_labels: ['__name__'], regex: 'c', action: 'drop' }];
    expect(error('a 1\nb 1\nc 1\n', { sample_limit: 2, metric_relabel_configs: drop })).toBe(null);
    expect(shown(scrape([[0, page('a 1\nb 1\nc 1\n')]], { sample_limit: 2 }).store)).not.toHaveProperty('a');
  });

  it('on the body refuse a body of exactly the limit', () => {
    expect(error('a 1\n', { body_size_limit: '5B' })).toBe(null);
    expect(error('a 1\n', { body_size_limit: '4B' })).toBe('body size limit exceeded');
  });

  it('on labels count the target’s labels and the name', () => {
    expect(error('a 1\n', { label_limit: 5 })).toBe(null);
    expect(error('a 1\n', { label_limit: 4 })).toBe('label_limit exceeded (metric: a, number of labels: 5, limit: 4)');
  });
});

describe('samples with their own timestamp', () => {
  it('are stored at that time, get no marker, and may be up to 10 min ahead of the clock', () => {
    const { store } = scrape([
      [1000, page('a 1 500\nb 1\n')],
      [2000, page('b 2\n')],
    ]);
    expect(shown(store)).toMatchObject({
      a: [[500, 1]],
      b: [
        [1000, 1],
        [2000, 2],
      ],
    });
    expect(shown(scrape([[1000, page('a 1 700000\nb 1\n')]]).store)).not.toHaveProperty('a');
  });

  it('are tracked or ignored on request', () => {
    expect(
      shown(
        scrape(
          [
            [1000, page('a 1 500\n')],
            [2000, page('b 2\n')],
          ],
          { track_timestamps_staleness: true },
        ).store,
      )['a'],
    ).toEqual([
      [500, 1],
      [2000, 'stale'],
    ]);
    expect(shown(scrape([[1000, page('a 1 500\n')]], { honor_timestamps: false }).store)['a']).toEqual([[1000, 1]]);
  });
});

const names = ['a', 'b', 'c', 'd'] as const;
const SERIES: Record<string, ExposedSeries> = Object.fromEntries(
  names.map((name) => [name, { name, labels: { x: name } }]),
);

describe('a structured page', () => {
  it('leaves the store as the same page written as text does, whatever happens in between', () => {
    const content = fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 9 })), { maxLength: 5 });
    const step = fc.oneof({ weight: 4, arbitrary: content }, { weight: 1, arbitrary: fc.constant(null) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 8 }),
        fc.constantFrom('2.53' as const, '3' as const),
        fc.boolean(),
        (steps, version, limited) => {
          const config = limited ? { sample_limit: 3 } : {};
          const asText = steps.map(
            (of, i) =>
              [i, of === null ? refused : page(`${of.map(([n, v]) => `${n}{x="${n}"} ${v}`).join('\n')}\n`)] as const,
          );
          const asSamples = steps.map((of, i) => {
            const samples = (of ?? []).map(([n, value]): PageSample => ({ series: SERIES[n]!, value }));
            return [
              i,
              of === null ? refused : ({ kind: 'samples', samples, durationSeconds: 0.004 } as const),
            ] as const;
          });
          const text = scrape(asText, config, version);
          const structured = scrape(asSamples, config, version);
          expect(shown(structured.store)).toEqual(shown(text.store));
          expect(structured.reports).toEqual(text.reports);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('tells the append hook of every sample and marker that the store took', () => {
    const seen: string[] = [];
    const store = new SampleStore();
    const config = readScrapeConfig({ job_name: 'asr' });
    const target = new ScrapeTarget(store, config, TARGET, '2.53', (series, at, value, stale) =>
      seen.push(`${series.labels['__name__']!} ${at} ${stale ? 'stale' : value}`),
    );
    target.apply({ kind: 'samples', samples: [{ series: SERIES['a']!, value: 7 }], durationSeconds: 1 }, 1000);
    target.apply({ kind: 'samples', samples: [], durationSeconds: 1 }, 2000);
    expect(seen.filter((line) => line.startsWith('a'))).toEqual(['a 1000 7', 'a 2000 stale']);
    expect(seen).toHaveLength(12);
  });
});
