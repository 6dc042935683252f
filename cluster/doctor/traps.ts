// The traps of the product's metrics guide that a running cluster shows, each with what really happens and what mends it.
// Ids are those of `surgelab lint`, which finds the same traps in YAML.

export interface Cause {
  /** Null = none of the table: an ordinary fault. */
  readonly trap: string | null;
  readonly happens: string;
  readonly fix: string;
}

/** An ordinary fault. */
export const fault = (happens: string, fix: string): Cause => ({ trap: null, happens, fix });

const TABLE = {
  T2: [
    'the target names a host or port that no Service has: DNS fails or nobody listens, up stays 0',
    'delete the static job and rely on the ServiceMonitor; use the port name that the Service has',
  ],
  T3: [
    'the pods are scraped twice, or through a Service address: a second series without namespace, or twice per pod',
    'remove one of the jobs, or discover pods with relabelling',
  ],
  T4: [
    'with two series per pod and a metricsQuery without aggregation the last one returned wins, silently',
    'metricsQuery: max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>), or sum',
  ],
  T5: [
    'a series without label pod registers nothing for pods, one without namespace is never matched; neither is reported',
    'let discovery set namespace and pod; seriesQuery: asr_active_requests{namespace!="",pod!=""}',
  ],
  T7: [
    'series that are scraped about as seldom as the adapter lists (1m) drop out of its list again and again: 404',
    'scrape every 5 s; metricsRelistInterval at least twice the scrape interval',
  ],
  T8: [
    'the guide says port 2269; the chart exposes and scrapes 9090',
    'one port in containerPort, Service targetPort and monitor; look which one answers with /metrics',
  ],
  T11: [
    'the adapter asks a Prometheus at a wrong address: each refresh fails, all its metrics are missing',
    'leave prometheus.url of the adapter unset, or name the Service in its namespace',
  ],
  T12: [
    'the guide’s commands name default and kube-system; everything of a release lives in the namespace of the release',
    'give --namespace',
  ],
  T13: [
    'the guide names svc/lightning-asr, which no chart renders: it is lightning-asr-metrics, port 9090',
    'create the Service, or let its selector match the labels of the pods',
  ],
  T14: [
    'only what the rules name is registered; the chart sets rules.default false',
    'add a rule for the metric to rules.custom (or rules.external)',
  ],
  T17: [
    'a recorded series by (namespace) has no label pod: a Pods metric finds no element of its pods',
    'keep the raw series for Pods metrics, or read the recorded one as External',
  ],
  T26: [
    'memory follows active and churned series; longer retention does not lower it, and a passed limit fails whole scrapes',
    'drop labels and buckets with metricRelabelings, or raise sampleLimit knowingly',
  ],
  T32: [
    'Prometheus takes only monitors whose labels and namespace its selectors match',
    'prometheusSpec.serviceMonitorSelectorNilUsesHelmValues: false, or give the monitor the label release',
  ],
  T34: [
    'an external metric made of the workload’s own replicas is a loop on its own output: 6 → 8 → 13 → maximum',
    'AverageValue of a metric that load drives',
  ],
  T35: [
    'the names of the guide, of the board and of the newer page differ; the pod exposes others',
    'read /metrics of a pod before deploying rules, and use those names',
  ],
  T36: ['client libraries append _total to counters: the name without it returns nothing', 'use the name with _total'],
  T37: [
    'an exposed label pod or namespace becomes exported_pod, or overrides the target’s with honorLabels',
    'remove the label from the application',
  ],
  T38: ['the ServiceMonitor also wants metrics: "true"', 'give the Service the labels that the monitor selects'],
  T40: [
    'rules.custom and rules.external are lists: own values replace those of the chart, so its metrics vanish',
    'repeat the chart’s entries beside the new one',
  ],
  T1: [
    'additionalPrometheusRulesMap below prometheusSpec is read by no template: no PrometheusRule, no error',
    'move it to kube-prometheus-stack.additionalPrometheusRulesMap; external rules need label release',
  ],
  A4: [
    'the Deployment renders replicas: each helm upgrade resets what the HPA set',
    'leave replicas out of the Deployment',
  ],
  A5: [
    'without a request for nvidia.com/gpu scheduler and node autoscaler do not see cards; pods can share one',
    'resources.limits: { nvidia.com/gpu: 1 }',
  ],
  A7: [
    'CPU and memory metrics need requests and a resource-metrics server; the chart has neither, and scale-down is blocked',
    'remove the resource metric from the HPA, or install metrics-server and set requests',
  ],
  A8: [
    'a busy server does not answer a scrape within its 2 s timeout: every failed scrape blanks the pod until the next',
    'a longer interval with a timeout of its own, and /metrics off the busy thread',
  ],
} as const;

export type TrapId = keyof typeof TABLE;

export const trap = (id: TrapId): Cause => ({ trap: id, happens: TABLE[id][0], fix: TABLE[id][1] });
