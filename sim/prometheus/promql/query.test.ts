import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleStore, type Labels } from '../store.ts';
import { compileQuery, evaluate } from './query.ts';
import type { QueryValue } from './value.ts';
import type { PrometheusVersion } from './version.ts';

type Sample = number | 'stale' | undefined;

/** One series per entry, a sample every `step` seconds from 0 on. */
const storeOf = (step: number, ...series: readonly (readonly [Labels, readonly Sample[]])[]): SampleStore => {
  const store = new SampleStore();
  for (const [labels, samples] of series) {
    const s = store.seriesFor(labels);
    for (const [i, sample] of samples.entries()) {
      if (sample === 'stale') store.appendStale(s, i * step * 1000);
      else if (sample !== undefined) store.append(s, i * step * 1000, sample);
    }
  }
  return store;
};

const x = (pod: string): Labels => ({ __name__: 'x', pod });
const ask = (
  store: SampleStore,
  text: string,
  atSeconds: number,
  version: PrometheusVersion = '2.53',
  lookbackMillis?: number,
): QueryValue =>
  evaluate(
    compileQuery(text, version),
    store,
    atSeconds * 1000,
    lookbackMillis === undefined ? {} : { lookbackMillis },
  );
/** The values of a vector answer in order. */
const values = (answer: QueryValue): readonly number[] =>
  answer.kind === 'vector' ? answer.elements.map(({ value }) => value) : [NaN];
const both = (store: SampleStore, text: string, atSeconds: number): [readonly number[], readonly number[]] => [
  values(ask(store, text, atSeconds, '2.53')),
  values(ask(store, text, atSeconds, '3')),
];

describe('staleness and look-back (metrics-path.md 1.3)', () => {
  it('blanks a series from a stale marker to its next sample', () => {
    const store = storeOf(30, [x('a'), [1, 'stale', 3]]);
    expect([29, 30, 59, 60].map((at) => values(ask(store, 'x', at)))).toEqual([[1], [], [], [3]]);
  });

  it('answers with the last value for five minutes when scrapes are skipped', () => {
    const store = storeOf(30, [x('a'), [7]]);
    expect([0, 299, 301].map((at) => values(ask(store, 'x', at)))).toEqual([[7], [7], []]);
  });

  it('includes a sample exactly five minutes old in 2.x and not in 3.x', () => {
    expect(both(storeOf(30, [x('a'), [7]]), 'x', 300)).toEqual([[7], []]);
  });

  it('takes [t-W, t] as a range in 2.x and (t-W, t] in 3.x', () => {
    expect(both(storeOf(30, [x('a'), [1, 1, 1, 1]]), 'count_over_time(x[60s])', 90)).toEqual([[3], [2]]);
  });

  it('drops stale markers from ranges', () => {
    const store = storeOf(30, [x('a'), [1, 'stale', 3]], [x('b'), ['stale', 'stale', 'stale']]);
    expect(ask(store, 'count_over_time(x[5m])', 60)).toEqual({
      kind: 'vector',
      elements: [{ labels: { pod: 'a' }, value: 2 }],
    });
  });

  it('finds no rate([1m]) at 60 s scrapes, except on the left edge in 2.x (section 7, check 5)', () => {
    const store = storeOf(60, [x('a'), [0, 60, 120, 180]]);
    expect(both(store, 'rate(x[1m])', 150)).toEqual([[], []]);
    expect(both(store, 'rate(x[1m])', 120)).toEqual([[1], []]);
  });
});

describe('rate (metrics-path.md 1.6)', () => {
  it('needs two samples and extends to both edges when they are near', () => {
    const store = storeOf(15, [x('a'), [0, 15, 30, 45, 60, 75, 90]]);
    expect(values(ask(store, 'increase(x[1m])', 90, '3'))).toEqual([60]);
    expect(values(ask(store, 'rate(x[10s])', 95, '3'))).toEqual([]);
  });

  it('extends by half a spacing where the edge is further than 1.1 spacings', () => {
    // samples at 60..90: 30 s span, spacing 15; right gap 0, left gap 60: span 30 + 7.5, increase 2 * 37.5/30
    const store = storeOf(15, [x('a'), [undefined, undefined, undefined, undefined, 100, 101, 102]]);
    expect(values(ask(store, 'increase(x[90s])', 90, '3'))).toEqual([2.5]);
  });

  it('never extends a counter below zero', () => {
    // 1 at 60 s, 5 at 90 s: zero 7.5 s before, nearer than half a spacing (15 s): 4 * 37.5/30
    const store = storeOf(30, [x('a'), [undefined, undefined, 1, 5]]);
    expect(values(ask(store, 'increase(x[90s])', 90, '3'))).toEqual([5]);
    expect(values(ask(store, 'delta(x[90s])', 90, '3'))).toEqual([6]);
  });

  it('adds the value before a reset and loses what came after the last scrape', () => {
    const store = storeOf(15, [x('a'), [100, 110, 5, 10]]);
    expect(values(ask(store, 'increase(x[45s])', 45, '2.53'))).toEqual([20]);
    expect(values(ask(store, 'resets(x[1m])', 45))).toEqual([1]);
  });

  it('shows nothing for the first sample of a counter that is born at 5', () => {
    expect(values(ask(storeOf(15, [x('a'), [5]]), 'rate(x[1m])', 10))).toEqual([]);
  });
});

describe('means and sums per version (golden/promql/README.md)', () => {
  it('computes avg as a running mean in 2.53 and from a compensated sum in 3.x', () => {
    const series = [25, 14, 8, 21, 19, 6, 13].map((v, i): [Labels, Sample[]] => [x(`p${i}`), [v]]);
    const [old, now] = both(storeOf(15, ...series), 'avg(x)', 0);
    expect(now).toEqual([106 / 7]);
    expect(Math.abs(old[0]! - 106 / 7)).toBeLessThan(1e-13);
  });

  it('compensates sum in 3.x only', () => {
    const store = storeOf(15, [x('a'), [1e100]], [x('b'), [1]], [x('c'), [-1e100]]);
    expect(both(store, 'sum(x)', 0)).toEqual([[0], [1]]);
    expect(both(storeOf(15, [x('a'), [1e100, 1, -1e100]]), 'sum_over_time(x[1m])', 30)).toEqual([[1], [1]]);
  });

  it('gives a group of one infinite value no spread in 2.53 and NaN in 3.x', () => {
    expect(both(storeOf(15, [x('a'), [Infinity]]), 'stddev(x)', 0)).toEqual([[0], [NaN]]);
  });

  it('keeps an infinite value on an exact rank in 3.x', () => {
    const store = storeOf(15, [x('a'), [1]], [x('b'), [Infinity]]);
    expect(both(store, 'quantile(1, x)', 0)).toEqual([[NaN], [Infinity]]);
    expect(both(store, 'quantile(0, x)', 0)).toEqual([[NaN], [1]]);
  });

  it('is an unweighted mean of samples: a gap shrinks the divisor', () => {
    expect(values(ask(storeOf(15, [x('a'), [10, undefined, undefined, 20]]), 'avg_over_time(x[1m])', 45))).toEqual([
      15,
    ]);
  });
});

describe('histogram_quantile (metrics-path.md 1.6)', () => {
  const buckets = (...pairs: readonly (readonly [string, number])[]) =>
    storeOf(15, ...pairs.map(([le, v]): [Labels, Sample[]] => [{ __name__: 'b', le }, [v]]));
  const q = (text: string, store: SampleStore) => values(ask(store, text, 0))[0];

  it('interpolates inside a bucket, from 0 in the first one', () => {
    const store = buckets(['1', 10], ['2', 20], ['+Inf', 20]);
    expect([q('histogram_quantile(0.25, b)', store), q('histogram_quantile(0.75, b)', store)]).toEqual([0.5, 1.5]);
  });

  it('returns the largest finite bound for a rank in +Inf', () =>
    expect(q('histogram_quantile(0.99, b)', buckets(['1', 1], ['10', 2], ['+Inf', 100]))).toBe(10));

  it('is NaN without +Inf, with one bucket, or without observations', () => {
    expect(q('histogram_quantile(0.5, b)', buckets(['1', 1], ['2', 2]))).toBe(NaN);
    expect(q('histogram_quantile(0.5, b)', buckets(['+Inf', 2]))).toBe(NaN);
    expect(q('histogram_quantile(0.5, b)', buckets(['1', 0], ['+Inf', 0]))).toBe(NaN);
  });

  it('forces buckets to be monotonic', () =>
    expect(q('histogram_quantile(0.5, b)', buckets(['1', 10], ['2', 5], ['+Inf', 20]))).toBe(1));
});

describe('matching and labels', () => {
  it('keeps the order of the storage, and of the first element of each group', () => {
    const store = storeOf(15, [x('b'), [1]], [x('a'), [2]], [x('c'), [3]]);
    expect(values(ask(store, 'x', 0))).toEqual([1, 2, 3]);
    expect(values(ask(store, 'sum by (pod) (x)', 0))).toEqual([1, 2, 3]);
  });

  it('sees series that were created after the query was compiled', () => {
    const store = storeOf(15, [x('a'), [1]]);
    const query = compileQuery('x{pod=~".+"}', '3');
    expect(values(evaluate(query, store, 0))).toEqual([1]);
    store.append(store.seriesFor(x('b')), 0, 2);
    expect(values(evaluate(query, store, 0))).toEqual([1, 2]);
  });

  it('fails a many-to-many match and a duplicate label set as values', () => {
    const store = storeOf(15, [x('a'), [1]], [x('b'), [2]], [{ __name__: 'y', pod: 'a' }, [3]]);
    expect(ask(store, 'y + on () x', 0)).toMatchObject({ kind: 'error' });
    expect(ask(store, '{pod="a"} + 1', 0)).toEqual({
      kind: 'error',
      message: 'vector cannot contain metrics with the same labelset',
    });
  });

  it('copies labels of group_left from the one side', () => {
    const store = storeOf(15, [x('a'), [2]], [{ __name__: 'info', pod: 'a', node: 'n1' }, [1]]);
    expect(ask(store, 'x * on (pod) group_left (node) info', 0)).toEqual({
      kind: 'vector',
      elements: [{ labels: { node: 'n1', pod: 'a' }, value: 2 }],
    });
  });

  it('evaluates a subquery at multiples of its step, left edge in 2.x only', () => {
    const store = storeOf(10, [x('a'), Array.from({ length: 20 }, (_, i) => i)]);
    expect(both(store, 'count_over_time(x[2m:10s])', 120)).toEqual([[13], [12]]);
    expect(both(store, 'count_over_time(x[2m:10s])', 125)).toEqual([[12], [12]]);
  });

  it('understands @ and offset together, inside operators too', () => {
    const store = storeOf(10, [x('a'), Array.from({ length: 20 }, (_, i) => i)]);
    expect(values(ask(store, 'x - x @ 100 offset 50s', 150))).toEqual([10]);
    expect(values(ask(store, '-x offset 1m', 150))).toEqual([-9]);
  });
});

describe('laws', () => {
  const grid = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant('stale' as const), fc.constant(undefined)),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  const queries = [
    'x',
    'rate(x[1m])',
    'sum(x)',
    'avg by (pod) (avg_over_time(x[2m]))',
    'topk(2, x)',
    'max(x) - min(x)',
  ];

  it('adding a series that is stale never changes an answer', () =>
    fc.assert(
      fc.property(fc.array(grid, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 200 }), (series, at) => {
        const named = series.map((samples, i): [Labels, Sample[]] => [x(`p${i}`), samples]);
        const stale: [Labels, Sample[]] = [x('gone'), Array<Sample>(14).fill('stale')];
        for (const query of queries)
          for (const version of ['2.53', '3'] as const)
            expect(ask(storeOf(15, ...named, stale), query, at, version)).toEqual(
              ask(storeOf(15, ...named), query, at, version),
            );
      }),
      { numRuns: 60 },
    ));

  it('the same query over the same store gives the same answer twice, before and after other times', () =>
    fc.assert(
      fc.property(fc.array(grid, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 200 }), (series, at) => {
        const store = storeOf(15, ...series.map((samples, i): [Labels, Sample[]] => [x(`p${i}`), samples]));
        for (const query of queries) {
          const compiled = compileQuery(query, '3');
          const first = evaluate(compiled, store, at * 1000);
          evaluate(compiled, store, 90_000);
          expect(evaluate(compiled, store, at * 1000)).toEqual(first);
        }
      }),
      { numRuns: 60 },
    ));

  it('an instant answer is the newest sample at or before the time, as a plain scan finds it', () =>
    fc.assert(
      fc.property(grid, fc.integer({ min: 0, max: 400_000 }), (samples, atMillis) => {
        const store = storeOf(15, [x('a'), samples]);
        const last = samples
          .flatMap((v, i) => (v !== undefined && i * 15_000 <= atMillis ? [[v, i * 15_000] as const] : []))
          .at(-1);
        const expected = last === undefined || last[0] === 'stale' || atMillis - last[1] > 300_000 ? [] : [last[0]];
        expect(values(evaluate(compileQuery('x', '2.53'), store, atMillis))).toEqual(expected);
      }),
    ));
});
