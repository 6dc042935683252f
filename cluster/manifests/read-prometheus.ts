// Prometheus settings: from a Prometheus resource, or from `prometheusSpec` of kube-prometheus-stack values, which the
// chart copies into one. Defaults are those of the operator's CRD and of kube-prometheus-stack 60.5.0.

import type { LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { PrometheusSettings, PrometheusVersion } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { Cursor } from './cursor.ts';

/** What the operator takes into this Prometheus; null = everything. */
export interface Selection {
  readonly monitors: LabelSelector | null;
  readonly podMonitors: LabelSelector | null;
  readonly rules: LabelSelector | null;
}

export interface PrometheusReading {
  readonly settings: PrometheusSettings;
  readonly selection: Selection;
}

const DAY = 86_400;

/** Host name and external labels as the operator sets them; together they seed the scrape phases. */
const identity = (name: string, namespace: string): Pick<PrometheusSettings, 'hostName' | 'externalLabels'> => ({
  hostName: `prometheus-${name}-0.prometheus-operated.${namespace}.svc.cluster.local`,
  externalLabels: { prometheus: `${namespace}/${name}`, prometheus_replica: `prometheus-${name}-0` },
});

/** Prometheus as kube-prometheus-stack 60.5.0 sets it up when nothing is said. */
export const DEFAULT_PROMETHEUS: PrometheusSettings = {
  version: '2.53',
  scrapeInterval: seconds(30),
  scrapeTimeout: seconds(10),
  evaluationInterval: seconds(30),
  retention: seconds(10 * DAY),
  retentionSizeBytes: null,
  replicas: 1,
  ...identity('kube-prometheus-stack-prometheus', 'default'),
};

const SIZE_UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** `50GB`, `512MiB` in bytes, powers of two as Prometheus counts them; 0 and '' = no limit (null). undefined: not a size. */
export const parseRetentionSize = (text: string): number | null | undefined => {
  if (text === '' || text === '0') return null;
  const match = /^(\d+(?:\.\d+)?)([KMGTPE]?)i?B$/.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * 1024 ** SIZE_UNITS.indexOf(match[2]!);
  return bytes === 0 ? null : bytes;
};

const versionOf = (cursor: Cursor): PrometheusVersion => {
  const text = cursor.text('v2.53.0').replace(/^v/, '');
  if (text.startsWith('3.')) return '3';
  if (!/^2\.53(\.|$)/.test(text)) cursor.note(`Prometheus ${text} is simulated as 2.53`);
  return '2.53';
};

const selectorOf = (cursor: Cursor): LabelSelector | null => {
  if (!cursor.present) return null;
  const { matchLabels, matchExpressions } = cursor.value as LabelSelector;
  return Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0
    ? null
    : (cursor.value as LabelSelector);
};

/** Storage class, resources, security and their kin: they decide whether Prometheus lives, not what it answers. */
const IRRELEVANT = [
  'affinity',
  'alerting',
  'alertingEndpoints',
  'automountServiceAccountToken',
  'enableAdminAPI',
  'externalUrl',
  'hostNetwork',
  'image',
  'initContainers',
  'listenLocal',
  'logFormat',
  'logLevel',
  'nodeSelector',
  'paused',
  'podMetadata',
  'podMonitorNamespaceSelector',
  'podMonitorSelectorNilUsesHelmValues',
  'portName',
  'priorityClassName',
  'probeNamespaceSelector',
  'probeSelector',
  'probeSelectorNilUsesHelmValues',
  'resources',
  'routePrefix',
  'ruleNamespaceSelector',
  'ruleSelectorNilUsesHelmValues',
  'scrapeConfigSelector',
  'scrapeConfigSelectorNilUsesHelmValues',
  'securityContext',
  'serviceAccountName',
  'serviceMonitorNamespaceSelector',
  'serviceMonitorSelectorNilUsesHelmValues',
  'storage',
  'storageSpec',
  'tolerations',
  'topologySpreadConstraints',
  'tsdb',
  'volumeMounts',
  'volumes',
  'walCompression',
  'web',
];

const readSpec = (spec: Cursor, name: string, namespace: string, retention: number): PrometheusReading => {
  const size = spec.get('retentionSize');
  const bytes = parseRetentionSize(size.text(''));
  if (bytes === undefined) size.fail('a size such as 50GB or 50GiB');
  const own = identity(name, namespace);
  const reading: PrometheusReading = {
    settings: {
      version: versionOf(spec.get('version').present ? spec.get('version') : spec.get('image', 'tag')),
      scrapeInterval: spec.get('scrapeInterval').duration(DEFAULT_PROMETHEUS.scrapeInterval),
      scrapeTimeout: spec.get('scrapeTimeout').duration(DEFAULT_PROMETHEUS.scrapeTimeout),
      evaluationInterval: spec.get('evaluationInterval').duration(DEFAULT_PROMETHEUS.evaluationInterval),
      retention: spec.get('retention').duration(seconds(retention)),
      retentionSizeBytes: bytes ?? null,
      replicas: spec.get('replicas').integer(1),
      hostName: own.hostName,
      externalLabels: { ...own.externalLabels, ...spec.get('externalLabels').labels() },
    },
    selection: {
      monitors: selectorOf(spec.get('serviceMonitorSelector')),
      podMonitors: selectorOf(spec.get('podMonitorSelector')),
      rules: selectorOf(spec.get('ruleSelector')),
    },
  };
  for (const key of ['additionalPrometheusRules', 'additionalPrometheusRulesMap']) {
    if (spec.get(key).present) {
      spec
        .get(key)
        .note(
          'is read by no template here, so these rules do not exist; it belongs at the root of the kube-prometheus-stack values (T1)',
        );
    }
  }
  for (const job of spec.get('additionalScrapeConfigs').items()) {
    job.note(`the extra scrape job ${job.get('job_name').text('without a name')} is not simulated (T2, T3)`);
  }
  spec.rest(IRRELEVANT);
  return reading;
};

export const readPrometheus = (object: Cursor): PrometheusReading =>
  // Without any retention the operator sets 24h.
  readSpec(
    object.get('spec'),
    object.get('metadata', 'name').text(),
    object.get('metadata', 'namespace').text('default'),
    DAY,
  );

export const readPrometheusValues = (spec: Cursor): PrometheusReading =>
  readSpec(spec, 'kube-prometheus-stack-prometheus', 'default', DEFAULT_PROMETHEUS.retention);
