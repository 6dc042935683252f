// The ServiceMonitors and operator settings behind golden/scrape/operator-configs.json: the vendor's, and one change
// each. Only the names and the generated files are recorded, so the inputs are written down here.

import type { Monitor, MonitorEndpoint, MonitorSpec } from '../../model/kubernetes-monitoring.ts';
import type { OperatorSettings } from '../../sim/prometheus/operator.ts';
import { OPERATOR_DEFAULTS } from '../../sim/prometheus/operator.ts';

export interface MonitorVariant {
  readonly monitor: Monitor;
  readonly settings: OperatorSettings;
}

interface Change {
  readonly spec?: Partial<MonitorSpec>;
  readonly endpoint?: MonitorEndpoint;
  readonly settings?: Partial<OperatorSettings>;
}

const ENDPOINT: MonitorEndpoint = { port: 'metrics', interval: '2s', path: '/metrics' };

const CHANGES: Readonly<Record<string, Change>> = {
  vendor: {},
  'document-selector': { spec: { selector: { matchLabels: { app: 'lightning-asr' } } } },
  honorLabels: { endpoint: { ...ENDPOINT, honorLabels: true } },
  overrideHonorLabels: { endpoint: { ...ENDPOINT, honorLabels: true }, settings: { overrideHonorLabels: true } },
  jobLabel: { spec: { jobLabel: 'app' } },
  targetLabels: {
    spec: { targetLabels: ['team', 'app.kubernetes.io/name'], podTargetLabels: ['version', 'pod-template-hash'] },
  },
  matchExpressions: {
    spec: {
      selector: {
        matchExpressions: [
          { key: 'app', operator: 'In', values: ['lightning-asr', 'api-server'] },
          { key: 'team', operator: 'Exists' },
          { key: 'legacy', operator: 'DoesNotExist' },
          { key: 'tier', operator: 'NotIn', values: ['test'] },
        ],
      },
    },
  },
  targetPort: { endpoint: { targetPort: 2269, interval: '2s', path: '/metrics' } },
  timeout: { endpoint: { ...ENDPOINT, scrapeTimeout: '1s' } },
  'no-interval': { endpoint: { port: 'metrics', path: '/metrics' } },
  limits: { spec: { sampleLimit: 500, labelLimit: 20, labelNameLengthLimit: 64, labelValueLengthLimit: 128 } },
  relabelings: {
    endpoint: {
      ...ENDPOINT,
      relabelings: [
        { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' },
        { regex: 'container|endpoint', action: 'labeldrop' },
      ],
      metricRelabelings: [
        { sourceLabels: ['__name__'], regex: 'go_.*|process_.*', action: 'drop' },
        { regex: 'exported_pod', action: 'labeldrop' },
      ],
    },
  },
  endpointslice: { settings: { endpointSlice: true } },
  enforcedNamespaceLabel: { settings: { enforcedNamespaceLabel: 'tenant' } },
  enforcedSampleLimit: { settings: { enforcedSampleLimit: 100 } },
  'three-shards': { settings: { shards: 3 } },
  'externalLabels-replica': {},
  'namespaceSelector-any': { spec: { namespaceSelector: { any: true } } },
  'filterRunning-false': { endpoint: { ...ENDPOINT, filterRunning: false } },
};

/** The variant of this name, or null if it is not one of the recorded ones. */
export const monitorVariant = (name: string): MonitorVariant | null => {
  const change = CHANGES[name];
  if (change === undefined) return null;
  const spec: MonitorSpec = {
    selector: { matchLabels: { app: 'lightning-asr', metrics: 'true' } },
    namespaceSelector: { matchNames: ['smallest'] },
    ...change.spec,
  };
  return {
    monitor: {
      kind: 'ServiceMonitor',
      name: 'lightning-asr',
      namespace: 'smallest',
      labels: {},
      spec,
      endpoints: [change.endpoint ?? ENDPOINT],
    },
    settings: { ...OPERATOR_DEFAULTS, ...change.settings },
  };
};
