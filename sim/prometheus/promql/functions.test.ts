import { describe, expect, it } from 'vitest';
import { SampleStore } from '../store.ts';
import { compileQuery, evaluate } from './query.ts';
import type { PrometheusVersion } from './version.ts';

const AT = 1_780_000_000_000;
const store = new SampleStore();
for (const [name, pod, samples] of [
  ['g', 'a', [1, 2, 4, 8]],
  ['g', 'b', [5, 5, 3, 3]],
  ['g', 'c', [NaN, Infinity, -Infinity, NaN]],
  ['y', 'a', [2, 2, 2, 2]],
] as const) {
  const series = store.seriesFor({ __name__: name, pod });
  for (const [i, value] of samples.entries()) store.append(series, AT - 45_000 + i * 15_000, value);
}

/** Answer as [pod, value] pairs, a scalar, or the message of an error. */
const ask = (text: string, version: PrometheusVersion = '3'): unknown => {
  const answer = evaluate(compileQuery(text, version), store, AT);
  if (answer.kind === 'vector') return answer.elements.map(({ labels, value }) => [labels['pod'] ?? '', value]);
  return answer.kind === 'scalar' ? answer.value : answer.kind === 'error' ? answer.message : answer;
};

// The answers below were read from the engines of 2.53.0 and 3.16.0.
describe('functions beyond the recorded families', () => {
  it('do arithmetic as Go does', () => {
    expect(
      ['2 ^ 3 ^ 2', '-3 ^ 2', '-7 % 3', '1 ^ NaN', '-1 ^ Inf', '5.', '010', 'NaN == bool NaN'].map((q) => ask(q)),
    ).toEqual([512, -9, -1, 1, -1, 5, 8, 0]);
  });

  it('keep the vector value in a filter with the scalar on the left', () => {
    expect(ask('4 < g')).toEqual([['a', 8]]);
    expect(ask('4 < bool g')).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 0],
    ]);
  });

  it('give the k least, numbers before NaN', () => {
    expect(ask('bottomk(2, g)')).toEqual([
      ['b', 3],
      ['a', 8],
    ]);
    expect(ask('topk(NaN, g)')).toBe('Scalar value NaN overflows int64');
    expect(ask('topk(0, g)')).toEqual([]);
  });

  it('fit a line and look ahead', () => {
    expect(ask('deriv(y[1m])')).toEqual([['a', 0]]);
    expect(ask('predict_linear(y[1m], 3600)')).toEqual([['a', 2]]);
    expect(ask('idelta(g{pod!="c"}[1m])')).toEqual([
      ['a', 4],
      ['b', 0],
    ]);
  });

  it('read the calendar in UTC, and say of NaN what Go makes of it', () => {
    expect(
      [
        'minute()',
        'hour()',
        'day_of_week()',
        'day_of_month()',
        'day_of_year()',
        'days_in_month()',
        'month()',
        'year()',
      ].map((q) => ask(q)),
    ).toEqual([26, 20, 4, 28, 148, 31, 5, 2026].map((value) => [['', value]]));
    expect(ask('hour(vector(NaN))')).toEqual([['', 15]]);
  });

  it('evaluate the vector of a clamp whose bounds exclude each other, and then give nothing', () => {
    expect(ask('clamp(g, 2, 1)')).toEqual([]);
    expect(ask('clamp(-{pod="a"}, 2, 1)')).toBe('vector cannot contain metrics with the same labelset');
  });

  it('join labels, and check the result in 3.x only', () => {
    expect(ask('label_join(g{pod="a"}, "pod", "-", "pod", "__name__")')).toEqual([['a-g', 8]]);
    expect(ask('label_join(g, "pod", "")', '2.53')).toEqual([
      ['', 8],
      ['', 3],
      ['', NaN],
    ]);
    expect(ask('label_join(g, "pod", "")')).toBe('vector cannot contain metrics with the same labelset');
  });

  it('name the labels that absent can know', () => {
    const answer = evaluate(compileQuery('absent(nosuch{pod="a",job=~"x",ns="1",ns="2"})', '3'), store, AT);
    expect(answer).toEqual({ kind: 'vector', elements: [{ labels: { pod: 'a' }, value: 1 }] });
  });

  it('count values by their shortest decimal', () => {
    const answer = evaluate(compileQuery('count_values("v", g / 1e7)', '3'), store, AT);
    expect(answer).toMatchObject({
      elements: [{ labels: { v: '0.0000008' } }, { labels: { v: '0.0000003' } }, { labels: { v: 'NaN' } }],
    });
  });

  it('sort with NaN last', () => {
    expect([ask('sort(g)'), ask('sort_desc(g)')]).toEqual([
      [
        ['b', 3],
        ['a', 8],
        ['c', NaN],
      ],
      [
        ['a', 8],
        ['b', 3],
        ['c', NaN],
      ],
    ]);
  });

  it('use the time of the sample for timestamp of a selector, of the evaluation otherwise', () => {
    expect(ask('timestamp(y offset 20s)')).toEqual([['a', AT / 1000 - 30]]);
    expect(ask('timestamp(y + 0)')).toEqual([['a', AT / 1000]]);
  });
});
