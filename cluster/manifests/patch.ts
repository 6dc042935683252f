// Turns the difference of two platforms into something to apply: plain YAML objects for what the cluster holds, and Helm
// values for what only the adapter's chart renders. Takes the platform before and after, gives text; applying is the user's.

import { stringify } from 'yaml';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Hpa, Platform, Probe } from '../../model/platform.ts';
import { formatDuration } from '../../model/duration.ts';

export interface PlatformPatch {
  /** Objects for `kubectl apply --server-side`; null if nothing of them changed. */
  readonly objects: string | null;
  /** Values of the prometheus-adapter chart under the vendor chart's key; null if nothing of them changed. */
  readonly values: string | null;
  /** Changes that have no object of their own here and must be made by hand. */
  readonly byHand: readonly string[];
}

const differs = (x: unknown, y: unknown): boolean => JSON.stringify(x) !== JSON.stringify(y);

const monitorObject = ({ kind, name, namespace, labels, spec, endpoints }: Monitor): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind,
  metadata: { name, namespace, labels },
  spec: { ...spec, [kind === 'ServiceMonitor' ? 'endpoints' : 'podMetricsEndpoints']: endpoints },
});

const hpaObject = ({ name, namespace, spec }: Hpa): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace },
  spec,
});

const probeFields = (probe: Probe): object => ({
  initialDelaySeconds: probe.initialDelay,
  periodSeconds: probe.period,
  timeoutSeconds: probe.timeout,
  successThreshold: probe.successThreshold,
  failureThreshold: probe.failureThreshold,
});

/** Only the fields that change: a server-side apply owns nothing else of the Deployment. */
const deploymentObject = ({ deployment: before }: Platform, { deployment: after }: Platform): object | null => {
  const probes = (['readiness', 'liveness', 'startup'] as const).flatMap((name) => {
    const probe = after[name];
    return probe !== null && differs(before[name], probe) ? [[`${name}Probe`, probeFields(probe)] as const] : [];
  });
  if (probes.length === 0) return null;
  const { name, namespace, container } = after;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { template: { spec: { containers: [{ name: container, ...Object.fromEntries(probes) }] } } },
  };
};

const HEADER = '# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)\n';
const VALUES_HEADER = [
  '# Helm values of the prometheus-adapter subchart; the lists replace those of the chart, so they are whole (T40).',
  '# Without an umbrella chart drop the outer key.\n',
].join('\n');

const adapterValues = (before: Platform, after: Platform): string | null => {
  if (!differs(before.adapter, after.adapter)) return null;
  const { config, relistInterval } = after.adapter;
  const rules = differs(before.adapter.config, config)
    ? { rules: { default: false, custom: config['rules'] ?? [], external: config['externalRules'] ?? [] } }
    : {};
  const values = { 'prometheus-adapter': { metricsRelistInterval: formatDuration(relistInterval), ...rules } };
  return `${VALUES_HEADER}${stringify(values, { lineWidth: 0 })}`;
};

const groupsByHand = (before: Platform, after: Platform): readonly string[] =>
  after.ruleGroups.flatMap(({ file, group }, i) =>
    differs(before.ruleGroups[i]?.group.interval, group.interval)
      ? [`${file}: rule group ${group.name}: interval: ${group.interval ?? 'none'}`]
      : [],
  );

/** The patch that makes `before` into `after`, as far as monitors, HPA, probes, adapter and rule intervals go. */
export const platformPatch = (before: Platform, after: Platform): PlatformPatch => {
  const monitors = after.monitors.filter((monitor, i) => differs(before.monitors[i], monitor)).map(monitorObject);
  const hpa = after.hpa !== null && differs(before.hpa, after.hpa) ? [hpaObject(after.hpa)] : [];
  const deployment = deploymentObject(before, after);
  const objects = [...monitors, ...hpa, ...(deployment === null ? [] : [deployment])];
  return {
    objects:
      objects.length === 0
        ? null
        : `${HEADER}${objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')}`,
    values: adapterValues(before, after),
    byHand: groupsByHand(before, after),
  };
};
