// prometheus-adapter: from its ConfigMap and Deployment, or from the values of its chart.

import { parse } from 'yaml';
import { parseDuration } from '../../model/duration.ts';
import type { AdapterSettings } from '../../model/platform.ts';
import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { Cursor } from './cursor.ts';
import { isRecord } from './documents.ts';

/** The chart's metricsRelistInterval; the binary's own default is 10 m (metrics-path.md 3.1). */
export const CHART_RELIST = seconds(60);
const BINARY_RELIST = seconds(600);

/** A Go duration: `1m`, `1m0s`. */
const goDuration = (cursor: Cursor, fallback: Seconds): Seconds => {
  if (!cursor.present) return fallback;
  const parsed = parseDuration(cursor.text(''));
  if (parsed === null) cursor.fail('a duration such as 1m or 90s');
  return parsed ?? fallback;
};

/** Keys of one rule that the adapter knows; another key makes it refuse its whole configuration. */
const checkRule = (rule: Cursor): void => {
  rule.get('seriesQuery').text();
  rule.get('metricsQuery').text();
  rule.rest(['seriesFilters', 'resources', 'name']);
};

/** `rules` and `externalRules` out of the text of the adapter's configuration file. */
export const readAdapterConfig = (data: Cursor): AdapterSettings['config'] => {
  let parsed: unknown;
  try {
    parsed = parse(data.text());
  } catch {
    data.fail('YAML text with `rules` and `externalRules`');
  }
  return isRecord(parsed) ? parsed : {};
};

/** Flags of the adapter's container. */
export const readAdapterFlags = (deployment: Cursor): Pick<AdapterSettings, 'relistInterval' | 'maxAge'> => {
  const args = deployment
    .get('spec', 'template', 'spec', 'containers')
    .items()
    .flatMap((container) => container.get('args').items());
  const flag = (name: string): Seconds | null => {
    const found = args.map((arg) => arg.text('')).findLast((text) => text.startsWith(`--${name}=`));
    return found === undefined ? null : parseDuration(found.slice(name.length + 3));
  };
  const relistInterval = flag('metrics-relist-interval') ?? BINARY_RELIST;
  return { relistInterval, maxAge: flag('metrics-max-age') ?? relistInterval };
};

const VALUES_IRRELEVANT = [
  'affinity',
  'certManager',
  'deploymentAnnotations',
  'extraArguments',
  'extraContainers',
  'extraVolumeMounts',
  'extraVolumes',
  'hostNetwork',
  'image',
  'listenPort',
  'livenessProbe',
  'logLevel',
  'nodeSelector',
  'podAnnotations',
  'podDisruptionBudget',
  'podLabels',
  'podSecurityContext',
  'priorityClassName',
  'psp',
  'rbac',
  'readinessProbe',
  'replicas',
  'resources',
  'securityContext',
  'service',
  'serviceAccount',
  'strategy',
  'tls',
  'tolerations',
  'topologySpreadConstraints',
];

/** Values of the prometheus-adapter chart. */
export const readAdapterValues = (values: Cursor): AdapterSettings => {
  const rules = values.get('rules');
  const [custom, external] = [rules.get('custom'), rules.get('external')];
  for (const rule of [...custom.items(), ...external.items()]) checkRule(rule);
  if (rules.get('default').boolean(true)) rules.note("the chart's default rules are on; they are not modelled (T15)");
  if (rules.get('resource').present) rules.get('resource').note('resource metrics are not modelled');
  if (rules.get('existing').present)
    rules.get('existing').note('an existing ConfigMap replaces these rules on a cluster');
  rules.rest([]);
  const relistInterval = goDuration(values.get('metricsRelistInterval'), CHART_RELIST);
  const maxAge = goDuration(values.get('metricsMaxAge'), relistInterval);
  values.get('prometheus').rest(['url', 'port', 'path']);
  values.rest(VALUES_IRRELEVANT);
  return {
    config: { rules: custom.value ?? [], externalRules: external.value ?? [] },
    relistInterval,
    maxAge,
  };
};
