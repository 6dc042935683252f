// The ways in which the doctor's live test breaks its cluster, one rung each, and how each is mended. Data; what has to be
// found is beside what is done.

import type { KubeClient } from '../../cluster/kube/client.ts';
import type { BareCluster } from '../replay/replay-bare-cluster.ts';
import { DOCTOR_PLATFORM, reconfigurePrometheus, restartAdapter } from './doctor-world.test-support.ts';

const NAMESPACE = '/api/v1/namespaces/smallest';
const SERVICE = `${NAMESPACE}/services/lightning-asr-metrics`;
const SCALE = '/apis/apps/v1/namespaces/smallest/deployments/lightning-asr/scale';
const HPAS = '/apis/autoscaling/v2/namespaces/smallest/horizontalpodautoscalers';
const HPA = `${HPAS}/lightning-asr`;

/** A running cluster to break. */
export interface World {
  readonly cluster: BareCluster;
  readonly api: KubeClient;
  /** Prometheus' file at the start. */
  readonly prometheusYaml: string;
}

export interface Break {
  readonly name: string;
  /** The rungs that are broken, first one first. */
  readonly rungs: readonly number[];
  readonly trap: string | null;
  readonly found: RegExp;
  readonly does: (world: World) => Promise<unknown>;
  readonly mends: (world: World) => Promise<unknown>;
}

const refuseScrapes = ({ cluster }: World, refuse: boolean): Promise<void> => {
  cluster.kubelet.refuseScrapes(cluster.kubelet.oldestReady!.ordinal, refuse);
  return Promise.resolve();
};
const restorePrometheus = ({ cluster, prometheusYaml }: World): Promise<void> =>
  reconfigurePrometheus(cluster, prometheusYaml, () => undefined);
const restoreHpa = ({ api }: World): Promise<unknown> => api.patch(HPA, { spec: DOCTOR_PLATFORM.hpa!.spec });
const servicePort = ({ api }: World, port: object): Promise<unknown> =>
  api.patch(SERVICE, { spec: { ports: [{ name: 'metrics', port: 9090, targetPort: 9090, ...port }] } });
const serviceLabel = ({ api }: World, metrics: string): Promise<unknown> =>
  api.patch(SERVICE, { metadata: { labels: { metrics } } });
const sampleLimit = ({ cluster, prometheusYaml }: World, limit: number): Promise<void> =>
  reconfigurePrometheus(cluster, prometheusYaml, (_, job) => {
    job['sample_limit'] = limit;
  });
const SAMPLES = 22;

export const BREAKS: readonly Break[] = [
  {
    name: 'a page that is refused',
    rungs: [3],
    trap: 'T8',
    found: /^no metrics from 1 of 1 pods: .*:9090\/metrics /,
    does: (world) => refuseScrapes(world, true),
    mends: (world) => refuseScrapes(world, false),
  },
  {
    name: 'a Service port with another name',
    rungs: [4],
    trap: null,
    found: /^lightning-asr-metrics http-metrics 9090→9090$/,
    does: (world) => servicePort(world, { name: 'http-metrics' }),
    mends: (world) => servicePort(world, {}),
  },
  {
    name: 'a Service that leads to the port of the guide',
    rungs: [4],
    trap: 'T8',
    found: /^no port leads there: lightning-asr-metrics metrics 9090→2269$/,
    does: (world) => servicePort(world, { targetPort: 2269 }),
    mends: (world) => servicePort(world, {}),
  },
  {
    name: 'a label of the Service that the monitor does not select',
    rungs: [5],
    trap: 'T38',
    found:
      /^ServiceMonitor lightning-asr wants app=lightning-asr,metrics=true; .* has app=lightning-asr,metrics=false$/,
    does: (world) => serviceLabel(world, 'false'),
    mends: (world) => serviceLabel(world, 'true'),
  },
  {
    name: 'a monitor that did not reach Prometheus',
    rungs: [5],
    trap: null,
    found: /^Prometheus has no job serviceMonitor\/smallest\/lightning-asr\/0; its jobs: none$/,
    does: ({ cluster, prometheusYaml }) =>
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
    does: (world) => sampleLimit(world, 5),
    mends: restorePrometheus,
  },
  {
    name: 'series without the label pod',
    rungs: [7],
    trap: 'T5',
    found: /^asr_active_requests\{.*namespace="smallest"/,
    does: ({ cluster, prometheusYaml }) =>
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
    does: ({ cluster, prometheusYaml }) =>
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
    does: ({ api }) =>
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
    does: ({ api }) =>
      api.create(HPAS, {
        metadata: { name: 'rival' },
        spec: { ...DOCTOR_PLATFORM.hpa!.spec, minReplicas: 1, maxReplicas: 2 },
      }),
    mends: ({ api }) => api.remove(`${HPAS}/rival`),
  },
  {
    name: 'an HPA with a wrong metric name',
    rungs: [12],
    trap: null,
    found: /^FailedGetPodsMetric: .*asr_active_request/,
    does: ({ api }) => {
      const [metric] = DOCTOR_PLATFORM.hpa!.spec.metrics!;
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
    does: ({ api }) => api.patch(HPA, { spec: { minReplicas: 2 } }),
    mends: async (world) => {
      await restoreHpa(world);
      await world.api.patch(SCALE, { spec: { replicas: 1 } });
    },
  },
  {
    name: 'a target just below its sample limit',
    rungs: [14],
    trap: 'T26',
    found: /: 22 of at most 23 samples$/,
    does: (world) => sampleLimit(world, SAMPLES + 1),
    mends: restorePrometheus,
  },
  {
    name: 'no pod at all',
    rungs: [2, 11],
    trap: null,
    found: /^0 of 0 pods ready, 0 wanted: scaled to 0$/,
    does: ({ api }) => api.patch(SCALE, { spec: { replicas: 0 } }),
    mends: ({ api }) => api.patch(SCALE, { spec: { replicas: 1 } }),
  },
];

/** The HPA forgets an adapter that was away for up to half a minute: nothing is waited for after these. */
export const ADAPTER_BREAKS: readonly Omit<Break, 'mends'>[] = [
  {
    name: 'an adapter without a rule for the metric',
    rungs: [9],
    trap: 'T40',
    found: /lists .*pods\/asr_other.*, not asr_active_requests/,
    does: ({ cluster }) =>
      restartAdapter(cluster, (rule) => ({ ...rule, name: { as: 'asr_other' } }), DOCTOR_PLATFORM.adapter.config),
  },
  {
    name: 'a query of the adapter that gives nothing',
    rungs: [10],
    trap: null,
    found: /^asr_active_requests: /,
    does: ({ cluster }) =>
      restartAdapter(
        cluster,
        (rule) => ({ ...rule, metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>,nowhere="1"}) by (<<.GroupBy>>)' }),
        DOCTOR_PLATFORM.adapter.config,
      ),
  },
  {
    name: 'an adapter that is down',
    rungs: [9],
    trap: null,
    found: /^custom\.metrics\.k8s\.io is not available: /,
    does: ({ cluster }) => cluster.plane.kill('adapter'),
  },
];
