// An API server of canned answers with an operator, a Prometheus behind its Service proxy and an adapter. Takes changes of
// single paths; what it has no answer for is 404.

import type { KubeClient } from '../kube/client.ts';
import { ADAPTER_RULE } from './healthy-facts.test-support.ts';

type Json = Readonly<Record<string, unknown>>;
const PROXY = '/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy';
const NOW = 1_800_000_000;
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta1';

const items = (...all: Json[]): Json => ({ metadata: { resourceVersion: '1' }, items: all });
const data = (value: unknown): Json => ({ status: 'success', data: value });
const vector = (...all: readonly (readonly [labels: Json, value: string])[]): Json =>
  data({ resultType: 'vector', result: all.map(([metric, value]) => ({ metric, value: [NOW, value] })) });
const query = (text: string): string => `${PROXY}/api/v1/query?query=${encodeURIComponent(text)}`;

const LABELS = { app: 'lightning-asr' };
const TARGET_LABELS = { namespace: 'asr', pod: 'asr-1', instance: '10.1.0.1:9090', job: 'lightning-asr-metrics' };
const JOB = 'serviceMonitor/asr/lightning-asr/0';

export const PAGE = '# TYPE asr_active_requests gauge\nasr_active_requests 2\nasr_seconds_bucket{le="1",pod="x"} 3\n';

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/version': { gitVersion: 'v1.34.1' },
  '/api/v1/namespaces/asr': {},
  '/api/v1/namespaces': items({ metadata: { name: 'asr' } }, { metadata: { name: 'monitoring' } }),
  '/apis/apps/v1/namespaces/asr/deployments': items({
    metadata: { name: 'lightning-asr', namespace: 'asr' },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          containers: [
            { ports: [{ name: 'metrics', containerPort: 9090 }], resources: { limits: { 'nvidia.com/gpu': '1' } } },
          ],
        },
      },
    },
  }),
  '/api/v1/namespaces/asr/pods?labelSelector=app%3Dlightning-asr': items(
    {
      metadata: { name: 'asr-1' },
      status: { phase: 'Running', podIP: '10.1.0.1', conditions: [{ type: 'Ready', status: 'True' }] },
    },
    { metadata: { name: 'asr-0', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } },
  ),
  '/api/v1/namespaces/asr/pods/asr-1:9090/proxy/metrics': PAGE,
  '/api/v1/namespaces/asr/services': items({
    metadata: { name: 'lightning-asr-metrics', namespace: 'asr', labels: { ...LABELS, metrics: 'true' } },
    spec: { selector: LABELS, ports: [{ name: 'metrics', port: 9090 }] },
  }),
  '/api/v1/services': items(
    { metadata: { name: 'other', namespace: 'asr' }, spec: { ports: [{ port: 80 }] } },
    {
      metadata: { name: 'prometheus-operated', namespace: 'monitoring' },
      spec: { selector: { 'app.kubernetes.io/name': 'prometheus' }, ports: [{ name: 'http-web', port: 9090 }] },
    },
  ),
  '/apis/autoscaling/v2/horizontalpodautoscalers': items({
    metadata: { name: 'lightning-asr', namespace: 'asr' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'lightning-asr' }, maxReplicas: 4, metrics: [] },
  }),
  '/apis/autoscaling/v2/namespaces/asr/horizontalpodautoscalers': items({
    metadata: { name: 'lightning-asr', namespace: 'asr' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'lightning-asr' },
      minReplicas: 1,
      maxReplicas: 4,
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'asr_load' }, target: { type: 'AverageValue', averageValue: '4' } } },
      ],
    },
    status: {
      currentReplicas: 1,
      conditions: [{ type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' }],
      currentMetrics: [{ type: 'Pods', pods: { metric: { name: 'asr_load' }, current: { averageValue: '2' } } }],
    },
  }),
  '/api/v1/nodes': items({
    metadata: { name: 'gpu-1' },
    status: { allocatable: { 'nvidia.com/gpu': '1' }, conditions: [{ type: 'Ready', status: 'True' }] },
  }),
  '/apis/monitoring.coreos.com/v1/servicemonitors': items({
    metadata: { name: 'lightning-asr', namespace: 'asr', labels: { release: 'stack' } },
    spec: { selector: { matchLabels: LABELS }, endpoints: [{ port: 'metrics' }] },
  }),
  '/apis/monitoring.coreos.com/v1/podmonitors': items(),
  '/apis/monitoring.coreos.com/v1/prometheuses': items({
    metadata: { name: 'stack', namespace: 'monitoring' },
    spec: { serviceMonitorSelector: {}, serviceMonitorNamespaceSelector: {} },
  }),
  '/apis/monitoring.coreos.com/v1/namespaces/asr/prometheusrules': items({
    metadata: { name: 'asr' },
    spec: { groups: [{ name: 'asr.rules', rules: [{ record: 'asr:rate' }] }] },
  }),
  '/api/v1/configmaps?labelSelector=app.kubernetes.io%2Fname%3Dprometheus-adapter': items({
    metadata: { name: 'adapter' },
    data: { 'config.yaml': `rules: [${JSON.stringify({ ...ADAPTER_RULE, name: { as: 'asr_load' } })}]` },
  }),
  '/apis/apiregistration.k8s.io/v1/apiservices': items({
    metadata: { name: 'v1beta1.custom.metrics.k8s.io' },
    spec: { group: 'custom.metrics.k8s.io', version: 'v1beta1' },
    status: { conditions: [{ type: 'Available', status: 'True', message: 'all checks passed' }] },
  }),
  [CUSTOM]: { resources: [{ name: 'pods/asr_load' }] },
  [`${CUSTOM}/namespaces/asr/pods/*/asr_load?labelSelector=app%3Dlightning-asr`]: {
    items: [{ describedObject: { name: 'asr-1' }, value: '2' }],
  },
  [`${PROXY}/api/v1/targets?state=active`]: data({
    activeTargets: [
      {
        discoveredLabels: {},
        labels: TARGET_LABELS,
        scrapePool: JOB,
        scrapeUrl: 'http://10.1.0.1:9090/metrics',
        lastError: '',
        lastScrape: new Date(NOW * 1000 - 1500).toISOString(),
        lastScrapeDuration: 0.01,
        health: 'up',
        scrapeInterval: '2s',
        scrapeTimeout: '2s',
      },
    ],
  }),
  [query('time()')]: data({ resultType: 'scalar', result: [NOW, String(NOW)] }),
  [`${PROXY}/api/v1/status/buildinfo`]: data({ version: '3.16.0' }),
  [`${PROXY}/api/v1/status/config`]: data({ yaml: `scrape_configs: [{job_name: ${JOB}, sample_limit: 500}]` }),
  [`${PROXY}/api/v1/status/tsdb`]: data({ headStats: { numSeries: 7 }, seriesCountByMetricName: [] }),
  [query('scrape_samples_post_metric_relabeling{namespace="asr"}')]: vector([TARGET_LABELS, '2']),
  [query('timestamp({__name__="asr_active_requests"})')]: vector([TARGET_LABELS, String(NOW - 1.5)]),
  [`${PROXY}/api/v1/rules`]: data({
    groups: [{ name: 'asr.rules', rules: [{ name: 'asr:rate', query: 'sum(asr_active_requests)', health: 'ok' }] }],
  }),
};

/** `status` in place of an answer: that status with a message, as the API gives it. */
export const cannedCluster = (changes: Readonly<Record<string, unknown>> = {}): Pick<KubeClient, 'raw' | 'server'> => ({
  server: 'https://10.0.0.1',
  raw: (method, path) => {
    if (method !== 'GET') throw new Error(`the doctor writes: ${method} ${path}`);
    const answer = path in changes ? changes[path] : ANSWERS[path];
    if (answer === undefined) return Promise.resolve({ status: 404, text: '{"message":"not found"}' });
    if (typeof answer === 'number')
      return Promise.resolve({ status: answer, text: JSON.stringify({ message: `says ${answer}` }) });
    return Promise.resolve({ status: 200, text: typeof answer === 'string' ? answer : JSON.stringify(answer) });
  },
});
