import { describe, expect, it } from 'vitest';
import type { Facts } from './facts.ts';
import { known, unknown } from './facts.ts';
import { ADAPTER_RULE, PROMETHEUS, SUBJECT, TARGET, advice, seen, valueOf } from './healthy-facts.test-support.ts';

type Row = readonly [claim: string, change: Partial<Facts>, expected: readonly (string | null)[]];

const target = (change: object): Partial<Facts> => ({
  prometheus: known({ ...PROMETHEUS, targets: [{ ...TARGET, ...change }] }),
});
const down = (lastError: string): Partial<Facts> => target({ health: 'down', lastError });
const elements = (...labels: Readonly<Record<string, string>>[]): Partial<Facts> => ({
  series: known([{ name: 'asr_active_requests', elements: labels.map((each) => ({ labels: each, ageSeconds: 1 })) }]),
});
const rawAdapter: Pick<Facts, 'adapter'> = {
  adapter: known({
    from: 'cluster',
    config: { rules: [{ ...ADAPTER_RULE, metricsQuery: 'asr_active_requests{<<.LabelMatchers>>}' }] },
  }),
};

describe('rung 6, the targets', () => {
  const url = 'http://10.1.0.1:9090/metrics';
  it.each<Row>([
    ['is up', {}, ['ok', '1 of 1 up, last scraped 1.2 s ago at most, every 2 s']],
    [
      'times out (A8)',
      down('context deadline exceeded'),
      ['broken', `1 of 1 down: ${url}: context deadline exceeded`, 'A8'],
    ],
    [
      'passes its limit (T26)',
      down('sample limit exceeded'),
      ['broken', `1 of 1 down: ${url}: sample limit exceeded`, 'T26'],
    ],
    [
      'has no such host (T2)',
      down('dial tcp: no such host'),
      ['broken', `1 of 1 down: ${url}: dial tcp: no such host`, 'T2'],
    ],
    ['is another port (T8)', down('connection refused'), ['broken', `1 of 1 down: ${url}: connection refused`, 'T8']],
    [
      'is no page of metrics',
      down('expected a valid start token'),
      ['broken', `1 of 1 down: ${url}: expected a valid start token`, null],
    ],
    ['was scraped long ago', target({ ageSeconds: 40 }), ['broken', `${url}: 40.0 s ago, interval 2 s`, null]],
    [
      'was never scraped',
      target({ health: 'unknown', ageSeconds: null }),
      ['unknown', 'not scraped yet; the interval is 2 s: ask again'],
    ],
  ])('%s', (_, change, expected) => expect(seen(6, change)).toEqual(expected));

  it('warns of slow scrapes (A8) and of pods that are scraped twice (T3)', () => {
    const twice = { ...TARGET, job: 'static', durationSeconds: 1.5 };
    expect(advice(6, { prometheus: known({ ...PROMETHEUS, targets: [TARGET, twice] }) })).toEqual([
      'A8: scrapes take more than half of their timeout: asr-1',
      'T3: scraped by more than one target: asr-1',
    ]);
  });
});

describe('rung 7, the series', () => {
  it.each<Row>([
    ['is there', {}, ['ok', 'asr_active_requests: 1 elements']],
    ['is absent', { series: known([]) }, ['broken', 'Prometheus has no series asr_active_requests', null]],
    [
      'has no label pod (T5)',
      elements({ namespace: 'asr', job: 'asr' }),
      ['broken', 'asr_active_requests{namespace="asr", job="asr"}', 'T5'],
    ],
    [
      'has no label namespace: a static job (T3)',
      elements({ pod: 'asr-1' }),
      ['broken', 'asr_active_requests{pod="asr-1"}', 'T3'],
    ],
    [
      'is recorded without pods (T17)',
      { ...elements({ namespace: 'asr' }), subject: { ...SUBJECT, recorded: ['asr_active_requests'] } },
      ['broken', 'asr_active_requests{namespace="asr"}', 'T17'],
    ],
    [
      'has a renamed label (T37)',
      elements({ namespace: 'asr', pod: 'gateway', exported_pod: 'asr-1' }),
      ['broken', 'no element for asr-1; there: {namespace="asr", pod="gateway", exported_pod="asr-1"}', 'T37'],
    ],
    [
      'is there twice and the query does not aggregate (T4)',
      {
        ...elements({ namespace: 'asr', pod: 'asr-1', gpu: '0' }, { namespace: 'asr', pod: 'asr-1', gpu: '1' }),
        ...rawAdapter,
      },
      [
        'broken',
        '1 pods have several: {namespace="asr", pod="asr-1", gpu="0"}, {namespace="asr", pod="asr-1", gpu="1"}',
        'T4',
      ],
    ],
    [
      'is there twice and the query aggregates',
      elements({ namespace: 'asr', pod: 'asr-1', gpu: '0' }, { namespace: 'asr', pod: 'asr-1', gpu: '1' }),
      ['ok', 'asr_active_requests: 2 elements'],
    ],
    [
      'is only remembered: no scrape brings it any more',
      {
        series: known([
          { name: 'asr_active_requests', elements: [{ labels: { namespace: 'asr', pod: 'asr-1' }, ageSeconds: 90 }] },
        ]),
      },
      ['broken', 'asr_active_requests: 1 elements, the youngest 90 s old', null],
    ],
    ['could not be asked for', { series: unknown('Prometheus: 503') }, ['unknown', 'Prometheus: 503']],
  ])('%s', (_, change, expected) => expect(seen(7, change)).toEqual(expected));

  it('warns of a query that does not aggregate (T4)', () => {
    expect(advice(7, rawAdapter)).toEqual([
      'T4: the adapter’s metricsQuery of asr_active_requests does not aggregate: a second series per pod would win silently',
    ]);
  });
});

describe('rung 8, the rules', () => {
  const rule = valueOf('rules')[0]!;
  it.each<Row>([
    ['is loaded', {}, ['ok', '1 rules in 1 groups']],
    ['is not loaded (T1)', { rules: known([]) }, ['broken', 'not loaded: asr.rules; loaded: none', 'T1']],
    [
      'fails',
      { rules: known([{ ...rule, health: 'err', lastError: 'many-to-many matching' }]) },
      ['broken', '1 of 1 rules fail: asr.rules/asr:requests:rate5m: many-to-many matching', null],
    ],
    [
      'is another’s and fails',
      { rules: known([rule, { ...rule, group: 'node', health: 'err', lastError: 'x' }]) },
      ['ok', '2 rules in 2 groups'],
    ],
  ])('%s', (_, change, expected) => expect(seen(8, change)).toEqual(expected));

  it('warns of healthy rules on names that no pod shows (T35, T36)', () => {
    const asks = (query: string): readonly string[] => advice(8, { rules: known([{ ...rule, query }]) });
    expect(asks('rate(asr_requests_total[5m]) > 0 and asr:requests:rate5m > kube_pod_info')).toEqual([]);
    expect(asks('sum(rate(asr_failed_requests[5m]))')).toEqual([
      'T35: asr.rules/asr:requests:rate5m asks for asr_failed_requests, which no pod shows',
    ]);
    expect(asks('sum(asr_requests)')).toEqual([
      'T36: asr.rules/asr:requests:rate5m asks for asr_requests, which no pod shows; asr_requests_total is there',
    ]);
  });
});
