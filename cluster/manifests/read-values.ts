// Helm values files: kube-prometheus-stack, prometheus-adapter, or an umbrella chart that holds both. Values of other
// charts are templates' business: they are noted, since Surgelab reads what `helm template` prints.

import type { Monitor, RuleGroupJson } from '../../model/kubernetes-monitoring.ts';
import type { AdapterSettings } from '../../model/platform.ts';
import type { Cursor } from './cursor.ts';
import type { PrometheusReading } from './read-prometheus.ts';
import { readPrometheusValues } from './read-prometheus.ts';
import { readAdapterValues } from './read-adapter.ts';
import { readMonitorValues, readRuleGroups } from './read-monitoring.ts';

export interface ValuesReading {
  readonly prometheus: PrometheusReading | null;
  readonly adapter: AdapterSettings | null;
  readonly ruleGroups: readonly RuleGroupJson[];
  readonly monitors: readonly Monitor[];
}

/** Parts of the stack that do not touch the chain from the pod to the HPA. */
const STACK_IRRELEVANT = [
  'alertmanager',
  'commonLabels',
  'crds',
  'defaultRules',
  'enabled',
  'fullnameOverride',
  'global',
  'grafana',
  'kube-state-metrics',
  'kubeApiServer',
  'kubeControllerManager',
  'kubeDns',
  'kubeEtcd',
  'kubeProxy',
  'kubeScheduler',
  'kubeStateMetrics',
  'kubelet',
  'nameOverride',
  'namespaceOverride',
  'nodeExporter',
  'prometheus-node-exporter',
  'prometheusOperator',
];

const readRuleValues = (stack: Cursor): readonly RuleGroupJson[] => {
  const map = stack.get('additionalPrometheusRulesMap');
  const keys = Object.keys(map.present ? (map.value as object) : {});
  const fromMap = keys.flatMap((key) => readRuleGroups(map.get(key, 'groups')));
  return [
    ...fromMap,
    ...stack
      .get('additionalPrometheusRules')
      .items()
      .flatMap((rule) => readRuleGroups(rule.get('groups'))),
  ];
};

const readStack = (stack: Cursor): Omit<ValuesReading, 'adapter'> => {
  const prometheus = stack.get('prometheus');
  const ruleGroups = readRuleValues(stack);
  const spec = prometheus.get('prometheusSpec');
  const monitors = prometheus
    .get('additionalServiceMonitors')
    .items()
    .map(readMonitorValues)
    .filter((monitor) => monitor !== null);
  prometheus.rest(['enabled', 'ingress', 'service', 'serviceAccount', 'serviceMonitor']);
  stack.rest(STACK_IRRELEVANT);
  return { prometheus: spec.present ? readPrometheusValues(spec) : null, ruleGroups, monitors };
};

const isAdapter = (values: Cursor): boolean =>
  values.get('metricsRelistInterval').present ||
  ['custom', 'external', 'default'].some((key) => values.get('rules', key).present);

/** Reads a values file of whichever shape. */
export const readValues = (values: Cursor): ValuesReading => {
  const stack = values.get('kube-prometheus-stack');
  const adapter = values.get('prometheus-adapter');
  if (stack.present || adapter.present) {
    values.rest(['global']);
    const read = stack.present ? readStack(stack) : { prometheus: null, ruleGroups: [], monitors: [] };
    return { ...read, adapter: adapter.present ? readAdapterValues(adapter) : null };
  }
  if (isAdapter(values)) return { prometheus: null, ruleGroups: [], monitors: [], adapter: readAdapterValues(values) };
  return { ...readStack(values), adapter: null };
};
