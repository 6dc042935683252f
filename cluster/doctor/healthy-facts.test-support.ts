// Facts of a small cluster where every rung holds: one pod of lightning-asr in namespace asr, scraped every 2 s. And what
// the ladder says when some of them are changed.

import type { Facts, HpaFacts, PodFacts, PrometheusFacts, Subject, TargetFacts, WorkloadFacts } from './facts.ts';
import { known } from './facts.ts';
import type { BrokenStep } from './ladder.ts';
import { climb } from './ladder.ts';

export const SUBJECT: Subject = {
  origin: 'manifests',
  namespace: 'asr',
  workload: 'lightning-asr',
  hpa: 'lightning-asr',
  wanted: [{ kind: 'pods', name: 'asr_active_requests', series: 'asr_active_requests', selector: null }],
  exposed: ['asr_active_requests'],
  ruleGroups: ['asr.rules'],
  recorded: ['asr:requests:rate5m'],
  seriesLimit: 1000,
};

export const WORKLOAD: WorkloadFacts = {
  name: 'lightning-asr',
  replicas: 1,
  selector: { app: 'lightning-asr' },
  podLabels: { app: 'lightning-asr' },
  paused: false,
  ports: [{ name: 'metrics', containerPort: 9090 }],
  gpusPerPod: 1,
  trouble: null,
};

export const POD: PodFacts = { name: 'asr-1', ip: '10.1.0.1', phase: 'Running', ready: true, reason: '', restarts: 0 };

export const TARGET: TargetFacts = {
  job: 'serviceMonitor/asr/lightning-asr/0',
  url: 'http://10.1.0.1:9090/metrics',
  pod: 'asr-1',
  health: 'up',
  lastError: '',
  ageSeconds: 1.2,
  durationSeconds: 0.01,
  intervalSeconds: 2,
  timeoutSeconds: 2,
};

export const PROMETHEUS: PrometheusFacts = {
  version: '3.16.0',
  jobs: [{ name: 'serviceMonitor/asr/lightning-asr/0', sampleLimit: 0 }],
  targets: [TARGET],
  targetCount: 7,
  headSeries: 40_000,
  largest: [{ name: 'apiserver_request_duration_seconds_bucket', series: 14_000 }],
  samples: [{ pod: 'asr-1', job: 'serviceMonitor/asr/lightning-asr/0', samples: 20 }],
};

export const HPA: HpaFacts = {
  name: 'lightning-asr',
  target: { kind: 'Deployment', name: 'lightning-asr' },
  min: 1,
  max: 10,
  current: 1,
  metrics: [
    {
      type: 'Pods',
      pods: { metric: { name: 'asr_active_requests' }, target: { type: 'AverageValue', averageValue: '4' } },
    },
  ],
  read: [{ name: 'asr_active_requests', value: '2' }],
  conditions: [
    { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: '' },
    { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: '' },
    { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange', message: '' },
  ],
};

export const ADAPTER_RULE = {
  seriesQuery: 'asr_active_requests{namespace!="",pod!=""}',
  resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
  metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
};

export const HEALTHY: Facts = {
  subject: SUBJECT,
  doors: { kubectl: 'kubectl', prometheus: { kind: 'address', at: 'http://prometheus:9090' } },
  api: known({ server: 'https://10.0.0.1', version: 'v1.37.2', namespaceExists: true, forbidden: [] }),
  deployments: known([WORKLOAD]),
  elsewhere: [],
  pods: known([POD]),
  pages: known([
    {
      pod: 'asr-1',
      port: 9090,
      path: '/metrics',
      how: 'through the API server',
      at: '/api/v1/namespaces/asr/pods/asr-1:9090/proxy/metrics',
      answer: {
        kind: 'page',
        names: ['asr_active_requests', 'asr_requests_total'],
        samples: 20,
        reservedLabels: [],
      },
    },
  ]),
  services: known([
    {
      name: 'lightning-asr-metrics',
      namespace: 'asr',
      labels: { app: 'lightning-asr', metrics: 'true' },
      selector: { app: 'lightning-asr' },
      ports: [{ name: 'metrics', port: 9090, targetPort: 'metrics' }],
    },
  ]),
  monitoring: known({
    from: 'cluster',
    monitors: [
      {
        kind: 'ServiceMonitor',
        name: 'lightning-asr',
        namespace: 'asr',
        labels: { release: 'stack' },
        spec: { selector: { matchLabels: { app: 'lightning-asr', metrics: 'true' } } },
        endpoints: [{ port: 'metrics', path: '/metrics' }],
      },
    ],
    prometheuses: [
      {
        name: 'stack',
        namespace: 'monitoring',
        monitors: { selector: { matchLabels: { release: 'stack' } }, namespaces: {} },
        podMonitors: { selector: null, namespaces: null },
      },
    ],
    namespaces: { asr: {}, monitoring: {} },
  }),
  prometheus: known(PROMETHEUS),
  series: known([
    { name: 'asr_active_requests', elements: [{ labels: { namespace: 'asr', pod: 'asr-1' }, ageSeconds: 1.2 }] },
  ]),
  rules: known([
    {
      group: 'asr.rules',
      name: 'asr:requests:rate5m',
      query: 'rate(asr_requests_total[5m])',
      health: 'ok',
      lastError: '',
    },
  ]),
  adapter: known({ from: 'cluster', config: { rules: [ADAPTER_RULE] } }),
  metricApis: known([
    {
      group: 'custom.metrics.k8s.io',
      available: true,
      message: 'all checks passed',
      listed: ['pods/asr_active_requests', 'namespaces/asr_active_requests'],
    },
  ]),
  values: known([
    {
      metric: 'asr_active_requests',
      path: '/apis/custom.metrics.k8s.io/v1beta1/namespaces/asr/pods/*/asr_active_requests',
      answer: { kind: 'values', items: [{ object: 'asr-1', value: '2' }] },
    },
  ]),
  hpas: known([HPA]),
  nodes: known([{ name: 'gpu-1', ready: true, schedulable: true, gpus: 1 }]),
};

/** What a fact holds, to change it in a test. */
export const valueOf = <K extends keyof Facts>(
  key: K,
): Facts[K] extends { readonly kind: string } ? Extract<Facts[K], { readonly kind: 'known' }>['value'] : never => {
  const fact = HEALTHY[key] as { readonly kind: string; readonly value?: unknown };
  if (fact.kind !== 'known') throw new Error(`${key} is not known`);
  return fact.value as never;
};

/** Of rung `number`: its state, with what was found and, when broken, the trap. */
export const seen = (number: number, change: Partial<Facts>): readonly (string | null)[] => {
  const step = climb({ ...HEALTHY, ...change })[number - 1]!;
  if (step.state === 'not-checked') return ['not-checked', step.because.join()];
  return step.state === 'broken' ? ['broken', step.found, step.cause.trap] : [step.state, step.found];
};
export const advice = (number: number, change: Partial<Facts>): readonly string[] => {
  const step = climb({ ...HEALTHY, ...change })[number - 1]!;
  return step.state === 'not-checked' ? [] : step.advice;
};
export const fixOf = (number: number, change: Partial<Facts>): string =>
  (climb({ ...HEALTHY, ...change })[number - 1] as BrokenStep).cause.fix;
