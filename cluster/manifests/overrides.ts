// `set:` of a scenario: single values of the platform by dotted path, the same for every profile. One table from path to
// what it changes; an unknown path is refused with the nearest known one.

import { parseDuration } from '../../model/duration.ts';
import type { HPAScalingPolicy, HPAScalingRules, MetricSpec, MetricTarget } from '../../model/kubernetes-hpa.ts';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import { nearest, suggestion } from '../../model/nearest.ts';
import type { Hpa, Platform, Probe } from '../../model/platform.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import { withHpaInterval, withQueryWindow, withRuleInterval } from './hpa-overrides.ts';
import { hpaSource } from './hpa-source.ts';
import { parseRetentionSize } from './read-prometheus.ts';
import { monitorSelects } from './selection.ts';

export type SetValue = string | number | boolean;
export type SetValues = Readonly<Record<string, SetValue>>;

/** One path: what it takes, what it means, and its effect; null = the value is not of that sort. */
interface Override {
  readonly takes: string;
  readonly does: string;
  readonly apply: (platform: Platform, value: SetValue) => Platform | null;
}

const override =
  <T>(takes: string, parse: (value: SetValue) => T | null) =>
  (does: string, change: (platform: Platform, value: T) => Platform): Override => ({
    takes,
    does,
    apply: (platform, value) => {
      const parsed = parse(value);
      return parsed === null ? null : change(platform, parsed);
    },
  });

const duration = override('a duration above 0 such as 15s', (value) => {
  const parsed = typeof value === 'string' ? parseDuration(value) : null;
  return parsed !== null && parsed > 0 ? parsed : null;
});
const whole = (least: number) =>
  override(`a whole number of at least ${least}`, (value) => {
    const parsed = typeof value === 'boolean' || value === '' ? NaN : Number(value);
    return Number.isInteger(parsed) && parsed >= least ? parsed : null;
  });
const number = override('a number above 0', (value) => {
  const parsed = typeof value === 'boolean' || value === '' ? NaN : Number(value);
  return Number.isFinite(parsed) && parsed > 0 ? parsed : null;
});
const flag = override('true or false', (value) =>
  value === true || value === 'true' ? true : value === false || value === 'false' ? false : null,
);
const word = override('text', (value) => (typeof value === 'string' && value !== '' ? value : null));
const choice = <T extends string>(...all: readonly T[]) =>
  override(`one of ${all.join(', ')}`, (value) => all.find((one) => one === String(value)) ?? null);

type Overrides = Readonly<Record<string, Override>>;

const prometheus = (change: Partial<Platform['prometheus']>, platform: Platform): Platform => ({
  ...platform,
  prometheus: { ...platform.prometheus, ...change },
});

const PROMETHEUS: Overrides = {
  'prometheus.scrapeInterval': duration(
    'global interval: of every job whose monitor names none, so not of the ASR job where its ServiceMonitor sets one (T6)',
    (p, scrapeInterval) => prometheus({ scrapeInterval }, p),
  ),
  'prometheus.scrapeTimeout': duration('global timeout', (p, scrapeTimeout) => prometheus({ scrapeTimeout }, p)),
  'prometheus.evaluationInterval': duration('of rule groups that name none', (p, evaluationInterval) =>
    prometheus({ evaluationInterval }, p),
  ),
  'prometheus.retention': duration('how long samples are kept', (p, retention) => prometheus({ retention }, p)),
  'prometheus.retentionSize': override('a size such as 50GB', (value) => {
    const bytes = parseRetentionSize(String(value));
    return bytes === undefined ? null : { bytes };
  })('most bytes kept; 0 = no limit', (p, { bytes }) => prometheus({ retentionSizeBytes: bytes }, p)),
  'prometheus.replicas': whole(1)('each scrapes and stores on its own', (p, replicas) => prometheus({ replicas }, p)),
  'prometheus.version': choice('2.53', '3')('semantics of discovery and ranges', (p, version) =>
    prometheus({ version }, p),
  ),
};

const withEndpoints = (
  platform: Platform,
  which: (monitor: Monitor) => boolean,
  change: (e: Monitor['endpoints'][number]) => Monitor['endpoints'][number],
): Platform => ({
  ...platform,
  monitors: platform.monitors.map((monitor) =>
    which(monitor) ? { ...monitor, endpoints: monitor.endpoints.map(change) } : monitor,
  ),
});

/** A timeout above the interval would make the operator skip the monitor, so it goes down with the interval. */
const withInterval =
  (interval: Seconds) =>
  (endpoint: Monitor['endpoints'][number]): Monitor['endpoints'][number] => {
    const timeout = endpoint.scrapeTimeout === undefined ? null : parseDuration(endpoint.scrapeTimeout);
    const text = formatDuration(interval);
    return { ...endpoint, interval: text, ...(timeout !== null && timeout > interval ? { scrapeTimeout: text } : {}) };
  };

const ofAsr =
  (platform: Platform) =>
  (monitor: Monitor): boolean =>
    monitorSelects(monitor, platform.deployment, platform.services);
const isServiceMonitor = (monitor: Monitor): boolean => monitor.kind === 'ServiceMonitor';

const MONITORS: Overrides = {
  'asr.scrapeInterval': duration('interval of every endpoint of the monitors that select the deployment', (p, value) =>
    withEndpoints(p, ofAsr(p), withInterval(value)),
  ),
  'asr.scrapeTimeout': duration('timeout of the same endpoints', (p, value) =>
    withEndpoints(p, ofAsr(p), (endpoint) => ({ ...endpoint, scrapeTimeout: formatDuration(value) })),
  ),
  'serviceMonitor.interval': duration('interval of every endpoint of every ServiceMonitor', (p, value) =>
    withEndpoints(p, isServiceMonitor, withInterval(value)),
  ),
  'serviceMonitor.scrapeTimeout': duration('timeout of the same endpoints', (p, value) =>
    withEndpoints(p, isServiceMonitor, (endpoint) => ({ ...endpoint, scrapeTimeout: formatDuration(value) })),
  ),
};

const deployment = (change: Partial<Platform['deployment']>, platform: Platform): Platform => ({
  ...platform,
  deployment: { ...platform.deployment, ...change },
});

/** The API's defaults, where the deployment has no such probe. */
const NEW_PROBE: Probe = {
  initialDelay: seconds(0),
  period: seconds(10),
  timeout: seconds(1),
  successThreshold: 1,
  failureThreshold: 3,
};

const probe = (name: 'readiness' | 'liveness' | 'startup'): Overrides => {
  const field = (key: keyof Probe, text: string, least: number): [string, Override] => [
    `deployment.${name}Probe.${text}`,
    whole(least)(`of the ${name} probe, which is added if there is none`, (p, value) =>
      deployment({ [name]: { ...(p.deployment[name] ?? NEW_PROBE), [key]: value } }, p),
    ),
  ];
  return Object.fromEntries([
    field('initialDelay', 'initialDelaySeconds', 0),
    field('period', 'periodSeconds', 1),
    field('timeout', 'timeoutSeconds', 1),
    field('successThreshold', 'successThreshold', 1),
    field('failureThreshold', 'failureThreshold', 1),
  ]);
};

const DEPLOYMENT: Overrides = {
  'deployment.name': word('which Deployment of the manifests is the speech-to-text service', (p) => p),
  'deployment.replicas': whole(0)('pods at the start', (p, replicas) => deployment({ replicas }, p)),
  'deployment.gpusPerPod': whole(0)('nvidia.com/gpu of one pod', (p, gpusPerPod) => deployment({ gpusPerPod }, p)),
  'deployment.terminationGracePeriodSeconds': whole(0)('from SIGTERM to SIGKILL', (p, value) =>
    deployment({ terminationGrace: seconds(value) }, p),
  ),
  'deployment.preStopSeconds': whole(0)('sleep of the preStop hook', (p, value) =>
    deployment({ preStop: seconds(value) }, p),
  ),
  ...probe('readiness'),
  ...probe('liveness'),
  ...probe('startup'),
};

const withHpa = (platform: Platform, change: (spec: Hpa['spec']) => Hpa['spec']): Platform =>
  platform.hpa === null ? platform : { ...platform, hpa: { ...platform.hpa, spec: change(platform.hpa.spec) } };

const retarget = (target: MetricTarget, value: string): MetricTarget =>
  target.type === 'Utilization'
    ? { ...target, averageUtilization: Number(value) }
    : target.type === 'Value'
      ? { ...target, value }
      : { ...target, averageValue: value };

/** The first metric of the HPA with another target of the same type. */
const withTarget = (metrics: readonly MetricSpec[], value: string): readonly MetricSpec[] =>
  metrics.map((metric, i) => {
    if (i > 0) return metric;
    if (metric.pods !== undefined)
      return { ...metric, pods: { ...metric.pods, target: retarget(metric.pods.target, value) } };
    if (metric.object !== undefined)
      return { ...metric, object: { ...metric.object, target: retarget(metric.object.target, value) } };
    if (metric.external !== undefined)
      return { ...metric, external: { ...metric.external, target: retarget(metric.external.target, value) } };
    if (metric.resource !== undefined)
      return { ...metric, resource: { ...metric.resource, target: retarget(metric.resource.target, value) } };
    return metric;
  });

const withRules = (
  platform: Platform,
  direction: 'scaleUp' | 'scaleDown',
  change: (rules: HPAScalingRules) => HPAScalingRules,
): Platform =>
  withHpa(platform, (spec) => ({
    ...spec,
    behavior: { ...spec.behavior, [direction]: change(spec.behavior?.[direction] ?? {}) },
  }));

/** Changes the policies of one type, or adds one that starts from 1 per 15 s. */
const withPolicy = (
  policies: readonly HPAScalingPolicy[],
  type: HPAScalingPolicy['type'],
  change: Partial<HPAScalingPolicy>,
): readonly HPAScalingPolicy[] =>
  policies.some((policy) => policy.type === type)
    ? policies.map((policy) => (policy.type === type ? { ...policy, ...change } : policy))
    : [...policies, { type, value: 1, periodSeconds: 15, ...change }];

const behaviour = (direction: 'scaleUp' | 'scaleDown'): Overrides => {
  const at = `hpa.behavior.${direction}`;
  const policy = (type: HPAScalingPolicy['type']): Overrides => ({
    [`${at}.${type.toLowerCase()}.value`]: whole(1)(`value of the ${type} policies`, (p, value) =>
      withRules(p, direction, (rules) => ({ ...rules, policies: withPolicy(rules.policies ?? [], type, { value }) })),
    ),
    [`${at}.${type.toLowerCase()}.periodSeconds`]: whole(1)(`period of the ${type} policies`, (p, periodSeconds) =>
      withRules(p, direction, (rules) => ({
        ...rules,
        policies: withPolicy(rules.policies ?? [], type, { periodSeconds }),
      })),
    ),
  });
  return {
    [`${at}.stabilizationWindowSeconds`]: whole(0)('stabilisation window', (p, stabilizationWindowSeconds) =>
      withRules(p, direction, (rules) => ({ ...rules, stabilizationWindowSeconds })),
    ),
    [`${at}.selectPolicy`]: choice(
      'Max',
      'Min',
      'Disabled',
    )('which policy wins', (p, selectPolicy) => withRules(p, direction, (rules) => ({ ...rules, selectPolicy }))),
    ...policy('Pods'),
    ...policy('Percent'),
  };
};

const HPA: Overrides = {
  'hpa.enabled': flag('false = a fixed number of replicas', (p, on) => (on ? p : { ...p, hpa: null })),
  'hpa.target': number("target of the HPA's first metric, of the type it has", (p, value) =>
    withHpa(p, (spec) => ({ ...spec, metrics: withTarget(spec.metrics ?? [], String(value)) })),
  ),
  'hpa.minReplicas': whole(0)('', (p, minReplicas) => withHpa(p, (spec) => ({ ...spec, minReplicas }))),
  'hpa.maxReplicas': whole(1)('', (p, maxReplicas) => withHpa(p, (spec) => ({ ...spec, maxReplicas }))),
  ...behaviour('scaleUp'),
  ...behaviour('scaleDown'),
};

const controller = (change: Partial<Platform['controller']>, platform: Platform): Platform => ({
  ...platform,
  controller: { ...platform.controller, ...change },
});

const CONTROL: Overrides = {
  'adapter.relistInterval': duration('how often the adapter looks for new metric names', (p, relistInterval) => ({
    ...p,
    adapter: { ...p.adapter, relistInterval },
  })),
  'adapter.maxAge': duration('how old a series may be to count there', (p, maxAge) => ({
    ...p,
    adapter: { ...p.adapter, maxAge },
  })),
  'controller.syncPeriod': duration('--horizontal-pod-autoscaler-sync-period', (p, syncPeriod) =>
    controller({ syncPeriod }, p),
  ),
  'controller.tolerance': number('--horizontal-pod-autoscaler-tolerance', (p, tolerance) =>
    controller({ tolerance }, p),
  ),
  'controller.downscaleStabilization': duration('--horizontal-pod-autoscaler-downscale-stabilization', (p, value) =>
    controller({ downscaleStabilization: value }, p),
  ),
  'controller.version': choice('1.34', '1.37')('Kubernetes version of controllers and kubelet', (p, version) =>
    controller({ version }, p),
  ),
};

/** They read the rest of the platform, so `applyOverrides` comes to them last. */
const HPA_SOURCE: Overrides = {
  'asr.hpaMetricsInterval': duration(
    'interval of the series that the HPA reads; the others keep theirs (two endpoints with keep and drop rules)',
    (p, interval) => withHpaInterval(p, interval) ?? p,
  ),
  'adapter.queryWindow': duration(
    "range of the adapter's queries for the HPA; a query without a range averages over it",
    (p, window) => withQueryWindow(p, window) ?? p,
  ),
  'rules.interval': duration(
    'interval of the rule groups on the way to the HPA',
    (p, interval) => withRuleInterval(p, interval) ?? p,
  ),
};

/** Every path that `set` takes. */
export const OVERRIDES: Overrides = { ...HPA_SOURCE, ...MONITORS, ...PROMETHEUS, ...DEPLOYMENT, ...HPA, ...CONTROL };

/** The deployment that `set` names, null if it names none. */
export const deploymentNamed = (set: SetValues): string | null => {
  const name = set['deployment.name'];
  return typeof name === 'string' ? name : null;
};

/** Why `path` would have no effect on this platform, null if it has one. */
const withoutEffect = (platform: Platform, path: string): string | null => {
  if (path.startsWith('hpa.') && path !== 'hpa.enabled' && platform.hpa === null) {
    return `an HPA whose scaleTargetRef is the Deployment ${platform.deployment.name}, got none`;
  }
  if (path.startsWith('asr.') && !platform.monitors.some(ofAsr(platform))) {
    return `a monitor that selects the Deployment ${platform.deployment.name}, got none`;
  }
  if (path in HPA_SOURCE) {
    const { series, recorded } = hpaSource(platform);
    if (series.length === 0) return 'an adapter rule that names the series behind a metric of the HPA, got none';
    if (path === 'rules.interval' && recorded.length === 0)
      return 'a recording rule between the pods and the HPA, got none';
  }
  return null;
};

/** The path that was meant; where none is near, how paths begin: there are too many to list. */
const pathSuggestion = (path: string): string => {
  const paths = Object.keys(OVERRIDES);
  const begins = [...new Set(paths.map((known) => `${known.split('.')[0]!}.`))];
  return nearest(path, paths) === null ? ` (they begin with ${begins.join(', ')})` : suggestion(path, paths);
};

/** The platform with every override, and a sentence for each that was refused. */
export const applyOverrides = (
  platform: Platform,
  set: SetValues,
): { readonly platform: Platform; readonly refused: readonly string[] } => {
  let changed = platform;
  const refused: string[] = [];
  const inOrder = Object.entries(set).toSorted(([x], [y]) => Number(x in HPA_SOURCE) - Number(y in HPA_SOURCE));
  for (const [path, value] of inOrder) {
    const known = OVERRIDES[path];
    const next = known?.apply(changed, value) ?? null;
    const idle = withoutEffect(platform, path);
    if (known === undefined) refused.push(`set ${path}: expected a known path, got \`${path}\`${pathSuggestion(path)}`);
    else if (next === null) refused.push(`set ${path}: expected ${known.takes}, got ${value}`);
    else if (idle !== null) refused.push(`set ${path}: expected ${idle}`);
    else changed = next;
  }
  if (changed.hpa !== null && (changed.hpa.spec.minReplicas ?? 1) > changed.hpa.spec.maxReplicas) {
    refused.push(
      `set hpa.minReplicas: expected at most maxReplicas (${changed.hpa.spec.maxReplicas}), got ${changed.hpa.spec.minReplicas ?? 1}`,
    );
  }
  return { platform: changed, refused };
};
