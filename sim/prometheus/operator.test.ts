import { describe, expect, it } from 'vitest';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import { OPERATOR_DEFAULTS, forShard, operatorScrapeConfig } from './operator.ts';
import { readScrapeConfig } from './scrape-config.ts';
import { targetBuilder } from './targets.ts';

const vendor: Monitor = {
  kind: 'ServiceMonitor',
  name: 'lightning-asr',
  namespace: 'smallest',
  labels: {},
  spec: { selector: { matchLabels: { app: 'lightning-asr', metrics: 'true' } } },
  endpoints: [{ port: 'metrics', interval: '2s', path: '/metrics' }],
};

const DISCOVERED = {
  __address__: '10.0.0.7:9090',
  __meta_kubernetes_namespace: 'smallest',
  __meta_kubernetes_service_name: 'lightning-asr-metrics',
  __meta_kubernetes_service_label_app: 'lightning-asr',
  __meta_kubernetes_service_labelpresent_app: 'true',
  __meta_kubernetes_service_label_metrics: 'true',
  __meta_kubernetes_service_labelpresent_metrics: 'true',
  __meta_kubernetes_endpoint_port_name: 'metrics',
  __meta_kubernetes_endpoint_address_target_kind: 'Pod',
  __meta_kubernetes_endpoint_address_target_name: 'lightning-asr-a',
  __meta_kubernetes_pod_name: 'lightning-asr-a',
  __meta_kubernetes_pod_container_name: 'lightning-asr',
  __meta_kubernetes_pod_phase: 'Running',
};

const target = (monitor: Monitor, discovered: Record<string, string>) =>
  targetBuilder(readScrapeConfig(forShard(operatorScrapeConfig(monitor, 0), 0)), '2.53')(discovered);

describe('a ServiceMonitor as the operator writes it (metrics-path.md 1.4)', () => {
  it('puts namespace, pod, service, container, endpoint, job and instance on the target', () => {
    expect(target(vendor, DISCOVERED)).toMatchObject({
      kind: 'target',
      labels: {
        container: 'lightning-asr',
        endpoint: 'metrics',
        instance: '10.0.0.7:9090',
        job: 'lightning-asr-metrics',
        namespace: 'smallest',
        pod: 'lightning-asr-a',
        service: 'lightning-asr-metrics',
      },
      intervalSeconds: 2,
    });
  });

  it('drops pods that failed or succeeded and keeps those that are not ready', () => {
    expect(target(vendor, { ...DISCOVERED, __meta_kubernetes_pod_phase: 'Failed' }).kind).toBe('dropped');
    expect(target(vendor, { ...DISCOVERED, __meta_kubernetes_pod_phase: 'Succeeded' }).kind).toBe('dropped');
    expect(target(vendor, { ...DISCOVERED, __meta_kubernetes_pod_phase: 'Pending' }).kind).toBe('target');
    expect(target(vendor, { ...DISCOVERED, __meta_kubernetes_pod_ready: 'false' }).kind).toBe('target');
  });

  it('drops services whose labels or ports do not match', () => {
    expect(target(vendor, { ...DISCOVERED, __meta_kubernetes_service_label_metrics: 'false' }).kind).toBe('dropped');
    expect(target(vendor, { ...DISCOVERED, __meta_kubernetes_endpoint_port_name: 'http' }).kind).toBe('dropped');
  });

  it('takes the smaller of the own and the enforced sample limit, and ignores honorLabels where it is overridden', () => {
    const own: Monitor = {
      ...vendor,
      spec: { ...vendor.spec, sampleLimit: 500 },
      endpoints: [{ port: 'metrics', honorLabels: true }],
    };
    const settings = { ...OPERATOR_DEFAULTS, enforcedSampleLimit: 100, overrideHonorLabels: true };
    expect(operatorScrapeConfig(own, 0, settings)).toMatchObject({ sample_limit: 100, honor_labels: false });
    expect(operatorScrapeConfig(own, 0)).toMatchObject({ sample_limit: 500, honor_labels: true });
  });
});

describe('a PodMonitor', () => {
  const pods: Monitor = {
    ...vendor,
    kind: 'PodMonitor',
    spec: { selector: { matchLabels: { app: 'asr' } }, podTargetLabels: ['app.kubernetes.io/name'] },
  };

  it('is discovered by pod, names the job after itself and has no service label', () => {
    const config = operatorScrapeConfig(pods, 0);
    expect(config).toMatchObject({
      job_name: 'podMonitor/smallest/lightning-asr/0',
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: ['smallest'] } }],
    });
    expect(
      target(pods, {
        __address__: '10.0.0.7:9090',
        __meta_kubernetes_namespace: 'smallest',
        __meta_kubernetes_pod_name: 'asr-1',
        __meta_kubernetes_pod_container_name: 'asr',
        __meta_kubernetes_pod_container_port_name: 'metrics',
        __meta_kubernetes_pod_label_app: 'asr',
        __meta_kubernetes_pod_labelpresent_app: 'true',
        __meta_kubernetes_pod_label_app_kubernetes_io_name: 'x',
      }),
    ).toMatchObject({
      labels: {
        app_kubernetes_io_name: 'x',
        container: 'asr',
        endpoint: 'metrics',
        instance: '10.0.0.7:9090',
        job: 'smallest/lightning-asr',
        namespace: 'smallest',
        pod: 'asr-1',
      },
    });
  });
});
