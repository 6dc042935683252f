import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lint } from './lint.ts';

const traps = (text: string): readonly string[] =>
  [...new Set(lint([{ file: 'a.yaml', text }]).map((one) => one.trap))].sort();

const deployment = (more = '', container = '', name = 'asr', namespace = 'default') => `
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  ${more}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, ports: [{name: metrics, containerPort: 9090}], ${container}}]}`;
const service = (name: string, port: number, labels = '{m: "true"}', target: string | number = port) => `
kind: Service
metadata: {name: ${name}, namespace: default, labels: ${labels}}
spec: {selector: {app: asr}, ports: [{name: metrics, port: ${port}, targetPort: ${target}}]}`;
const monitor = (endpoint: string, selector = '{matchLabels: {m: "true"}}') => `
kind: ServiceMonitor
metadata: {name: asr}
spec: {selector: ${selector}, endpoints: [${endpoint}]}`;
const hpa = (metric: string, behaviour = '') => `
kind: HorizontalPodAutoscaler
metadata: {name: asr, namespace: default}
spec: {scaleTargetRef: {kind: Deployment, name: asr}, maxReplicas: 9, metrics: [${metric}]${behaviour}}`;
const PODS =
  '{type: Pods, pods: {metric: {name: asr_active_requests}, target: {type: AverageValue, averageValue: "4"}}}';
const EXTERNAL = '{type: External, external: {metric: {name: replicas}, target: {type: Value, value: "5"}}}';
const rules = (rule: string, labels = '{release: r}') => `
kind: PrometheusRule
metadata: {name: r, labels: ${labels}}
spec: {groups: [{name: g, interval: 30s, rules: [${rule}]}]}`;
const alert = (expr: string, more = '', name = 'X') => rules(`{alert: ${name}, expr: '${expr}'${more}}`);
const custom = (series: string, query: string, more = '') => `
metricsRelistInterval: 1m
rules: {default: false${more}, custom: [{seriesQuery: '${series}', metricsQuery: '${query}'}]}`;
const external = (series: string, query: string) => `
metricsRelistInterval: 1m
rules: {default: false, external: [{seriesQuery: '${series}', name: {as: replicas}, metricsQuery: '${query}'}]}`;
const stack = (spec: string, more = '') => `
kube-prometheus-stack: {${more} prometheus: {prometheusSpec: {${spec}}}}`;
const volume = (name: string) =>
  `storageSpec: {volumeClaimTemplate: {spec: {${name} resources: {requests: {storage: 100Gi}}}}}`;
const storageClass = (name: string, provisioner: string) =>
  `\nkind: StorageClass\nmetadata: {name: ${name}}\nprovisioner: ${provisioner}`;

const GOOD_SERIES = 'asr_active_requests{namespace!="",pod!=""}';
const GOOD_QUERY = 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)';
const RECORDED = "{record: 'asr:active', expr: 'avg by (namespace) (asr_active_requests)'}";
const BY_POD = "{record: 'asr:active', expr: 'sum by (namespace, pod) (asr_active_requests)'}";
const GPU = 'resources: {limits: {nvidia.com/gpu: 1}}';
const LIVE = 'livenessProbe: {initialDelaySeconds: 300, periodSeconds: 30}';

/** Trap, what it is about, broken YAML, repaired YAML; documents are separated by the helper. */
const CASES: readonly (readonly [
  trap: string,
  about: string,
  broken: readonly string[],
  repaired: readonly string[],
])[] = [
  [
    'T1',
    'rules under prometheusSpec',
    [stack('additionalPrometheusRulesMap: {a: {groups: []}}')],
    [stack('', 'additionalPrometheusRulesMap: {a: {groups: []}},')],
  ],
  [
    'T2',
    'a static target that is no Service',
    [
      stack('additionalScrapeConfigs: [{job_name: a, static_configs: [{targets: ["asr:2269"]}]}]'),
      service('asr-metrics', 9090),
    ],
    [stack(''), service('asr-metrics', 9090)],
  ],
  [
    'T2',
    'a static target with another port',
    [
      stack('additionalScrapeConfigs: [{static_configs: [{targets: ["asr-metrics.default.svc:2269"]}]}]'),
      service('asr-metrics', 9090),
    ],
    [
      stack('additionalScrapeConfigs: [{static_configs: [{targets: ["asr-metrics.default.svc:9090"]}]}]'),
      service('asr-metrics', 9090),
    ],
  ],
  [
    'T3',
    'a static target beside a monitor',
    [
      stack('additionalScrapeConfigs: [{static_configs: [{targets: ["asr-metrics:9090"]}]}]'),
      service('asr-metrics', 9090),
      monitor('{port: metrics}'),
    ],
    [service('asr-metrics', 9090), monitor('{port: metrics}')],
  ],
  ['T4', 'no aggregation', [custom(GOOD_SERIES, '<<.Series>>{<<.LabelMatchers>>}')], [custom(GOOD_SERIES, GOOD_QUERY)]],
  ['T5', 'bare seriesQuery', [custom('asr_active_requests', GOOD_QUERY)], [custom(GOOD_SERIES, GOOD_QUERY)]],
  [
    'T6',
    'a global interval that a monitor overrides',
    [stack('scrapeInterval: 15s'), monitor('{port: metrics, interval: 2s}')],
    [stack('scrapeInterval: 15s'), monitor('{port: metrics}')],
  ],
  ['T6', 'the default said again', [stack('scrapeInterval: 30s')], [stack('')]],
  [
    'T7',
    'slower than the HPA',
    [hpa(PODS), monitor('{port: metrics, interval: 20s}')],
    [hpa(PODS), monitor('{port: metrics, interval: 5s}')],
  ],
  [
    'T7',
    'slower than the adapter remembers',
    [hpa(PODS), monitor('{port: metrics, interval: 60s}')],
    [hpa(PODS), monitor('{port: metrics, interval: 5s}')],
  ],
  [
    'T8',
    'a port nobody listens on',
    [deployment(), service('asr', 9090, '{m: "true"}', 2269), monitor('{port: metrics, interval: 5s}')],
    [deployment(), service('asr', 9090), monitor('{port: metrics, interval: 5s}')],
  ],
  [
    'T9',
    'a switch that no template reads',
    ['scaling: {auto: {enabled: true, lightningAsr: {servicemonitor: {enabled: true}}}}'],
    ['scaling: {auto: {enabled: true}}'],
  ],
  [
    'T11',
    'Prometheus in another namespace',
    [
      `${custom(GOOD_SERIES, GOOD_QUERY)}\nprometheus: {url: http://prometheus.default.svc}`,
      deployment('', '', 'asr', 'speech'),
    ],
    [custom(GOOD_SERIES, GOOD_QUERY), deployment('', '', 'asr', 'speech')],
  ],
  [
    'T13',
    'a monitor without a Service',
    [service('asr', 9090), monitor('{port: metrics}', '{matchLabels: {app: other}}')],
    [service('asr', 9090), monitor('{port: metrics}')],
  ],
  [
    'T13',
    'a port name no Service has',
    [service('asr', 9090), monitor('{port: http}')],
    [service('asr', 9090), monitor('{port: metrics}')],
  ],
  [
    'T15',
    'default rules',
    ['metricsRelistInterval: 1m\nrules: {default: true}'],
    ['metricsRelistInterval: 1m\nrules: {default: false}'],
  ],
  [
    'T16',
    'a long window before the HPA',
    [
      custom(GOOD_SERIES, 'avg by (<<.GroupBy>>) (avg_over_time(<<.Series>>{<<.LabelMatchers>>}[2m]))'),
      monitor('{interval: 5s}'),
    ],
    [
      custom(GOOD_SERIES, 'avg by (<<.GroupBy>>) (avg_over_time(<<.Series>>{<<.LabelMatchers>>}[20s]))'),
      monitor('{interval: 5s}'),
    ],
  ],
  [
    'T17',
    'a Pods metric without the pod',
    [custom(GOOD_SERIES, 'sum(<<.Series>>{<<.LabelMatchers>>})')],
    [custom(GOOD_SERIES, GOOD_QUERY)],
  ],
  [
    'T17',
    'a recorded series without the pod',
    [rules(RECORDED), custom('asr:active{namespace!="",pod!=""}', GOOD_QUERY)],
    [rules(BY_POD), custom('asr:active{namespace!="",pod!=""}', GOOD_QUERY)],
  ],
  [
    'T18',
    'a recording rule before the HPA',
    [rules(BY_POD), custom('asr:active{namespace!="",pod!=""}', GOOD_QUERY)],
    [rules(BY_POD), custom(GOOD_SERIES, GOOD_QUERY)],
  ],
  [
    'T19',
    'an average as signal',
    [external('asr_active_requests', 'avg(<<.Series>>{<<.LabelMatchers>>})')],
    [external('asr_active_requests', 'sum(<<.Series>>{<<.LabelMatchers>>})')],
  ],
  [
    'T20',
    'a rate called a ratio',
    [alert('rate(asr_failed_total[5m]) > 0.1', '', 'HighErrorRate')],
    [alert('sum(rate(asr_failed_total[5m])) / sum(rate(asr_requests_total[5m])) > 0.05', '', 'HighErrorRate')],
  ],
  [
    'T21',
    'a threshold the HPA prevents',
    [alert('asr_active_requests > 50'), hpa(PODS)],
    [alert('asr_batch_queue_depth > 50'), hpa(PODS)],
  ],
  [
    'T22',
    'the size of one card',
    [alert('asr_gpu_memory_used_bytes / 24000000000 > 0.9')],
    [alert('asr_gpu_memory_used_bytes / asr_gpu_memory_total_bytes > 0.9')],
  ],
  [
    'T23',
    'a pending state that one scrape clears',
    [alert('asr_queue > 5', ', for: 5m')],
    [alert('avg_over_time(asr_queue[5m]) > 5', ', for: 5m')],
  ],
  [
    'T24',
    'alerts nobody is sent',
    [alert('a > 5'), stack('', 'alertmanager: {enabled: false},')],
    [alert('a > 5'), stack('', 'alertmanager: {enabled: true},')],
  ],
  [
    'T25',
    'a quantile since the start',
    [alert('histogram_quantile(0.95, d_bucket) > 8')],
    [alert('histogram_quantile(0.95, sum by (le) (rate(d_bucket[5m]))) > 8')],
  ],
  ['T27', 'two retentions', [stack('retention: 7d'), stack('retention: 15d')], [stack('retention: 7d')]],
  ['T28', 'a size Prometheus refuses', [stack('retentionSize: 50Gi')], [stack('retentionSize: 50GB')]],
  [
    'T28',
    'a size above the volume',
    [stack(`retentionSize: 95GB, ${volume('storageClassName: gp2,')}`)],
    [stack(`retentionSize: 50GB, ${volume('storageClassName: gp2,')}`)],
  ],
  [
    'T29',
    'a class nobody ships',
    [stack(volume('storageClassName: gp3,'))],
    [stack(volume('storageClassName: gp3,')), storageClass('gp3', 'ebs.csi.aws.com')],
  ],
  ['T30', 'no class', [stack(volume(''))], [stack(volume('storageClassName: gp3,'))]],
  [
    'T30',
    'a shared file system',
    [stack(volume('storageClassName: shared,')), storageClass('shared', 'efs.csi.aws.com')],
    [stack(volume('storageClassName: shared,')), storageClass('shared', 'ebs.csi.aws.com')],
  ],
  [
    'T31',
    'history in an emptyDir',
    [stack('retention: 7d')],
    [stack(`retention: 7d, ${volume('storageClassName: gp3,')}`)],
  ],
  [
    'T32',
    'rules without the label of the release',
    [stack(''), rules('{record: a, expr: b}', '{}')],
    [stack(''), rules('{record: a, expr: b}')],
  ],
  [
    'T33',
    'an external query over all namespaces',
    [external('kube_deployment_status_replicas', 'sum(<<.Series>>)')],
    [external('kube_deployment_status_replicas', 'sum(<<.Series>>{<<.LabelMatchers>>})')],
  ],
  [
    'T34',
    'an HPA on its own replicas',
    [
      external('kube_deployment_status_replicas', 'sum(<<.Series>>{<<.LabelMatchers>>,deployment="asr"})'),
      hpa(EXTERNAL),
    ],
    [
      external('kube_deployment_status_replicas', 'sum(<<.Series>>{<<.LabelMatchers>>,deployment="other"})'),
      hpa(EXTERNAL),
    ],
  ],
  [
    'T36',
    'a counter without _total',
    [alert('rate(asr_failed_requests[5m]) > 3')],
    [alert('rate(asr_failed_requests_total[5m]) > 3')],
  ],
  [
    'T40',
    'a rule list that forgot the HPA',
    [custom('gpu{namespace!="",pod!=""}', GOOD_QUERY), hpa(PODS)],
    [custom(GOOD_SERIES, GOOD_QUERY), hpa(PODS)],
  ],
  [
    'A1',
    'a window that no template reads',
    ['scaling: {auto: {lightningAsr: {hpa: {scaleUpStabilizationWindowSeconds: 0}}}}'],
    ['scaling: {auto: {lightningAsr: {hpa: {behavior: {scaleUp: {stabilizationWindowSeconds: 0}}}}}}'],
  ],
  [
    'A2',
    'a window below the sync period',
    [hpa(PODS, ', behavior: {scaleUp: {stabilizationWindowSeconds: 5}}')],
    [hpa(PODS, ', behavior: {scaleUp: {stabilizationWindowSeconds: 0}}')],
  ],
  ['A4', 'replicas beside an HPA', [deployment('replicas: 1', GPU), hpa(PODS)], [deployment('', GPU), hpa(PODS)]],
  ['A5', 'no GPU requested', [deployment(), hpa(PODS)], [deployment('', GPU), hpa(PODS)]],
  [
    'A6',
    'a liveness probe during the download',
    [deployment('', `${GPU}, ${LIVE}`), hpa(PODS)],
    [deployment('', `${GPU}, ${LIVE}, startupProbe: {failureThreshold: 120}`), hpa(PODS)],
  ],
  [
    'A7',
    'a CPU metric without a request',
    [deployment(), hpa('{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}')],
    [
      deployment('', 'resources: {requests: {cpu: 2}}'),
      hpa('{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}'),
    ],
  ],
  [
    'A8',
    'two seconds to answer',
    [monitor('{port: metrics, interval: 2s}')],
    [monitor('{port: metrics, interval: 5s, scrapeTimeout: 4s}')],
  ],
  [
    'W',
    'fewer than four samples in a window',
    [alert('rate(asr_failed_total[1m]) > 3'), monitor('{port: metrics, interval: 30s}')],
    [alert('rate(asr_failed_total[2m]) > 3'), monitor('{port: metrics, interval: 30s}')],
  ],
];

describe('each trap is found in broken YAML and gone from repaired YAML', () => {
  it.each(CASES)('%s: %s', (trap, _, broken, repaired) => {
    expect(traps(broken.join('\n---'))).toContain(trap);
    expect(traps(repaired.join('\n---'))).not.toContain(trap);
  });
});

const PLATFORMS = resolve(import.meta.dirname, '../../../scenarios/platform');
const platform = (name: string) =>
  readdirSync(join(PLATFORMS, name)).map((file) => ({ file, text: readFileSync(join(PLATFORMS, name, file), 'utf8') }));

describe('the platforms of the library', () => {
  it('the vendor has the traps that the trap table names', () => {
    expect(
      lint(platform('vendor-0.2.2')).map((one) => `${one.file}:${one.line}:${one.column} ${one.severity} ${one.trap}`),
    ).toMatchInlineSnapshot(`
      [
        "adapter-values.yaml:7:9 warning T5",
        "adapter-values.yaml:17:9 warning T4",
        "adapter-values.yaml:27:9 warning T33",
        "asr-deployment.yaml:11:3 warning A4",
        "asr-deployment.yaml:25:7 error A5",
        "asr-deployment.yaml:46:11 warning A6",
        "asr-hpa.yaml:24:7 note A2",
        "asr-servicemonitor.yaml:18:7 warning A8",
        "prometheus-rules.yaml:15:11 note T36",
        "prometheus-rules.yaml:19:11 error T25",
        "prometheus-rules.yaml:24:11 error T20",
        "prometheus-rules.yaml:24:11 note T36",
        "prometheus-rules.yaml:29:11 warning T21",
        "prometheus-rules.yaml:30:11 note T23",
        "prometheus-rules.yaml:34:11 warning T22",
        "prometheus-rules.yaml:35:11 note T23",
        "prometheus-values.yaml:5:5 error T24",
      ]
    `);
  });

  it('the tuned one keeps only the counter names, which the service exposes', () => {
    expect(lint(platform('tuned')).map((one) => [one.severity, one.trap])).toEqual([
      ['note', 'T36'],
      ['note', 'T36'],
    ]);
  });

  it('a finding says where, what, why and what mends it', () => {
    expect(
      lint([
        {
          file: 'v.yaml',
          text: 'a: 1\nkube-prometheus-stack:\n  prometheus:\n    prometheusSpec:\n      retentionSize: 50Gi',
        },
      ])[0],
    ).toEqual({
      trap: 'T28',
      severity: 'error',
      file: 'v.yaml',
      line: 5,
      column: 7,
      found: 'retentionSize 50Gi',
      why: 'Prometheus takes a number and B, KB, MB, GB … (powers of two): it refuses to start with anything else',
      fix: 'write 50GB or 50GiB',
    });
  });
});
