// A small question for live tests: one Deployment with the vendor's HPA shape, a 2 s ServiceMonitor, a raw adapter rule,
// fixed start-up delays. Takes what a test wants to vary; gives scenario and platform.

import {
  exampleDeployment,
  exampleHpa,
  examplePlatform,
  exampleProbe,
  examplePrometheus,
} from '../../model/example-platform.test-support.ts';
import type { Platform } from '../../model/platform.ts';
import type { Schedule, ScheduleRow } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { stream } from '../../model/rng.ts';
import { millis, seconds } from '../../model/units.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { smallScenario as simulatedScenario } from '../../sim/small-world.test-support.ts';

const fixed = (value: number) => ({ kind: 'fixed', value }) as const;

const LABELS = { app: 'lightning-asr' };

const DEPLOYMENT = exampleDeployment({
  name: 'lightning-asr',
  namespace: 'smallest',
  selector: LABELS,
  podLabels: LABELS,
  container: 'lightning-asr',
  image: 'emulated',
  ports: [{ name: 'metrics', containerPort: 9090 }],
  readiness: exampleProbe(2, { failureThreshold: 20 }),
});

export const smallPlatform = (maxReplicas: number): Platform =>
  examplePlatform(DEPLOYMENT, {
    hpa: exampleHpa(DEPLOYMENT, {
      minReplicas: 1,
      maxReplicas,
      metrics: [
        {
          type: 'Pods',
          pods: { metric: { name: 'asr_active_requests' }, target: { type: 'AverageValue', averageValue: '4' } },
        },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 5 }] },
        scaleDown: { stabilizationWindowSeconds: 10, policies: [{ type: 'Percent', value: 50, periodSeconds: 5 }] },
      },
    }),
    services: [
      {
        name: 'lightning-asr-metrics',
        namespace: 'smallest',
        labels: { app: 'lightning-asr', metrics: 'true' },
        selector: LABELS,
        ports: [{ name: 'metrics', port: 9090, targetPort: 9090 }],
      },
    ],
    monitors: [
      {
        kind: 'ServiceMonitor',
        name: 'lightning-asr',
        namespace: 'smallest',
        labels: {},
        spec: { selector: { matchLabels: { app: 'lightning-asr', metrics: 'true' } } },
        endpoints: [{ port: 'metrics', interval: '1s', path: '/metrics' }],
      },
    ],
    prometheus: examplePrometheus({
      version: '3',
      scrapeInterval: seconds(1),
      scrapeTimeout: seconds(1),
      evaluationInterval: seconds(5),
      retention: seconds(86_400),
    }),
    adapter: {
      config: {
        rules: [
          {
            seriesQuery: 'asr_active_requests{namespace!="",pod!=""}',
            resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
            metricsQuery: 'asr_active_requests{<<.LabelMatchers>>}',
          },
        ],
      },
      relistInterval: seconds(60),
      maxAge: seconds(60),
    },
    controller: { version: '1.37', syncPeriod: seconds(5), tolerance: 0.1, downscaleStabilization: seconds(10) },
  });

/** The simulator's small scenario with quick pods, nodes that come late, and pages that answer while a model loads. */
export const smallScenario = (seed: number, durationSeconds: number, change: Partial<Scenario> = {}): Scenario => {
  const { service, startup, nodes, controlPlane, ...rest } = simulatedScenario();
  return {
    ...rest,
    question: 'does the fleet follow a step?',
    seed,
    duration: seconds(durationSeconds),
    service: { ...service, cap: 16, metricsWhileLoading: true },
    startup: { ...startup, modelLoad: fixed(2) },
    nodes: { ...nodes, warm: 4, min: 1, max: 4, provision: fixed(20), billingQuantum: seconds(60) },
    controlPlane: { ...controlPlane, hpaPhase: seconds(2) },
    prices: { storagePerGbMonth: 0.1, perMissedRequest: 0.01, source: 'test' },
    ...change,
  };
};

/** Poisson arrivals at one rate; audio lengths exponential. */
export const poissonSchedule = (
  seed: number,
  durationSeconds: number,
  perSecond: number,
  meanAudioSeconds: number,
): Schedule => {
  const { uniform } = stream(seed, 'arrivals');
  const rows: ScheduleRow[] = [];
  for (let at = 0; ;) {
    at += (-Math.log(1 - uniform()) / perSecond) * 1000;
    if (at >= durationSeconds * 1000) break;
    const audioSeconds = seconds(Math.max(0.5, -Math.log(1 - uniform()) * meanAudioSeconds));
    rows.push({
      index: rows.length,
      offsetMillis: millis(at),
      stream: 'calls',
      kind: 'short',
      audioSeconds,
      seed: rows.length + 1,
    });
  }
  return scheduleFromRows(rows, millis(durationSeconds * 1000));
};
