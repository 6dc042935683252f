// One scrape job as Prometheus runs it, defaults applied. Reads an entry of `scrape_configs` that YAML already turned
// into an object, wherever it comes from: the operator (operator.ts) or a user's additionalScrapeConfigs.

import { TestbedError } from '../../model/errors.ts';
import { parsePrometheusDuration } from '../../model/duration.ts';
import type { RelabelRule } from './relabel.ts';
import { RELABEL_ACTIONS, RELABEL_DEFAULTS } from './relabel.ts';

export interface ScrapeConfig {
  readonly jobName: string;
  /** As Prometheus prints it, for instance `1m30s`: the text is part of the target's labels and so of its phase. */
  readonly interval: string;
  readonly timeout: string;
  readonly metricsPath: string;
  readonly scheme: string;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  /** Bytes; 0 = no limit. The other limits are counts or bytes, 0 = no limit as well. */
  readonly bodySizeLimit: number;
  readonly sampleLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  readonly relabelRules: readonly RelabelRule[];
  readonly metricRelabelRules: readonly RelabelRule[];
  /** Keys of the entry that nothing here reads, such as kubernetes_sd_configs. */
  readonly unread: readonly string[];
}

export interface ScrapeGlobals {
  readonly interval: string;
  readonly timeout: string;
}

/** Prometheus' own: interval 1m, timeout 10s. The operator writes 30s where its resource says nothing. */
const SCRAPE_GLOBALS: ScrapeGlobals = { interval: '1m', timeout: '10s' };

type Entry = Readonly<Record<string, unknown>>;

const bad = (job: string, message: string): TestbedError =>
  new TestbedError('PLATFORM_INVALID', `scrape config ${JSON.stringify(job)}: ${message}`);

const UNITS: readonly (readonly [name: string, millis: number, exact: boolean])[] = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
];

/** A duration as Prometheus prints it: years and weeks only where nothing is left over. */
export const prometheusDuration = (millis: number): string => {
  let left = millis;
  let text = '';
  for (const [name, unit, exact] of UNITS) {
    if (exact && left % unit !== 0) continue;
    const count = Math.floor(left / unit);
    if (count > 0) text += `${count}${name}`;
    left -= count * unit;
  }
  return text === '' ? '0s' : text;
};

const durationMillis = (job: string, key: string, text: string): number => {
  const seconds = parsePrometheusDuration(text);
  if (seconds === null) throw bad(job, `${key}: not a valid duration string: ${JSON.stringify(text)}`);
  return Math.round(seconds * 1000);
};

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4, P: 5, E: 6 };

/** `20B`, `10MB`, `1GiB` or a plain number; units are powers of 1024, as for retention sizes. */
const bytes = (job: string, value: string | number | undefined): number => {
  if (value === undefined) return 0;
  const match = /^(\d+(?:\.\d+)?)(?:([KMGTPE]?)i?B)?$/.exec(String(value));
  if (match === null) throw bad(job, `body_size_limit: expected a size such as 10MB, got ${JSON.stringify(value)}`);
  return Number(match[1]) * 1024 ** SIZE_UNITS[match[2] ?? '']!;
};

const camel: Readonly<Record<string, keyof RelabelRule>> = {
  source_labels: 'sourceLabels',
  separator: 'separator',
  target_label: 'targetLabel',
  regex: 'regex',
  modulus: 'modulus',
  replacement: 'replacement',
  action: 'action',
};

const rule = (job: string, entry: Entry): RelabelRule => {
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entry)) {
    const name = camel[key];
    if (name === undefined) throw bad(job, `relabel config: unknown key ${JSON.stringify(key)}`);
    known[name] = name === 'action' ? String(value).toLowerCase() : name === 'regex' ? String(value) : value;
  }
  const merged = { ...RELABEL_DEFAULTS, ...known };
  if (!RELABEL_ACTIONS.includes(merged.action)) {
    throw bad(job, `unknown relabel action ${JSON.stringify(merged.action)}; known: ${RELABEL_ACTIONS.join(', ')}`);
  }
  return merged;
};

const READ = new Set([
  ...['job_name', 'scrape_interval', 'scrape_timeout', 'metrics_path', 'scheme', 'params', 'honor_labels'],
  ...['honor_timestamps', 'track_timestamps_staleness', 'body_size_limit', 'sample_limit', 'label_limit'],
  ...['label_name_length_limit', 'label_value_length_limit', 'relabel_configs', 'metric_relabel_configs'],
]);

/**
 * Reads one entry of `scrape_configs`. Throws PLATFORM_INVALID for durations, sizes and relabel rules that Prometheus
 * would refuse, and for a timeout above the interval (metrics-path.md 1.2: unset, it is min(global timeout, interval)).
 */
export const readScrapeConfig = (entry: Entry, globals: ScrapeGlobals = SCRAPE_GLOBALS): ScrapeConfig => {
  const job = (entry['job_name'] as string | undefined) ?? '';
  const interval = durationMillis(
    job,
    'scrape_interval',
    (entry['scrape_interval'] as string | undefined) ?? globals.interval,
  );
  const given = entry['scrape_timeout'] as string | undefined;
  const globalTimeout = durationMillis(job, 'scrape_timeout', globals.timeout);
  const timeout =
    given === undefined ? Math.min(globalTimeout, interval) : durationMillis(job, 'scrape_timeout', given);
  if (timeout > interval)
    throw bad(job, `scrape timeout ${given!} greater than scrape interval ${prometheusDuration(interval)}`);
  const number = (key: string): number => (entry[key] as number | undefined) ?? 0;
  const rules = (key: string): RelabelRule[] => ((entry[key] ?? []) as Entry[]).map((each) => rule(job, each));
  return {
    jobName: job,
    interval: prometheusDuration(interval),
    timeout: prometheusDuration(timeout),
    metricsPath: (entry['metrics_path'] as string | undefined) ?? '/metrics',
    scheme: (entry['scheme'] as string | undefined) ?? 'http',
    params: (entry['params'] as ScrapeConfig['params'] | undefined) ?? {},
    honorLabels: entry['honor_labels'] === true,
    honorTimestamps: entry['honor_timestamps'] !== false,
    trackTimestampsStaleness: entry['track_timestamps_staleness'] === true,
    bodySizeLimit: bytes(job, entry['body_size_limit'] as string | number | undefined),
    sampleLimit: number('sample_limit'),
    labelLimit: number('label_limit'),
    labelNameLengthLimit: number('label_name_length_limit'),
    labelValueLengthLimit: number('label_value_length_limit'),
    relabelRules: rules('relabel_configs'),
    metricRelabelRules: rules('metric_relabel_configs'),
    unread: Object.keys(entry).filter((key) => !READ.has(key)),
  };
};
