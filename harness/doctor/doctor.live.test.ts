// Every rung is broken once on a real bare cluster, and the doctor has to name exactly that one.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { componentsFor, missingPrograms } from '../../cluster/bare/programs.ts';
import type { Facts } from '../../cluster/doctor/facts.ts';
import type { Step } from '../../cluster/doctor/ladder.ts';
import { climb, firstBroken } from '../../cluster/doctor/ladder.ts';
import type { KubeClient } from '../../cluster/kube/client.ts';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import type { BareCluster } from '../replay/replay-bare-cluster.ts';
import {
  doctorPlatform,
  factsOf,
  prometheusFile,
  reconfigurePrometheus,
  restartAdapter,
  startDoctorWorld,
} from './doctor-world.test-support.ts';

const platform = doctorPlatform();
const missing = await missingPrograms(platform.controller.version, process.env, componentsFor(false));
if (missing !== null) console.log(`the doctor is not tried on a cluster: ${missing}`);

const PATIENCE_MILLIS = 40_000;
const NAMESPACE = '/api/v1/namespaces/smallest';
const SERVICE = `${NAMESPACE}/services/lightning-asr-metrics`;
const SCALE = '/apis/apps/v1/namespaces/smallest/deployments/lightning-asr/scale';
const HPAS = '/apis/autoscaling/v2/namespaces/smallest/horizontalpodautoscalers';
const HPA = `${HPAS}/lightning-asr`;

let cluster: BareCluster;
let api: KubeClient;
let prometheusYaml: string;

const brokenNumbers = (steps: readonly Step[]): number[] =>
  steps.filter(({ state }) => state === 'broken').map(({ number }) => number);

/** Climbs again and again until the steps are as wanted; what it takes is printed by the test. */
const climbUntil = async (wanted: (steps: readonly Step[]) => boolean): Promise<readonly Step[]> => {
  const from = performance.now();
  for (;;) {
    const steps = climb(await factsOf(cluster, api, platform));
    if (wanted(steps) || performance.now() - from > PATIENCE_MILLIS) return steps;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

const states = (steps: readonly Step[]): string[] => steps.map(({ number, state }) => `${number} ${state}`);
const ALL_OK = Array.from({ length: 14 }, (_, index) => `${index + 1} ok`);

interface Break {
  readonly name: string;
  /** The rungs that are broken, first one first. */
  readonly rungs: readonly number[];
  readonly trap: string | null;
  readonly found: RegExp;
  readonly does: () => Promise<unknown>;
  readonly mends: () => Promise<unknown>;
}

const refuseScrapes = (refuse: boolean): Promise<void> => {
  cluster.kubelet.refuseScrapes(cluster.kubelet.oldestReady!.ordinal, refuse);
  return Promise.resolve();
};
const restorePrometheus = (): Promise<void> => reconfigurePrometheus(cluster, prometheusYaml, () => undefined);
const restoreHpa = (): Promise<unknown> => api.patch(HPA, { spec: platform.hpa!.spec });
const servicePort = (port: object): Promise<unknown> =>
  api.patch(SERVICE, { spec: { ports: [{ name: 'metrics', port: 9090, targetPort: 9090, ...port }] } });
const serviceLabel = (metrics: string): Promise<unknown> => api.patch(SERVICE, { metadata: { labels: { metrics } } });
const sampleLimit = (limit: number): Promise<void> =>
  reconfigurePrometheus(cluster, prometheusYaml, (_, job) => {
    job['sample_limit'] = limit;
  });
const SAMPLES = 22;

const BREAKS: readonly Break[] = [
  {
    name: 'a page that is refused',
    rungs: [3],
    trap: 'T8',
    found: /^no metrics from 1 of 1 pods: .*:9090\/metrics /,
    does: () => refuseScrapes(true),
    mends: () => refuseScrapes(false),
  },
  {
    name: 'a Service port with another name',
    rungs: [4],
    trap: null,
    found: /^lightning-asr-metrics http-metrics 9090→9090$/,
    does: () => servicePort({ name: 'http-metrics' }),
    mends: () => servicePort({}),
  },
  {
    name: 'a Service that leads to the port of the guide',
    rungs: [4],
    trap: 'T8',
    found: /^no port leads there: lightning-asr-metrics metrics 9090→2269$/,
    does: () => servicePort({ targetPort: 2269 }),
    mends: () => servicePort({}),
  },
  {
    name: 'a label of the Service that the monitor does not select',
    rungs: [5],
    trap: 'T38',
    found:
      /^ServiceMonitor lightning-asr wants app=lightning-asr,metrics=true; .* has app=lightning-asr,metrics=false$/,
    does: () => serviceLabel('false'),
    mends: () => serviceLabel('true'),
  },
  {
    name: 'a monitor that did not reach Prometheus',
    rungs: [5],
    trap: null,
    found: /^Prometheus has no job serviceMonitor\/smallest\/lightning-asr\/0; its jobs: none$/,
    does: () =>
      reconfigurePrometheus(cluster, prometheusYaml, (config) => {
        config['scrape_configs'] = [];
      }),
    mends: restorePrometheus,
  },
  {
    name: 'a scrape that fails at its sample limit',
    rungs: [6],
    trap: 'T26',
    found: /^1 of 1 down: http:\/\/127\..*: sample limit exceeded$/,
    does: () => sampleLimit(5),
    mends: restorePrometheus,
  },
  {
    name: 'series without the label pod',
    rungs: [7],
    trap: 'T5',
    found: /^asr_active_requests\{.*namespace="smallest"/,
    does: () =>
      reconfigurePrometheus(cluster, prometheusYaml, (_, job) => {
        // Under its own name a job would leave the labelled series to answer for five minutes.
        job['job_name'] = 'asr';
        job['metric_relabel_configs'] = [{ action: 'labeldrop', regex: 'pod' }];
      }),
    mends: restorePrometheus,
  },
  {
    name: 'a rule file that is not loaded',
    rungs: [8],
    trap: 'T1',
    found: /^not loaded: asr; loaded: none$/,
    does: () =>
      reconfigurePrometheus(cluster, prometheusYaml, (config) => {
        config['rule_files'] = [];
      }),
    mends: restorePrometheus,
  },
  {
    name: 'an HPA whose target does not exist',
    rungs: [11],
    trap: null,
    found: /^lightning-asr: Deployment\/lightning-asrr, 1 to 4; there is no such Deployment in smallest$/,
    does: () =>
      api.patch(HPA, {
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'lightning-asrr' } },
      }),
    mends: restoreHpa,
  },
  {
    name: 'a second HPA on the same target',
    rungs: [11],
    trap: null,
    found: /^2 HPAs: lightning-asr, rival/,
    does: () =>
      api.create(HPAS, {
        metadata: { name: 'rival' },
        spec: { ...platform.hpa!.spec, minReplicas: 1, maxReplicas: 2 },
      }),
    mends: () => api.remove(`${HPAS}/rival`),
  },
  {
    name: 'an HPA with a wrong metric name',
    rungs: [12],
    trap: null,
    found: /^FailedGetPodsMetric: .*asr_active_request/,
    does: () => {
      const [metric] = platform.hpa!.spec.metrics!;
      const pods = { ...metric!.pods, metric: { name: 'asr_active_request' } };
      return api.patch(HPA, { spec: { metrics: [{ ...metric, pods }] } });
    },
    mends: restoreHpa,
  },
  {
    name: 'a pod that finds no card',
    rungs: [13],
    trap: null,
    found: /^1 pods pending; 1 of 1 nodes usable, 1 cards; Unschedulable: .*Insufficient nvidia\.com\/gpu/,
    does: () => api.patch(HPA, { spec: { minReplicas: 2 } }),
    mends: async () => {
      await restoreHpa();
      await api.patch(SCALE, { spec: { replicas: 1 } });
    },
  },
  {
    name: 'a target just below its sample limit',
    rungs: [14],
    trap: 'T26',
    found: /: 22 of at most 23 samples$/,
    does: () => sampleLimit(SAMPLES + 1),
    mends: restorePrometheus,
  },
  {
    name: 'no pod at all',
    rungs: [2, 11],
    trap: null,
    found: /^0 of 0 pods ready, 0 wanted: scaled to 0$/,
    does: () => api.patch(SCALE, { spec: { replicas: 0 } }),
    mends: () => api.patch(SCALE, { spec: { replicas: 1 } }),
  },
];

/** The HPA forgets an adapter that was away for up to half a minute: nothing is waited for after these. */
const ADAPTER_BREAKS: readonly Omit<Break, 'mends'>[] = [
  {
    name: 'an adapter without a rule for the metric',
    rungs: [9],
    trap: 'T40',
    found: /lists .*pods\/asr_other.*, not asr_active_requests/,
    does: () => restartAdapter(cluster, (rule) => ({ ...rule, name: { as: 'asr_other' } }), platform.adapter.config),
  },
  {
    name: 'a query of the adapter that gives nothing',
    rungs: [10],
    trap: null,
    found: /^asr_active_requests: /,
    does: () =>
      restartAdapter(
        cluster,
        (rule) => ({ ...rule, metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>,nowhere="1"}) by (<<.GroupBy>>)' }),
        platform.adapter.config,
      ),
  },
  {
    name: 'an adapter that is down',
    rungs: [9],
    trap: null,
    found: /^custom\.metrics\.k8s\.io is not available: /,
    does: () => cluster.plane.kill('adapter'),
  },
];

const check = async ({ rungs, trap, found, does }: Omit<Break, 'mends'>): Promise<void> => {
  await does();
  const from = performance.now();
  const steps = await climbUntil(
    (each) => brokenNumbers(each).join() === rungs.join() && found.test(firstBroken(each)!.found),
  );
  console.log(`named after ${Math.round(performance.now() - from)} ms`);
  const first = firstBroken(steps);
  expect(brokenNumbers(steps), first?.found).toEqual(rungs);
  expect(states(steps).slice(0, rungs[0]! - 1)).toEqual(ALL_OK.slice(0, rungs[0]! - 1));
  expect(first!.found).toMatch(found);
  expect(first!.cause.trap).toBe(trap);
};

describe.skipIf(missing !== null)('the doctor on a bare cluster', () => {
  beforeAll(async () => {
    cluster = await startDoctorWorld(platform);
    await cluster.createHpas();
    cluster.kubelet.begin();
    api = await connectKubernetes(cluster.plane.kubeconfig);
    prometheusYaml = await prometheusFile(cluster);
  }, 120_000);

  afterAll(async () => {
    await api.close();
    await cluster.stop();
  });

  it('finds every rung whole, with manifests and without', async () => {
    expect(states(await climbUntil((steps) => steps.every(({ state }) => state === 'ok')))).toEqual(ALL_OK);
    const alone: Facts = await factsOf(cluster, api, null);
    expect(states(climb(alone))).toEqual(ALL_OK);
    expect(alone.subject).toMatchObject({ origin: 'cluster', namespace: 'smallest', workload: 'lightning-asr' });
  });

  describe('names the rung that is broken', () => {
    beforeEach(async () => {
      const from = performance.now();
      const steps = await climbUntil((all) => all.every(({ state }) => state === 'ok'));
      expect(states(steps), firstBroken(steps)?.found).toEqual(ALL_OK);
      console.log(`whole again after ${Math.round(performance.now() - from)} ms`);
    }, 90_000);

    for (const each of BREAKS)
      it(`${each.rungs[0]!}: ${each.name}`, async () => {
        try {
          await check(each);
        } finally {
          await each.mends();
        }
      });
  });

  for (const each of ADAPTER_BREAKS)
    it(`names the rung that is broken, ${each.rungs[0]!}: ${each.name}`, () => check(each));

  it('names the rung that is broken, 1: a frozen API server', async () => {
    cluster.plane.signal('kube-apiserver', 'SIGSTOP');
    try {
      const steps = climb(await factsOf(cluster, api, platform, 2000));
      expect(states(steps)).toEqual(['1 broken', ...ALL_OK.slice(1).map((text) => text.replace('ok', 'not-checked'))]);
      expect(firstBroken(steps)!.found).toBe('no answer to GET /version within 2 s');
    } finally {
      cluster.plane.signal('kube-apiserver', 'SIGCONT');
    }
  });
});
