import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readPlatform } from '../manifests/read-platform.ts';
import { adapterFile, prometheusFiles } from './monitoring-files.ts';
import { controlPlaneSettings } from './settings.ts';

const PLATFORM = `apiVersion: apps/v1
kind: Deployment
metadata: {name: asr, namespace: speech}
spec:
  selector: {matchLabels: {app: asr}}
  template:
    metadata: {labels: {app: asr}}
    spec:
      containers: [{name: asr, image: asr:1, ports: [{name: metrics, containerPort: 9090}]}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: asr, namespace: speech}
spec:
  selector: {matchLabels: {app: asr}}
  podMetricsEndpoints: [{port: metrics, interval: 5s}]
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: asr, namespace: speech}
spec:
  groups:
    - name: load
      interval: 10s
      rules: [{record: 'asr:active:sum', expr: sum(asr_active_requests)}]
`;
const read = (text: string) => readPlatform([{ file: 'platform.yaml', text }]);
const files = prometheusFiles(read(PLATFORM), { kubeconfig: '/plane/prometheus.kubeconfig', kubeStateMetrics: null });

describe('Prometheus’ files for the real program', () => {
  it('are what the operator generates, with our API server and the way to pods that are processes', () =>
    expect(parse(files.get('prometheus.yml')!)).toEqual({
      global: {
        scrape_interval: '30s',
        scrape_timeout: '10s',
        evaluation_interval: '30s',
        external_labels: {
          prometheus: 'default/kube-prometheus-stack-prometheus',
          prometheus_replica: 'prometheus-kube-prometheus-stack-prometheus-0',
        },
      },
      rule_files: ['rules/platform.yml'],
      scrape_configs: [
        {
          job_name: 'podMonitor/speech/asr/0',
          honor_labels: false,
          kubernetes_sd_configs: [
            { role: 'pod', namespaces: { names: ['speech'] }, kubeconfig_file: '/plane/prometheus.kubeconfig' },
          ],
          scrape_interval: '5s',
          relabel_configs: [
            { source_labels: ['job'], target_label: '__tmp_prometheus_job_name' },
            { action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: '(Failed|Succeeded)' },
            {
              action: 'keep',
              source_labels: ['__meta_kubernetes_pod_label_app', '__meta_kubernetes_pod_labelpresent_app'],
              regex: '(asr);true',
            },
            { action: 'keep', source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: 'metrics' },
            { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
            { source_labels: ['__meta_kubernetes_pod_container_name'], target_label: 'container' },
            { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
            { target_label: 'job', replacement: 'speech/asr' },
            { target_label: 'endpoint', replacement: 'metrics' },
            { source_labels: ['__address__'], target_label: '__tmp_hash', modulus: 1, action: 'hashmod' },
            { source_labels: ['__tmp_hash'], regex: '0', action: 'keep' },
            { source_labels: ['instance', '__address__'], regex: ';(.+)', target_label: 'instance', replacement: '$1' },
            { source_labels: ['__address__'], regex: '10\\.(.+)', target_label: '__address__', replacement: '127.$1' },
            { source_labels: ['__address__'], regex: '127\\..+', action: 'keep' },
          ],
          metric_relabel_configs: [],
        },
      ],
    }));

  it('hold each PrometheusRule as a file of its own', () => {
    expect([...files.keys()]).toEqual(['prometheus.yml', 'rules/platform.yml']);
    expect(parse(files.get('rules/platform.yml')!)).toEqual({
      groups: [
        { name: 'load', interval: '10s', rules: [{ record: 'asr:active:sum', expr: 'sum(asr_active_requests)' }] },
      ],
    });
  });

  it('scrape kube-state-metrics where it runs, with its own labels winning', () => {
    const both = prometheusFiles(read(PLATFORM), { kubeconfig: 'k', kubeStateMetrics: '127.0.0.1:8080' });
    const { scrape_configs: jobs } = parse(both.get('prometheus.yml')!) as { scrape_configs: unknown[] };
    expect(jobs.at(-1)).toEqual({
      job_name: 'kube-state-metrics',
      honor_labels: true,
      static_configs: [
        { targets: ['127.0.0.1:8080'], labels: { namespace: 'monitoring', service: 'kube-state-metrics' } },
      ],
    });
  });
});

describe('the settings of a control plane', () => {
  const options = { programs: {}, logFolder: null };
  const adapterRule = (query: string) => `${PLATFORM}---
apiVersion: v1
kind: ConfigMap
metadata: {name: adapter, namespace: monitoring}
data:
  config.yaml: |
    externalRules:
      - seriesQuery: '${query}'
        name: {as: replicas}
        metricsQuery: sum(${query})
`;

  it('run kube-state-metrics only where something reads it', () =>
    expect(
      [PLATFORM, adapterRule('asr_active_requests'), adapterRule('kube_deployment_status_replicas')].map(
        (text) => controlPlaneSettings(read(text), options).kubeStateMetrics,
      ),
    ).toEqual([false, false, true]));

  it('hand the adapter its file as it is', () =>
    expect(parse(adapterFile(read(adapterRule('asr_active_requests'))))).toMatchObject({
      externalRules: [{ seriesQuery: 'asr_active_requests', metricsQuery: 'sum(asr_active_requests)' }],
    }));

  it('say that another Prometheus runs than the platform names', () =>
    expect(controlPlaneSettings(read(PLATFORM), options).notes).toEqual([
      'the platform says Prometheus 2.53; the bare profile runs 3.16',
    ]));
});
