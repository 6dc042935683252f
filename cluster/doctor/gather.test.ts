import { describe, expect, it } from 'vitest';
import { cannedCluster } from './cluster.test-support.ts';
import type { DoctorQuestion } from './gather.ts';
import { gatherFacts } from './gather.ts';
import { climb, firstBroken } from './ladder.ts';
import { pageFacts } from './read-pages.ts';

const gather = (changes: Readonly<Record<string, unknown>> = {}, question: Partial<DoctorQuestion> = {}) =>
  gatherFacts({
    api: cannedCluster(changes),
    platform: null,
    namespace: null,
    prometheus: null,
    kubectl: 'kubectl',
    seriesLimit: 1000,
    patienceMillis: 1000,
    ...question,
  });

describe('a cluster with an operator, and no word of what is expected', () => {
  it('is read by GET alone, Prometheus and pods through the API server, and holds', async () => {
    const facts = await gather();
    expect(facts.subject).toEqual({
      origin: 'cluster',
      namespace: 'asr',
      workload: 'lightning-asr',
      hpa: 'lightning-asr',
      wanted: [{ kind: 'pods', name: 'asr_load', series: 'asr_active_requests', selector: null }],
      exposed: ['asr_active_requests'],
      ruleGroups: ['asr.rules'],
      recorded: ['asr:rate'],
      seriesLimit: 1000,
    });
    expect(facts.doors.prometheus).toEqual({
      kind: 'proxy',
      at: '/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy',
    });
    expect(facts.pods).toEqual({
      kind: 'known',
      value: [{ name: 'asr-1', ip: '10.1.0.1', phase: 'Running', ready: true, reason: '', restarts: 0 }],
    });
    expect(facts.pages).toEqual({
      kind: 'known',
      value: [
        {
          pod: 'asr-1',
          port: 9090,
          path: '/metrics',
          how: 'through the API server',
          at: '/api/v1/namespaces/asr/pods/asr-1:9090/proxy/metrics',
          answer: {
            kind: 'page',
            names: ['asr_active_requests', 'asr_seconds_bucket'],
            samples: 2,
            reservedLabels: ['pod'],
          },
        },
      ],
    });
    expect(facts.prometheus).toEqual({
      kind: 'known',
      value: {
        version: '3.16.0',
        jobs: [{ name: 'serviceMonitor/asr/lightning-asr/0', sampleLimit: 500 }],
        targets: [
          {
            job: 'serviceMonitor/asr/lightning-asr/0',
            url: 'http://10.1.0.1:9090/metrics',
            pod: 'asr-1',
            health: 'up',
            lastError: '',
            ageSeconds: 1.5,
            durationSeconds: 0.01,
            intervalSeconds: 2,
            timeoutSeconds: 2,
          },
        ],
        targetCount: 1,
        headSeries: 7,
        largest: [],
        samples: [{ pod: 'asr-1', job: 'serviceMonitor/asr/lightning-asr/0', samples: 2 }],
      },
    });
    expect(climb(facts).map(({ state }) => state)).toEqual(Array.from({ length: 14 }, () => 'ok'));
  });
});

describe('what cannot be read', () => {
  it('is unknown with its reason, and breaks nothing', async () => {
    const facts = await gather({ '/api/v1/nodes': 403, '/api/v1/services': 403 });
    expect(facts.nodes).toEqual({ kind: 'unknown', why: '403 says 403' });
    expect(facts.prometheus).toEqual({
      kind: 'unknown',
      why: 'no Service of a Prometheus was found: give --prometheus URL',
    });
    expect(facts.api).toMatchObject({ value: { forbidden: ['nodes', 'services'] } });
    expect(firstBroken(climb(facts))).toBeNull();
  });

  it('is waited for no longer than patience', async () => {
    const never = { server: 'https://10.0.0.1', raw: () => new Promise<never>(() => undefined) };
    const facts = await gather({}, { api: never, patienceMillis: 20 });
    expect(facts.api).toEqual({ kind: 'unknown', why: 'no answer to GET /version within 0.02 s' });
  });
});

it('looks for the Deployment in other namespaces when this one has none', async () => {
  const there = { items: [{ metadata: { name: 'lightning-asr', namespace: 'speech' } }] };
  const facts = await gather({
    '/apis/autoscaling/v2/horizontalpodautoscalers': { items: [] },
    '/api/v1/namespaces/default': {},
    '/apis/apps/v1/namespaces/default/deployments': { items: [] },
    '/apis/apps/v1/deployments?fieldSelector=metadata.name%3Dlightning-asr': there,
  });
  expect(facts.subject.namespace).toBe('default');
  expect(firstBroken(climb(facts))).toMatchObject({
    number: 2,
    found: 'no Deployment lightning-asr in default; there: none; one is in speech',
    cause: { trap: 'T12' },
  });
});

it('takes an answer without a sample for no page of metrics', () => {
  expect(pageFacts('<html>hello</html>')).toEqual({
    kind: 'refused',
    why: 'answers without a sample: <html>hello</html>',
  });
});
