// A small world for tests of the whole circle: the vendor's shape (Pods metric, target 4, 2 s scrapes, 15 s syncs) with
// fixed delays, so that instants can be told by hand. Takes what a test varies.

import {
  exampleDeployment,
  exampleHpa,
  examplePlatform,
  exampleProbe,
} from '../model/example-platform.test-support.ts';
import type { MetricSpec } from '../model/kubernetes-hpa.ts';
import type { Platform } from '../model/platform.ts';
import type { Schedule } from '../model/schedule.ts';
import { scheduleFromRows } from '../model/schedule.ts';
import { millis, seconds } from '../model/units.ts';
import type { Scenario } from '../scenarios/scenario.ts';

const fixed = (value: number) => ({ kind: 'fixed', value }) as const;

const LABELS = { app: 'asr' };

export const ACTIVE_REQUESTS: MetricSpec = {
  type: 'Pods',
  pods: { metric: { name: 'asr_active_requests' }, target: { type: 'AverageValue', averageValue: '4' } },
};

const DEPLOYMENT = exampleDeployment({
  namespace: 'speech',
  selector: LABELS,
  podLabels: LABELS,
  ports: [{ name: 'metrics', containerPort: 9090 }],
  readiness: exampleProbe(5, { initialDelay: seconds(10) }),
});

export const smallPlatform = (scrapeInterval = '2s', metric: MetricSpec = ACTIVE_REQUESTS): Platform =>
  examplePlatform(DEPLOYMENT, {
    hpa: exampleHpa(DEPLOYMENT, {
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [metric],
      behavior: {
        scaleUp: { policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
        scaleDown: {
          stabilizationWindowSeconds: 60,
          policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
        },
      },
    }),
    services: [
      {
        name: 'asr-metrics',
        namespace: 'speech',
        labels: LABELS,
        selector: LABELS,
        ports: [{ name: 'metrics', port: 9090, targetPort: 'metrics' }],
      },
    ],
    monitors: [
      {
        kind: 'ServiceMonitor',
        name: 'asr',
        namespace: 'speech',
        labels: {},
        spec: { selector: { matchLabels: LABELS } },
        endpoints: [{ port: 'metrics', interval: scrapeInterval }],
      },
    ],
    adapter: {
      config: {
        rules: [
          {
            seriesQuery: 'asr_active_requests',
            resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
            metricsQuery: 'asr_active_requests{<<.LabelMatchers>>}',
          },
        ],
        externalRules: [
          {
            seriesQuery: 'asr_active_sum',
            resources: { namespaced: false, overrides: { namespace: { resource: 'namespace' } } },
            metricsQuery: 'max(asr_active_sum)',
          },
          {
            seriesQuery: 'kube_deployment_status_replicas{deployment="asr"}',
            name: { as: 'asr_replica_count' },
            resources: { overrides: { namespace: { resource: 'namespace' } } },
            metricsQuery: 'sum(kube_deployment_status_replicas{deployment="asr"})',
          },
        ],
      },
      relistInterval: seconds(60),
      maxAge: seconds(60),
    },
  });

export const smallScenario = (change: Partial<Scenario> = {}): Scenario => ({
  name: 'small',
  question: 'does the circle close?',
  seed: 1,
  duration: seconds(600),
  warmup: seconds(0),
  epochMillis: 1_700_000_000_000,
  traffic: [],
  platform: { manifests: [], set: {} },
  service: {
    calibration: 'pulse-pro-l40s',
    gpu: 'L40S',
    cap: null,
    balancer: 'least-requests',
    queueAt: 'front',
    queueLimit: null,
    timeout: null,
    retries: null,
    metricsWhileLoading: false,
    healthWhileLoading: true,
    countStreamsAsRequests: false,
  },
  startup: {
    containerStart: fixed(2),
    imagePull: fixed(0),
    modelLoad: { kind: 'lognormal', median: 20, sigma: 0.25 },
  },
  nodes: {
    gpusPerNode: 1,
    warm: 6,
    min: 6,
    max: 6,
    provision: fixed(120),
    scan: seconds(10),
    idleRemove: seconds(600),
    pricePerHour: 1,
    billingQuantum: seconds(60),
  },
  controlPlane: {
    scrapeDuration: fixed(0.005),
    adapterQuery: fixed(0.009),
    getScale: fixed(0.002),
    putScale: fixed(0.003),
    replicaSet: fixed(0.005),
    schedule: fixed(0.006),
    endpoints: fixed(0.013),
    hpaPhase: seconds(5),
  },
  faults: [],
  objectives: [],
  prices: { storagePerGbMonth: 0.08, perMissedRequest: 0.01, source: 'test' },
  ...change,
});

/** Evenly spaced requests of 50 s of audio, in stretches [from, to) at a rate per second. */
export const stretches = (
  durationSeconds: number,
  rates: readonly (readonly [from: number, to: number, perSecond: number])[],
): Schedule => {
  const offsets = rates
    .flatMap(([from, to, perSecond]) =>
      Array.from({ length: Math.round((to - from) * perSecond) }, (_, i) => 1000 * (from + i / perSecond)),
    )
    .sort((a, b) => a - b);
  return scheduleFromRows(
    offsets.map((at, index) => ({
      index,
      offsetMillis: millis(at),
      stream: 'calls',
      kind: 'short' as const,
      audioSeconds: seconds(50),
      seed: index,
    })),
    millis(durationSeconds * 1000),
  );
};
