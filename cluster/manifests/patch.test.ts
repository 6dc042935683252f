import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SetValues } from './overrides.ts';
import { platformPatch } from './patch.ts';
import { readPlatform } from './read-platform.ts';

const folder = resolve(import.meta.dirname, '../../scenarios/platform/vendor-0.2.2');
const files = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const patchOf = (set: SetValues) => platformPatch(readPlatform(files), readPlatform(files, set), files);

describe('platformPatch', () => {
  it('is empty where nothing changes', () => {
    expect(patchOf({ 'asr.scrapeInterval': '2s' })).toEqual({
      objects: null,
      values: null,
      monitorValues: null,
      byHand: [],
    });
  });

  it('read back in place of the old objects gives the platform that was recommended', () => {
    const set: SetValues = {
      'asr.hpaMetricsInterval': '5s',
      'asr.scrapeInterval': '30s',
      'hpa.target': 3,
      'hpa.minReplicas': 2,
      'adapter.relistInterval': '2m',
      'adapter.queryWindow': '30s',
    };
    const { objects, values } = patchOf(set);
    const replaced = files.filter(({ file }) => !/asr-hpa|servicemonitor|adapter/.test(file));
    const back = readPlatform([
      ...replaced,
      { file: 'patch.yaml', text: objects! },
      { file: 'values.yaml', text: values! },
    ]);
    const want = readPlatform(files, set);
    expect([back.monitors, back.hpa, back.adapter.config]).toEqual([want.monitors, want.hpa, want.adapter.config]);
    expect(back.adapter.relistInterval).toBe(120);
  });

  it('touches only the probe of the Deployment', () => {
    expect(patchOf({ 'deployment.readinessProbe.periodSeconds': 5 }).objects)
      .toBe(`# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)
apiVersion: apps/v1
kind: Deployment
metadata:
  name: lightning-asr
  namespace: default
spec:
  template:
    spec:
      containers:
        - name: lightning-asr
          readinessProbe:
            initialDelaySeconds: 30
            periodSeconds: 5
            timeoutSeconds: 10
            successThreshold: 1
            failureThreshold: 20
`);
  });

  it('touches only the grace period of the Deployment, which the chart has no value for', () => {
    const { objects, values, byHand } = patchOf({ 'deployment.terminationGracePeriodSeconds': 1680 });
    expect(objects)
      .toBe(`# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)
apiVersion: apps/v1
kind: Deployment
metadata:
  name: lightning-asr
  namespace: default
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 1680
`);
    expect(values).toBeNull();
    expect(byHand).toEqual([
      'Deployment lightning-asr: the chart smallest-self-host has no value for terminationGracePeriodSeconds: apply patch.yaml',
    ]);
  });

  it('scrapes the HPA metric on an endpoint of its own, and nothing twice', () => {
    const { objects, byHand } = patchOf({ 'asr.hpaMetricsInterval': '5s', 'asr.scrapeInterval': '30s' });
    expect(objects)
      .toBe(`# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: lightning-asr
  namespace: default
  labels:
    app: lightning-asr
    release: smallest-self-host
spec:
  selector:
    matchLabels:
      app: lightning-asr
      metrics: "true"
  endpoints:
    - port: metrics
      path: /metrics
      interval: 5s
      metricRelabelings:
        - sourceLabels:
            - __name__
          regex: asr_active_requests
          action: keep
    - port: metrics
      path: /metrics
      interval: 30s
      relabelings:
        - targetLabel: endpoint
          replacement: metrics-rest
      metricRelabelings:
        - sourceLabels:
            - __name__
          regex: asr_active_requests
          action: drop
`);
    expect(byHand).toEqual([
      'ServiceMonitor lightning-asr: the chart smallest-self-host writes its interval literally and has no value for it: apply patch.yaml again after every helm upgrade',
    ]);
  });
});

describe('Helm values', () => {
  const body = (text: string | null): string => text!.replace(/^#.*\n/gm, '');

  it('say under the keys of each chart what that chart has a value for', () => {
    const set: SetValues = {
      'hpa.target': 3,
      'hpa.minReplicas': 2,
      'hpa.behavior.scaleDown.stabilizationWindowSeconds': 900,
      'deployment.readinessProbe.periodSeconds': 5,
      'prometheus.scrapeInterval': '15s',
      'prometheus.evaluationInterval': '10s',
      'adapter.relistInterval': '2m',
    };
    expect(body(patchOf(set).values)).toBe(`scaling:
  auto:
    lightningAsr:
      hpa:
        minReplicas: 2
        targetActiveRequests: 3
        behavior:
          scaleUp:
            stabilizationWindowSeconds: 5
            selectPolicy: Max
            policies:
              - type: Percent
                value: 100
                periodSeconds: 15
              - type: Pods
                value: 2
                periodSeconds: 15
          scaleDown:
            stabilizationWindowSeconds: 900
            selectPolicy: Min
            policies:
              - type: Percent
                value: 50
                periodSeconds: 60
              - type: Pods
                value: 1
                periodSeconds: 60
lightningAsr:
  readinessProbe:
    periodSeconds: 5
kube-prometheus-stack:
  prometheus:
    prometheusSpec:
      scrapeInterval: 15s
      evaluationInterval: 10s
prometheus-adapter:
  metricsRelistInterval: 2m
`);
  });

  it('of another chart than the vendor’s leave HPA and probe to the objects', () => {
    const renamed = files.map(({ file, text }) => ({
      file,
      text: text.replaceAll('name: lightning-asr\n', 'name: asr\n'),
    }));
    const set: SetValues = { 'hpa.target': 3, 'deployment.readinessProbe.periodSeconds': 5 };
    const { objects, values } = platformPatch(readPlatform(renamed), readPlatform(renamed, set), renamed);
    expect(values).toBeNull();
    expect(objects).toContain('averageValue: "3"');
  });

  it('of monitors, read back without the old monitor, scrape as recommended', () => {
    const set: SetValues = { 'asr.hpaMetricsInterval': '5s', 'asr.scrapeInterval': '30s' };
    const { monitorValues } = patchOf(set);
    expect(monitorValues).toContain('#   kubectl delete servicemonitor lightning-asr --namespace default\n');
    const back = readPlatform([
      ...files.filter(({ file }) => !/servicemonitor/.test(file)),
      { file: 'values-monitors.yaml', text: monitorValues! },
    ]);
    const [want] = readPlatform(files, set).monitors;
    expect(back.monitors).toEqual([
      { ...want, spec: { namespaceSelector: { matchNames: ['default'] }, ...want!.spec } },
    ]);
  });
});

describe('rule intervals', () => {
  const adapter = {
    file: 'values.yaml',
    text: `prometheus-adapter:
  rules:
    default: false
    custom:
      - seriesQuery: asr:busy
        resources: { overrides: { namespace: { resource: namespace }, pod: { resource: pod } } }
        name: { as: asr_active_requests }
        metricsQuery: sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)
`,
  };
  const others = files.filter(({ file }) => !/adapter|rules/.test(file));
  const rules = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: asr, namespace: default, labels: { release: x } }
spec:
  groups:
    - name: other
      interval: 1m
      rules: [{ record: x, expr: vector(1) }]
    - name: busy
      interval: 30s
      rules: [{ record: asr:busy, expr: 'max by (pod, namespace) (asr_active_requests)' }]
`;
  const patchWith = (...more: readonly { file: string; text: string }[]) => {
    const all = [...others, adapter, ...more];
    return platformPatch(readPlatform(all), readPlatform(all, { 'rules.interval': '5s' }), all);
  };

  it('come as the whole PrometheusRule that holds the group', () => {
    expect(patchWith({ file: 'rules.yaml', text: rules })).toMatchObject({
      byHand: [],
      objects: `# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: asr
  namespace: default
  labels:
    release: x
spec:
  groups:
    - name: other
      interval: 1m
      rules:
        - record: x
          expr: vector(1)
    - name: busy
      interval: 5s
      rules:
        - record: asr:busy
          expr: max by (pod, namespace) (asr_active_requests)
`,
    });
  });

  it('of a values file are named for a change by hand', () => {
    const text = `kube-prometheus-stack:
  additionalPrometheusRulesMap:
    asr:
      groups:
        - name: busy
          rules: [{ record: asr:busy, expr: 'max by (pod, namespace) (asr_active_requests)' }]
`;
    expect(patchWith({ file: 'stack.yaml', text }).byHand).toEqual(['stack.yaml: rule group busy: interval: 5s']);
  });
});
