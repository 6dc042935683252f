import { describe, expect, it } from 'vitest';
import type { Facts } from './facts.ts';
import { known } from './facts.ts';
import { ADAPTER_RULE, POD, PROMETHEUS, SUBJECT, TARGET, advice, seen, valueOf } from './healthy-facts.test-support.ts';

type Row = readonly [claim: string, change: Partial<Facts>, expected: readonly (string | null)[]];

const target = (change: object): Partial<Facts> => ({
  prometheus: known({ ...PROMETHEUS, targets: [{ ...TARGET, ...change }] }),
});
const elements = (...labels: Readonly<Record<string, string>>[]): Partial<Facts> => ({
  series: known([{ name: 'asr_active_requests', elements: labels.map((each) => ({ labels: each, ageSeconds: 1 })) }]),
});
describe('rung 9, the adapter', () => {
  const api = valueOf('metricApis')[0]!;
  const apis = (change: object): Partial<Facts> => ({ metricApis: known([{ ...api, ...change }]) });
  it.each<Row>([
    ['lists the metric', {}, ['ok', 'custom.metrics.k8s.io lists asr_active_requests']],
    ['is not registered', apis({ available: null }), ['broken', 'no APIService for custom.metrics.k8s.io', null]],
    [
      'is down',
      apis({ available: false, message: 'connection refused' }),
      ['broken', 'custom.metrics.k8s.io is not available: connection refused', null],
    ],
    [
      'lists nothing: it asks another Prometheus (T11)',
      apis({ listed: [] }),
      ['broken', 'custom.metrics.k8s.io lists none, not asr_active_requests', 'T11'],
    ],
    [
      'has no rule for it (T14)',
      { ...apis({ listed: ['pods/asr_gpu'] }), adapter: known({ from: 'cluster', config: { rules: [] } }) },
      ['broken', 'custom.metrics.k8s.io lists pods/asr_gpu, not asr_active_requests', 'T14'],
    ],
    [
      'lists others than its manifests say (T40)',
      {
        ...apis({ listed: ['pods/asr_gpu'] }),
        adapter: known({ from: 'manifests', config: { rules: [ADAPTER_RULE] } }),
      },
      ['broken', 'custom.metrics.k8s.io lists pods/asr_gpu, not asr_active_requests', 'T40'],
    ],
    [
      'lists again and again without it: scraped as seldom as it lists (T7)',
      { ...apis({ listed: ['pods/asr_gpu'] }), ...target({ intervalSeconds: 60 }) },
      ['broken', 'custom.metrics.k8s.io lists pods/asr_gpu, not asr_active_requests', 'T7'],
    ],
    [
      'nobody serves CPU and memory (A7)',
      { subject: { ...SUBJECT, wanted: [{ kind: 'resource', name: 'cpu', series: '', selector: null }] } },
      ['broken', 'no APIService for metrics.k8s.io', 'A7'],
    ],
  ])('%s', (_, change, expected) => expect(seen(9, change)).toEqual(expected));
});

describe('rung 10, the values', () => {
  const answer = valueOf('values')[0]!;
  const items = (...all: { object: string; value: string }[]): Partial<Facts> => ({
    values: known([{ ...answer, answer: { kind: 'values', items: all } }]),
  });
  const refused = (status: number, message: string): Partial<Facts> => ({
    values: known([{ ...answer, answer: { kind: 'refused', status, message } }]),
  });
  it.each<Row>([
    ['is there', {}, ['ok', 'asr_active_requests: asr-1 2']],
    ['is there for no pod', items(), ['broken', 'asr_active_requests: 0 values, none for asr-1', null]],
    [
      'is there for one of two',
      {
        pods: known([POD, { ...POD, name: 'asr-2' }]),
        ...elements({ namespace: 'asr', pod: 'asr-1' }, { namespace: 'asr', pod: 'asr-2' }),
      },
      ['broken', 'asr_active_requests: 1 values, none for asr-2', null],
    ],
    [
      'is NaN or infinite',
      items({ object: 'asr-1', value: '-9223372036854775808m' }),
      ['broken', 'asr_active_requests of asr-1 is -9223372036854775808m', null],
    ],
    ['is refused', refused(404, 'not found'), ['broken', 'asr_active_requests: 404 not found', null]],
    ['meets no Prometheus', refused(500, 'timeout'), ['broken', 'asr_active_requests: 500 timeout', null]],
  ])('%s', (_, change, expected) => expect(seen(10, change)).toEqual(expected));

  it('warns of an external query over all namespaces (T33)', () => {
    const name = 'asr_replicas';
    const rule = {
      seriesQuery: 'kube_deployment_status_replicas',
      resources: { overrides: { namespace: { resource: 'namespace' } } },
      name: { as: name },
      metricsQuery: 'sum(kube_deployment_status_replicas)',
    };
    expect(
      advice(10, {
        subject: {
          ...SUBJECT,
          exposed: [],
          wanted: [{ kind: 'external', name, series: rule.seriesQuery, selector: null }],
        },
        adapter: known({ from: 'cluster', config: { externalRules: [rule] } }),
        series: known([{ name: rule.seriesQuery, elements: [{ labels: {}, ageSeconds: 20 }] }]),
        metricApis: known([{ group: 'external.metrics.k8s.io', available: true, message: '', listed: [name] }]),
        values: known([{ metric: name, path: '/', answer: { kind: 'values', items: [{ object: name, value: '3' }] } }]),
      }),
    ).toEqual([`T33: the query of ${name} ignores <<.LabelMatchers>>: it sums over all namespaces`]);
  });
});

describe('rung 14, the cost', () => {
  const samples = (count: number, sampleLimit = 0): Partial<Facts> => ({
    prometheus: known({
      ...PROMETHEUS,
      jobs: [{ name: TARGET.job, sampleLimit }],
      samples: [{ pod: 'asr-1', job: TARGET.job, samples: count }],
    }),
  });
  it.each<Row>([
    [
      'is small',
      {},
      [
        'ok',
        'at most 20 series per target, 10.0 samples/s of these pods; 40000 series in the head, most of apiserver_request_duration_seconds_bucket 14000',
      ],
    ],
    ['is near its limit (T26)', samples(90, 100), ['broken', 'asr-1: 90 of at most 100 samples', 'T26']],

    ['is too much (T26)', samples(1001), ['broken', 'asr-1: 1001 series', 'T26']],
    ['is near its timeout (A8)', target({ durationSeconds: 1.9 }), ['broken', 'asr-1: 1.90 s of 2 s', 'A8']],
    [
      'was not counted',
      { prometheus: known({ ...PROMETHEUS, samples: [] }) },
      ['unknown', 'no scrape of the pods has been counted yet'],
    ],
  ])('%s', (_, change, expected) => expect(seen(14, change)).toEqual(expected));
});
