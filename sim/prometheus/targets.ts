// From the labels that discovery found to the target that is scraped: defaults, relabelling, address, URL, limits of
// interval and timeout. Discovery itself (which pods and services give which __meta_ labels) is left to the caller.

import { parsePrometheusDuration } from '../../model/duration.ts';
import type { PrometheusVersion } from '../../model/platform.ts';
import { LabelsBuilder, labelsOf } from './labels-builder.ts';
import type { Relabelling } from './relabel.ts';
import { compileRelabelling } from './relabel.ts';
import type { ScrapeConfig } from './scrape-config.ts';
import type { Labels } from './store.ts';

export interface Target {
  readonly kind: 'target';
  /** On every sample. */
  readonly labels: Labels;
  /** With the internal `__…` ones: what the target's hash covers. */
  readonly allLabels: Labels;
  readonly url: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
}

export type PopulatedTarget =
  | Target
  | { readonly kind: 'dropped' }
  /** Prometheus logs it and leaves the target out. */
  | { readonly kind: 'error'; readonly error: string };

/** The three switches that 3.16 writes into the labels, with their defaults. */
const HISTOGRAM_LABELS = [
  '__always_scrape_classic_histograms__',
  '__convert_classic_histograms_to_nhcb__',
  '__scrape_native_histograms__',
] as const;

const failure = (error: string): PopulatedTarget => ({ kind: 'error', error });

/** host:port with a numeric or named port, or [v6]:port. */
const PORT = /^(?:[^:[\]]*|\[[^\]]*\]):[^:[\]]*$/;

const duration = (text: string): { readonly seconds: number } | { readonly error: string } => {
  if (text === '') return { error: 'empty duration string' };
  const parsed = parsePrometheusDuration(text);
  return parsed === null ? { error: `not a valid duration string: ${JSON.stringify(text)}` } : { seconds: parsed };
};

const positiveDuration = (text: string, what: string): { readonly seconds: number } | { readonly error: string } => {
  const parsed = duration(text);
  if ('error' in parsed) return { error: `error parsing scrape ${what}: ${parsed.error}` };
  return parsed.seconds === 0 ? { error: `scrape ${what} cannot be 0` } : parsed;
};

const query = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Go's escaping of a path: everything but unreserved characters and $&+,/:;=@. */
const path = (text: string): string =>
  encodeURIComponent(text).replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent);

const url = (labels: Labels, params: ScrapeConfig['params']): string => {
  const values = new Map<string, string[]>();
  for (const [name, list] of Object.entries(params)) values.set(name, [...list]);
  for (const [name, value] of Object.entries(labels)) {
    if (!name.startsWith('__param_')) continue;
    const key = name.slice('__param_'.length);
    values.set(key, [value, ...(values.get(key) ?? []).slice(1)]);
  }
  const parts = [...values.keys()]
    .sort()
    .flatMap((key) => values.get(key)!.map((value) => `${query(key)}=${query(value)}`));
  const base = `${labels['__scheme__'] ?? ''}://${labels['__address__'] ?? ''}${path(labels['__metrics_path__'] ?? '')}`;
  return parts.length === 0 ? base : `${base}?${parts.join('&')}`;
};

const fillDefaults = (builder: LabelsBuilder, config: ScrapeConfig, version: PrometheusVersion): void => {
  const defaults: [string, string][] = [
    ['job', config.jobName],
    ['__scrape_interval__', config.interval],
    ['__scrape_timeout__', config.timeout],
    ['__metrics_path__', config.metricsPath],
    ['__scheme__', config.scheme],
  ];
  if (version === '3') for (const name of HISTOGRAM_LABELS) defaults.push([name, 'false']);
  for (const [name, value] of defaults) if (builder.get(name) === '') builder.set(name, value);
  for (const [name, values] of Object.entries(config.params)) {
    if (values.length > 0) builder.set(`__param_${name}`, values[0]!);
  }
};

/** 2.53 adds the scheme's port to an address without one; 3.x leaves it as it is. Null if the scheme has none. */
const withPort = (address: string, scheme: string, version: PrometheusVersion): string | null => {
  if (version === '3' || PORT.test(address) || !PORT.test(`${address}:1234`)) return address;
  if (scheme === 'http' || scheme === '') return `${address}:80`;
  return scheme === 'https' ? `${address}:443` : null;
};

const populate = (
  discovered: Labels,
  config: ScrapeConfig,
  relabelling: Relabelling,
  version: PrometheusVersion,
): PopulatedTarget => {
  const builder = new LabelsBuilder(Object.entries(discovered));
  fillDefaults(builder, config, version);
  if (!relabelling(builder)) return { kind: 'dropped' };
  const found = builder.get('__address__');
  if (found === '') return failure('no address');
  const address = withPort(found, builder.get('__scheme__'), version);
  if (address === null) return failure(`invalid scheme: ${JSON.stringify(config.scheme)}`);
  if (address.includes('/')) return failure(`${JSON.stringify(address)} is not a valid hostname`);
  builder.set('__address__', address);
  const interval = positiveDuration(builder.get('__scrape_interval__'), 'interval');
  if ('error' in interval) return failure(interval.error);
  const timeout = positiveDuration(builder.get('__scrape_timeout__'), 'timeout');
  if ('error' in timeout) return failure(timeout.error);
  if (timeout.seconds > interval.seconds) {
    const texts = `${JSON.stringify(builder.get('__scrape_timeout__'))} > ${JSON.stringify(builder.get('__scrape_interval__'))}`;
    return failure(`scrape timeout cannot be greater than scrape interval (${texts})`);
  }
  if (builder.get('instance') === '') builder.set('instance', address);
  const all = builder.pairs().filter(([name]) => !name.startsWith('__meta_'));
  const allLabels = labelsOf(all);
  return {
    kind: 'target',
    labels: labelsOf(all.filter(([name]) => !name.startsWith('__'))),
    allLabels,
    url: url(allLabels, config.params),
    intervalSeconds: interval.seconds,
    timeoutSeconds: timeout.seconds,
  };
};

/** Compiles the relabelling of a job once; the result turns discovered labels into targets. */
export const targetBuilder = (
  config: ScrapeConfig,
  version: PrometheusVersion,
): ((discovered: Labels) => PopulatedTarget) => {
  const relabelling = compileRelabelling(config.relabelRules, version);
  return (discovered) => populate(discovered, config, relabelling, version);
};
