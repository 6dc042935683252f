// The difference of two platforms as Helm values: of the prometheus-adapter chart, of kube-prometheus-stack, and of the
// vendor's chart smallest-self-host 0.2.2 where its templates can say it. Values outlive the next `helm upgrade`; objects
// that were applied beside a chart do not.

import { stringify } from 'yaml';
import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Platform, Probe } from '../../model/platform.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Seconds } from '../../model/units.ts';
import { defaultHpaSpec } from '../../sim/autoscaler/default-spec.ts';

type Values = Readonly<Record<string, unknown>>;

export const differs = (x: unknown, y: unknown): boolean => JSON.stringify(x) !== JSON.stringify(y);

const isEmpty = (values: Values): boolean => Object.keys(values).length === 0;

/** `{ [key]: values }`, or nothing where there is nothing to say. */
const under = (keys: readonly string[], values: Values): Values =>
  isEmpty(values) ? {} : keys.reduceRight<Values>((inner, key) => ({ [key]: inner }), values);

/** The entries of `after` whose value is not that of `before`. */
const changed = (before: Values, after: Values): Values =>
  Object.fromEntries(Object.entries(after).filter(([key, value]) => differs(before[key], value)));

const adapterValues = (before: Platform, after: Platform): Values => {
  if (!differs(before.adapter, after.adapter)) return {};
  const { config, relistInterval } = after.adapter;
  const rules = differs(before.adapter.config, config)
    ? { rules: { default: false, custom: config['rules'] ?? [], external: config['externalRules'] ?? [] } }
    : {};
  return under(['prometheus-adapter'], { metricsRelistInterval: formatDuration(relistInterval), ...rules });
};

const prometheusSpec = ({ prometheus }: Platform): Values => {
  const text = (value: Seconds): string => formatDuration(value);
  return {
    scrapeInterval: text(prometheus.scrapeInterval),
    scrapeTimeout: text(prometheus.scrapeTimeout),
    evaluationInterval: text(prometheus.evaluationInterval),
    retention: text(prometheus.retention),
    retentionSize: prometheus.retentionSizeBytes === null ? '' : `${prometheus.retentionSizeBytes}B`,
    replicas: prometheus.replicas,
  };
};

const stackValues = (before: Platform, after: Platform): Values =>
  under(
    ['kube-prometheus-stack', 'prometheus', 'prometheusSpec'],
    changed(prometheusSpec(before), prometheusSpec(after)),
  );

/** What the vendor's chart names its Deployment and HPA. */
const VENDOR_NAME = 'lightning-asr';

/** Values under scaling.auto.lightningAsr.hpa that render this HPA; null if the chart's template cannot. */
const vendorHpa = (spec: HorizontalPodAutoscalerSpec): Values | null => {
  const targetActiveRequests = spec.metrics?.[0]?.pods?.target.averageValue;
  const { minReplicas, maxReplicas, behavior, scaleTargetRef } = spec;
  const rendered = defaultHpaSpec({
    scaleTargetRef,
    minReplicas: minReplicas ?? 1,
    maxReplicas,
    metrics: [
      {
        type: 'Pods',
        pods: {
          metric: { name: 'asr_active_requests' },
          target: { type: 'AverageValue', averageValue: String(targetActiveRequests) },
        },
      },
    ],
    ...(behavior === undefined ? {} : { behavior }),
  });
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .sort(([x], [y]) => (x < y ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        );
  if (differs(sorted(rendered), sorted(defaultHpaSpec(spec)))) return null;
  const number = Number(targetActiveRequests);
  return {
    minReplicas,
    maxReplicas,
    targetActiveRequests: Number.isNaN(number) ? targetActiveRequests : number,
    behavior,
  };
};

/** Fields of a probe that the chart's template reads; its liveness template has no failure threshold. */
const vendorProbe = (probe: Probe | null, name: 'readiness' | 'liveness'): Values =>
  probe === null
    ? {}
    : {
        initialDelaySeconds: probe.initialDelay,
        periodSeconds: probe.period,
        timeoutSeconds: probe.timeout,
        ...(name === 'readiness' ? { failureThreshold: probe.failureThreshold } : {}),
      };

export const isVendorChart = ({ deployment, hpa }: Platform): boolean =>
  deployment.name === VENDOR_NAME && hpa !== null && hpa.name === VENDOR_NAME && vendorHpa(hpa.spec) !== null;

const vendorValues = (before: Platform, after: Platform): Values => {
  if (!isVendorChart(before) || before.hpa === null || after.hpa === null) return {};
  const hpa = vendorHpa(after.hpa.spec);
  const probes = (['readiness', 'liveness'] as const).flatMap((name) => {
    const fields = changed(vendorProbe(before.deployment[name], name), vendorProbe(after.deployment[name], name));
    return isEmpty(fields) ? [] : [[`${name}Probe`, fields] as const];
  });
  return {
    ...under(['scaling', 'auto', 'lightningAsr', 'hpa'], hpa === null ? {} : changed(vendorHpa(before.hpa.spec)!, hpa)),
    ...under(['lightningAsr'], Object.fromEntries(probes)),
  };
};

const HEADER = [
  '# Helm values: keys of the umbrella chart smallest-self-host 0.2.2 and of its parts kube-prometheus-stack 60.5.0 and',
  '# prometheus-adapter 4.14.2. For a part that is installed on its own, drop its outer key. Lists replace those of the',
  '# chart, so they are whole (T40).\n',
].join('\n');

/** Null if nothing changed that a chart has a value for. */
export const valuesPatch = (before: Platform, after: Platform): string | null => {
  const values = { ...vendorValues(before, after), ...stackValues(before, after), ...adapterValues(before, after) };
  return isEmpty(values) ? null : `${HEADER}${stringify(values, { lineWidth: 0 })}`;
};

const MONITOR_HEADER = (names: readonly string[]): string =>
  [
    '# Instead of the ServiceMonitor in patch.yaml, for those who keep monitors in the values of kube-prometheus-stack.',
    '# Never beside it: two monitors on the same pods store every sample twice (T3). First:',
    ...names.map((name) => `#   kubectl delete servicemonitor ${name}`),
    '# The list replaces the one that the values have now: add its other entries.\n',
  ].join('\n');

const monitorEntry = ({ name, namespace, labels, spec, endpoints }: Monitor): Values => ({
  name,
  additionalLabels: labels,
  // The chart puts the monitor into the namespace of the stack, so the namespace of the pods has to be named.
  namespaceSelector: { matchNames: [namespace] },
  ...spec,
  endpoints,
});

/** The changed ServiceMonitors as additionalServiceMonitors; null if there are none. */
export const monitorValues = (monitors: readonly Monitor[]): string | null => {
  const own = monitors.filter(({ kind }) => kind === 'ServiceMonitor');
  if (own.length === 0) return null;
  const values = under(['kube-prometheus-stack', 'prometheus'], { additionalServiceMonitors: own.map(monitorEntry) });
  return `${MONITOR_HEADER(own.map(({ name, namespace }) => `${name} --namespace ${namespace}`))}${stringify(values, { lineWidth: 0 })}`;
};
