import { describe, expect, it } from 'vitest';
import { joinedSeries, samplesOf, storedSeries, targetsOf } from './stored-series.ts';

const EPOCH = 1_795_820_000_000;
/** A series of the API's answer: samples at whole seconds after EPOCH, with a quarter of a second. */
const series = (name: string, pod: string, samples: readonly (readonly [at: number, value: string])[], more = {}) => ({
  metric: { __name__: name, job: 'asr', namespace: 'default', pod, ...more },
  values: samples.map(([at, value]) => [EPOCH / 1000 + at + 0.25, value]),
});
const answer = (...result: readonly object[]): unknown => ({
  status: 'success',
  data: { resultType: 'matrix', result },
});
const at = (second: number): number => EPOCH + second * 1000 + 250;

describe("Prometheus' answers", () => {
  it('are series with true timestamps in milliseconds, special values included', () => {
    expect(
      storedSeries(
        answer(
          series('up', 'p0', [[0, '1']]),
          series('x', 'p0', [
            [0, '+Inf'],
            [5, 'NaN'],
          ]),
        ),
      ),
    ).toEqual([
      { labels: { __name__: 'up', job: 'asr', namespace: 'default', pod: 'p0' }, times: [at(0)], values: [1] },
      {
        labels: { __name__: 'x', job: 'asr', namespace: 'default', pod: 'p0' },
        times: [at(0), at(5)],
        values: [Infinity, NaN],
      },
    ]);
    expect(storedSeries({ status: 'success', data: { result: [{ metric: {}, value: [1.5, '2'] }] } })).toEqual([
      { labels: {}, times: [1500], values: [2] },
    ]);
  });

  it("of an error carry Prometheus' own words", () => {
    expect(() => storedSeries({ status: 'error', error: 'query processing would load too many samples' })).toThrow(
      expect.objectContaining({ code: 'TARGET_FAILED', message: expect.stringContaining('too many samples') }),
    );
  });

  it('of neighbouring windows are joined in order', () => {
    const windows = [
      [series('up', 'p0', [[0, '1']])],
      [series('up', 'p0', [[5, '0']]), series('up', 'p1', [[6, '1']])],
    ];
    const joined = joinedSeries(windows.map((window) => storedSeries(answer(...window))));
    expect(joined.map(({ labels, times, values }) => [labels['pod'], times, values])).toEqual([
      ['p0', [at(0), at(5)], [1, 0]],
      ['p1', [at(6)], [1]],
    ]);
  });
});

describe('targets', () => {
  const stored = storedSeries(
    answer(
      series('up', 'p1', [[3, '1']]),
      series('scrape_duration_seconds', 'p1', [[3, '0.002']]),
      series('up', 'p0', [
        [0, '1'],
        [5, '0'],
        [10, '1'],
      ]),
      series('scrape_duration_seconds', 'p0', [
        [0, '0.001'],
        [5, '0.0002'],
        [10, '0.0015'],
      ]),
      series('scrape_series_added', 'p0', [
        [0, '1'],
        [5, '0'],
        [10, '1'],
      ]),
      series('asr_active_requests', 'p0', [
        [0, '2'],
        [10, '3'],
      ]),
      series('bucket', 'p0', [[10, '1']], { le: '1' }),
    ),
  );
  const [first, second] = targetsOf(stored);

  it('are told apart by the labels of their own series, in the order of their first scrape', () => {
    expect([first!.pod, second!.pod]).toEqual(['p0', 'p1']);
    expect(first!.labels).toEqual({ job: 'asr', namespace: 'default', pod: 'p0' });
    expect([...first!.durationSeconds]).toEqual([
      [at(0), 0.001],
      [at(5), 0.0002],
      [at(10), 0.0015],
    ]);
    expect(first!.series.map(({ labels }) => labels['__name__'])).toEqual([
      'scrape_series_added',
      'asr_active_requests',
      'bucket',
    ]);
    expect(second!.series).toEqual([]);
  });

  it('had a marker for what a scrape no longer brought, and for everything when they vanished', () => {
    const samples = samplesOf(first!, at(15)).map(({ series: { labels }, atMillis, value, stale }) => [
      (atMillis - at(0)) / 1000,
      labels['__name__'],
      stale ? 'stale' : value,
    ]);
    expect(samples).toEqual([
      [0, 'up', 1],
      [0, 'scrape_duration_seconds', 0.001],
      [0, 'scrape_series_added', 1],
      [0, 'asr_active_requests', 2],
      [5, 'up', 0],
      [5, 'scrape_duration_seconds', 0.0002],
      [5, 'scrape_series_added', 0],
      [5, 'asr_active_requests', 'stale'],
      [10, 'up', 1],
      [10, 'scrape_duration_seconds', 0.0015],
      [10, 'scrape_series_added', 1],
      [10, 'asr_active_requests', 3],
      [10, 'bucket', 1],
      [15, 'up', 'stale'],
      [15, 'scrape_duration_seconds', 'stale'],
      [15, 'scrape_series_added', 'stale'],
      [15, 'asr_active_requests', 'stale'],
      [15, 'bucket', 'stale'],
    ]);
    expect(samplesOf(first!, null).filter(({ stale }) => stale)).toHaveLength(1);
  });
});
