// Turns the difference of two platforms into something to apply: plain YAML objects for what the cluster holds, and Helm
// values for what charts render. Takes the platform before and after, gives text; applying is the user's.

import { stringify } from 'yaml';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Hpa, Platform, Probe } from '../../model/platform.ts';
import type { ManifestFile } from './documents.ts';
import { rulesPatch } from './patch-rules.ts';
import { differs, isVendorChart, monitorValues, valuesPatch } from './patch-values.ts';

export interface PlatformPatch {
  /** Objects for `kubectl apply --server-side`; null if nothing of them changed. */
  readonly objects: string | null;
  /** Values of the charts that render the platform; null if nothing changed that they have a value for. */
  readonly values: string | null;
  /** The changed ServiceMonitors as values of kube-prometheus-stack, instead of the objects; null if none changed. */
  readonly monitorValues: string | null;
  /** What must be made by hand, or again after an upgrade. */
  readonly byHand: readonly string[];
}

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
  const grace =
    before.terminationGrace === after.terminationGrace ? {} : { terminationGracePeriodSeconds: after.terminationGrace };
  const containers =
    probes.length === 0 ? {} : { containers: [{ name: after.container, ...Object.fromEntries(probes) }] };
  const spec = { ...grace, ...containers };
  if (Object.keys(spec).length === 0) return null;
  const { name, namespace } = after;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { template: { spec } },
  };
};

const HEADER = '# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)\n';

/** What the vendor's chart has no value for: what it writes itself goes back at the next upgrade, the rest stays. */
const withoutValue = (before: Platform, after: Platform, monitors: readonly Monitor[]): readonly string[] => {
  if (!isVendorChart(before)) return [];
  const { name, terminationGrace } = after.deployment;
  return [
    ...monitors.map(
      ({ kind, name: monitor }) =>
        `${kind} ${monitor}: the chart smallest-self-host writes its interval literally and has no value for it: apply patch.yaml again after every helm upgrade`,
    ),
    ...(before.deployment.terminationGrace === terminationGrace
      ? []
      : [
          `Deployment ${name}: the chart smallest-self-host has no value for terminationGracePeriodSeconds: apply patch.yaml`,
        ]),
  ];
};

/**
 * The patch that makes `before` into `after`, as far as monitors, HPA, probes, grace period, rule intervals, Prometheus and adapter go.
 *
 * @param files the YAML that `before` was read from: rule groups are patched in the objects that hold them
 */
export const platformPatch = (
  before: Platform,
  after: Platform,
  files: readonly ManifestFile[] = [],
): PlatformPatch => {
  const monitors = after.monitors.filter((monitor, i) => differs(before.monitors[i], monitor));
  const hpa = after.hpa !== null && differs(before.hpa, after.hpa) ? [hpaObject(after.hpa)] : [];
  const deployment = deploymentObject(before, after);
  const rules = rulesPatch(before, after, files);
  const objects = [
    ...monitors.map(monitorObject),
    ...hpa,
    ...(deployment === null ? [] : [deployment]),
    ...rules.objects,
  ];
  return {
    objects:
      objects.length === 0
        ? null
        : `${HEADER}${objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')}`,
    values: valuesPatch(before, after),
    monitorValues: monitorValues(monitors),
    byHand: [...rules.byHand, ...withoutValue(before, after, monitors)],
  };
};
