// Real Kubernetes YAML to one typed Platform. Takes files as text and the `set` overrides of a scenario; gives the platform
// with a note for everything it did not use, or throws PLATFORM_INVALID with every problem. Opening files is harness's.

import type { Problem } from '../../model/errors.ts';
import { formatProblem, TestbedError } from '../../model/errors.ts';
import type { LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { Monitor, RuleGroupJson } from '../../model/kubernetes-monitoring.ts';
import type { AdapterSettings, Deployment, Hpa, Platform, PlatformNote, Service } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import { defaultHpaSpec } from '../../sim/autoscaler/default-spec.ts';
import { cursorOf } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { ManifestDocument, ManifestFile } from './documents.ts';
import { openManifests } from './documents.ts';
import { monitorSelects, selectorMatches } from './selection.ts';
import type { SetValues } from './overrides.ts';
import { applyOverrides, deploymentNamed } from './overrides.ts';
import { CHART_RELIST, readAdapterConfig, readAdapterFlags } from './read-adapter.ts';
import { readDeployment } from './read-deployment.ts';
import { readHpa } from './read-hpa.ts';
import { readMonitor, readRuleGroups, readService } from './read-monitoring.ts';
import type { PrometheusReading } from './read-prometheus.ts';
import { DEFAULT_PROMETHEUS, readPrometheus } from './read-prometheus.ts';
import { readValues } from './read-values.ts';

interface RuleObject {
  readonly file: string;
  readonly name: string;
  /** Null: written by the chart, so selected in any case. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly groups: readonly RuleGroupJson[];
}

/** What was found so far, by kind. */
interface Collected {
  readonly deployments: { file: string; deployment: Deployment }[];
  readonly hpas: Hpa[];
  readonly services: Service[];
  readonly monitors: { file: string; monitor: Monitor }[];
  readonly rules: RuleObject[];
  readonly prometheuses: { file: string; rendered: boolean; reading: PrometheusReading }[];
  readonly adapters: Partial<AdapterSettings>[];
}

/** Objects that do not take part in the chain. */
const IRRELEVANT_KINDS = new Set([
  'APIService',
  'Alertmanager',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'DaemonSet',
  'Ingress',
  'Job',
  'MutatingWebhookConfiguration',
  'Namespace',
  'NetworkPolicy',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Role',
  'RoleBinding',
  'Secret',
  'ServiceAccount',
  'StatefulSet',
  'StorageClass',
  'ValidatingWebhookConfiguration',
]);

const isAdapterImage = (object: Cursor): boolean =>
  object
    .get('spec', 'template', 'spec', 'containers')
    .items()
    .some((container) => container.get('image').text('').includes('prometheus-adapter'));

const collectDeployment = (object: Cursor, file: string, into: Collected): void => {
  if (isAdapterImage(object)) into.adapters.push(readAdapterFlags(object));
  else into.deployments.push({ file, deployment: readDeployment(object) });
};

const collectConfigMap = (object: Cursor, into: Collected): void => {
  const config = object.get('data', 'config.yaml');
  if (config.present && /^\s*(?:rules|externalRules|resourceRules):/m.test(config.text(''))) {
    into.adapters.push({ config: readAdapterConfig(config) });
  }
};

const collectValues = (object: Cursor, file: string, into: Collected): void => {
  const { prometheus, adapter, ruleGroups, monitors } = readValues(object);
  if (prometheus !== null) into.prometheuses.push({ file, rendered: false, reading: prometheus });
  if (adapter !== null) into.adapters.unshift(adapter);
  into.monitors.push(...monitors.map((monitor) => ({ file, monitor })));
  if (ruleGroups.length > 0)
    into.rules.push({ file, name: 'additionalPrometheusRulesMap', labels: null, groups: ruleGroups });
};

const collect = (document: ManifestDocument, object: Cursor, into: Collected): void => {
  const { file } = document;
  switch (document.kind) {
    case 'Deployment':
      collectDeployment(object, file, into);
      return;
    case 'HorizontalPodAutoscaler':
      into.hpas.push(readHpa(object));
      return;
    case 'Service':
      into.services.push(readService(object));
      return;
    case 'ServiceMonitor':
    case 'PodMonitor': {
      const monitor = readMonitor(object, document.kind);
      if (monitor !== null) into.monitors.push({ file, monitor });
      return;
    }
    case 'PrometheusRule':
      into.rules.push({
        file,
        name: object.get('metadata', 'name').text(),
        labels: object.get('metadata', 'labels').labels(),
        groups: readRuleGroups(object.get('spec', 'groups')),
      });
      return;
    case 'Prometheus':
      into.prometheuses.push({ file, rendered: true, reading: readPrometheus(object) });
      return;
    case 'ConfigMap':
      collectConfigMap(object, into);
      return;
    case '':
      collectValues(object, file, into);
      return;
    default:
      if (!IRRELEVANT_KINDS.has(document.kind)) object.note(`objects of kind ${document.kind} are not modelled`);
  }
};

const targets = (hpa: Hpa, deployment: Deployment): boolean =>
  hpa.spec.scaleTargetRef.kind === 'Deployment' &&
  hpa.spec.scaleTargetRef.name === deployment.name &&
  hpa.namespace === deployment.namespace;

/** The speech-to-text deployment: the one named by `set`, else the first that is scraped and scaled, scraped, scaled, or there. */
const chooseDeployment = (found: Collected, named: string | null): Deployment | undefined => {
  const all = found.deployments.map((one) => one.deployment);
  if (named !== null) return all.find((one) => one.name === named);
  const scraped = (one: Deployment): boolean =>
    found.monitors.some(({ monitor }) => monitorSelects(monitor, one, found.services));
  const scaled = (one: Deployment): boolean => found.hpas.some((hpa) => targets(hpa, one));
  return all.find((one) => scraped(one) && scaled(one)) ?? all.find(scraped) ?? all.find(scaled) ?? all[0];
};

const keep = (selector: LabelSelector | null, labels: Readonly<Record<string, string>> | null): boolean =>
  selector === null || labels === null || selectorMatches(selector, labels);

const YAML_HINT = 'give the YAML as `helm template` or `kubectl get -o yaml` prints it';
const SET_HINT = 'docs/set-paths.md lists what `set` takes';

const refuse = (lines: readonly string[], hint: string): never => {
  throw new TestbedError(
    'PLATFORM_INVALID',
    `the platform has ${lines.length === 1 ? 'a problem' : `${lines.length} problems`}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    { hint },
  );
};

const assemble = (found: Collected, deployment: Deployment, notes: PlatformNote[]): Platform => {
  const chosen = found.prometheuses.find((one) => one.rendered) ?? found.prometheuses[0];
  for (const other of found.prometheuses) {
    if (other !== chosen)
      notes.push({ file: other.file, path: '', message: `Prometheus settings come from ${chosen!.file} instead` });
  }
  const { settings, selection } = chosen?.reading ?? {
    settings: DEFAULT_PROMETHEUS,
    selection: { monitors: null, podMonitors: null, rules: null },
  };
  if (chosen === undefined) {
    notes.push({
      file: '',
      path: 'prometheus',
      message: 'no Prometheus settings found: those of kube-prometheus-stack 60.5.0 apply',
    });
  }
  const monitors = found.monitors.filter(({ file, monitor }) => {
    const selected = keep(
      monitor.kind === 'ServiceMonitor' ? selection.monitors : selection.podMonitors,
      monitor.labels,
    );
    if (!selected)
      notes.push({
        file,
        path: 'metadata.labels',
        message: `Prometheus does not select the ${monitor.kind} ${monitor.name}`,
      });
    return selected;
  });
  const rules = found.rules.filter((rule) => {
    const selected = keep(selection.rules, rule.labels);
    if (!selected)
      notes.push({
        file: rule.file,
        path: 'metadata.labels',
        message: `Prometheus does not select the PrometheusRule ${rule.name}`,
      });
    return selected;
  });
  const adapter = Object.assign({}, ...found.adapters) as Partial<AdapterSettings>;
  if (adapter.config === undefined) {
    notes.push({
      file: '',
      path: 'adapter',
      message: 'no adapter configuration found: every metric of the HPA answers 404',
    });
  }
  for (const { file, deployment: other } of found.deployments) {
    if (other !== deployment)
      notes.push({ file, path: 'metadata.name', message: `the deployment ${other.name} is not simulated` });
  }
  const hpas = found.hpas.map((hpa) => ({ ...hpa, spec: defaultHpaSpec(hpa.spec) }));
  const own = hpas.find((hpa) => targets(hpa, deployment));
  return {
    namespace: deployment.namespace,
    deployment,
    hpa: own ?? null,
    otherHpas: hpas.filter((hpa) => hpa !== own),
    services: found.services,
    monitors: monitors.map(({ monitor }) => monitor),
    ruleGroups: rules.flatMap(({ file, groups }) => groups.map((group) => ({ file, group }))),
    prometheus: settings,
    adapter: {
      config: adapter.config ?? {},
      relistInterval: adapter.relistInterval ?? CHART_RELIST,
      maxAge: adapter.maxAge ?? adapter.relistInterval ?? CHART_RELIST,
    },
    controller: { version: '1.34', syncPeriod: seconds(15), tolerance: 0.1, downscaleStabilization: seconds(300) },
    notes,
  };
};

/**
 * The platform that `files` describe, with the overrides `set` of the scenario. Throws PLATFORM_INVALID with every problem:
 * broken YAML, wrong types, no Deployment, an unknown override.
 *
 * @example readPlatform([{ file: 'asr.yaml', text }], { 'asr.scrapeInterval': '5s' }).hpa?.spec.maxReplicas
 */
export const readPlatform = (files: readonly ManifestFile[], set: SetValues = {}): Platform => {
  const { documents, problems: syntax } = openManifests(files);
  const problems: Problem[] = [...syntax];
  const notes: PlatformNote[] = [];
  const found: Collected = {
    deployments: [],
    hpas: [],
    services: [],
    monitors: [],
    rules: [],
    prometheuses: [],
    adapters: [],
  };
  for (const document of documents) collect(document, cursorOf(document, { problems, notes }), found);
  if (problems.length > 0) refuse(problems.map(formatProblem), YAML_HINT);
  const named = deploymentNamed(set);
  const deployment = chooseDeployment(found, named);
  if (deployment === undefined) {
    return refuse(
      [
        `expected a Deployment${named === null ? '' : ` named ${named}`} in ${files.map((one) => one.file).join(', ')}, got none`,
      ],
      named === null ? YAML_HINT : '`set` deployment.name names one of the Deployments of the YAML',
    );
  }
  const { platform, refused } = applyOverrides(assemble(found, deployment, notes), set);
  return refused.length === 0 ? platform : refuse(refused, SET_HINT);
};
