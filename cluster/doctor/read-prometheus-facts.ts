// What Prometheus knows of the pods: targets, configuration, series, rules, and what it costs. Answers that fail become
// unknown facts; Prometheus' own clock measures ages.

import { parse } from 'yaml';
import { parsePrometheusDuration } from '../../model/duration.ts';
import type { Fact, PrometheusFacts, RuleFacts, SeriesFacts, Subject, TargetFacts } from './facts.ts';
import { known, unknown } from './facts.ts';
import type { PrometheusDoor } from './prometheus-door.ts';
import type { Read } from './reader.ts';

type Labels = Readonly<Record<string, string>>;

interface ActiveTarget {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly lastError: string;
  /** RFC 3339; year 1 = never. */
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly health: TargetFacts['health'];
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}

interface Vector {
  readonly result: readonly { readonly metric: Labels; readonly value: readonly [number, string] }[];
}

interface TsdbStatus {
  readonly headStats: { readonly numSeries: number };
  readonly seriesCountByMetricName: readonly { readonly name: string; readonly value: number }[];
}

interface RuleGroups {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly name: string;
      readonly query: string;
      readonly health: string;
      readonly lastError?: string;
    }[];
  }[];
}

const secondsOf = (text: string): number => parsePrometheusDuration(text) ?? 0;
const or = <T>(read: Read<T>, otherwise: T): T => (read.kind === 'answer' ? read.value : otherwise);
const query = (text: string): string => `/api/v1/query?query=${encodeURIComponent(text)}`;

const targetFacts = (target: ActiveTarget, pods: readonly string[], nowMillis: number): TargetFacts | null => {
  const pod = target.labels['pod'] ?? target.discoveredLabels['__meta_kubernetes_pod_name'] ?? '';
  if (!pods.includes(pod)) return null;
  const last = Date.parse(target.lastScrape);
  return {
    job: target.scrapePool,
    url: target.scrapeUrl,
    pod,
    health: target.health,
    lastError: target.lastError,
    ageSeconds: last > 0 ? Math.max(0, (nowMillis - last) / 1000) : null,
    durationSeconds: target.lastScrapeDuration,
    intervalSeconds: secondsOf(target.scrapeInterval),
    timeoutSeconds: secondsOf(target.scrapeTimeout),
  };
};

const jobsOf = (yaml: string): PrometheusFacts['jobs'] => {
  const { scrape_configs: configs } = parse(yaml) as {
    readonly scrape_configs?: readonly { readonly job_name: string; readonly sample_limit?: number }[];
  };
  return (configs ?? []).map((config) => ({ name: config.job_name, sampleLimit: config.sample_limit ?? 0 }));
};

/** Null: nothing answers there. */
export const readPrometheusFacts = async (
  door: PrometheusDoor,
  { namespace }: Subject,
  pods: readonly string[],
): Promise<PrometheusFacts | null> => {
  const targets = await door.get<{ readonly activeTargets: readonly ActiveTarget[] }>('/api/v1/targets?state=active');
  if (targets.kind !== 'answer') return null;
  const [time, build, config, tsdb, samples] = await Promise.all([
    door.get<{ readonly result: readonly [number, string] }>(query('time()')),
    door.get<{ readonly version: string }>('/api/v1/status/buildinfo'),
    door.get<{ readonly yaml: string }>('/api/v1/status/config'),
    door.get<TsdbStatus>('/api/v1/status/tsdb'),
    door.get<Vector>(query(`scrape_samples_post_metric_relabeling{namespace="${namespace}"}`)),
  ]);
  const { activeTargets } = targets.value;
  const nowMillis = time.kind === 'answer' ? 1000 * Number(time.value.result[1]) : Date.now();
  const own = activeTargets.map((each) => targetFacts(each, pods, nowMillis)).filter((each) => each !== null);
  const status = or(tsdb, { headStats: { numSeries: 0 }, seriesCountByMetricName: [] });
  // A job's name and the label `job` differ: the target of the pod says which job it is.
  const poolOf = (labels: Labels): string =>
    activeTargets.find(
      (each) =>
        each.labels['pod'] === labels['pod'] &&
        each.labels['instance'] === labels['instance'] &&
        each.labels['job'] === labels['job'],
    )?.scrapePool ??
    labels['job'] ??
    '';
  return {
    version: or(build, { version: '?' }).version,
    jobs: jobsOf(or(config, { yaml: '{}' }).yaml),
    targets: own,
    targetCount: activeTargets.length,
    headSeries: status.headStats.numSeries,
    largest: status.seriesCountByMetricName.slice(0, 3).map(({ name, value }) => ({ name, series: value })),
    samples: or(samples, { result: [] }).result.flatMap(({ metric, value }) =>
      pods.includes(metric['pod'] ?? '')
        ? [{ pod: metric['pod']!, job: poolOf(metric), samples: Number(value[1]) }]
        : [],
    ),
  };
};

export const readSeries = async (door: PrometheusDoor, names: readonly string[]): Promise<Fact<SeriesFacts[]>> => {
  const answers = await Promise.all(names.map((name) => door.get<Vector>(query(`timestamp({__name__="${name}"})`))));
  const failed = answers.find((answer) => answer.kind !== 'answer');
  if (failed !== undefined) return unknown(`Prometheus: ${failed.why}`);
  return known(
    answers.map((answer, index) => ({
      name: names[index]!,
      elements: or(answer, { result: [] }).result.map(({ metric, value: [now, sampled] }) => ({
        labels: metric,
        ageSeconds: now - Number(sampled),
      })),
    })),
  );
};

export const readRules = async (door: PrometheusDoor): Promise<Fact<RuleFacts[]>> => {
  const answer = await door.get<RuleGroups>('/api/v1/rules');
  if (answer.kind !== 'answer') return unknown(`Prometheus: ${answer.why}`);
  return known(
    answer.value.groups.flatMap(({ name: group, rules }) =>
      rules.map(({ name, query: text, health, lastError }) => ({
        group,
        name,
        query: text,
        health,
        lastError: lastError ?? '',
      })),
    ),
  );
};
