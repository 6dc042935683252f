// What the rules of a platform stored in a real Prometheus around one run: recorded series and alerts by group, fetched; and
// when queries saw them.

import { parsePrometheusDuration } from '../../model/duration.ts';
import type { RuleJson } from '../../model/kubernetes-monitoring.ts';
import type { Platform } from '../../model/platform.ts';
import type { VisibleSample } from './adapter-replay.ts';
import { LATE_MILLIS } from './known-scrapes.ts';
import type { PrometheusApi } from './prometheus-http.ts';
import { PAST_MILLIS } from './stored-jobs.ts';
import type { StoredGroup, StoredSeries } from './stored-series.ts';

const selectorOf = ({ record, alert = '' }: RuleJson): string =>
  record === undefined
    ? `{__name__=~"ALERTS|ALERTS_FOR_STATE",alertname=${JSON.stringify(alert)}}`
    : `{__name__=${JSON.stringify(record)}}`;

/** In the order of the platform. What several groups write under one name is the first one's. */
export const storedGroups = async (
  prometheus: Pick<PrometheusApi, 'samples'>,
  { ruleGroups, prometheus: { evaluationInterval } }: Platform,
  epochMillis: number,
  untilUnix: number,
): Promise<readonly StoredGroup[]> => {
  const asked = new Set<string>();
  const groups: StoredGroup[] = [];
  for (const { group } of ruleGroups) {
    const series: StoredSeries[] = [];
    for (const selector of group.rules.map(selectorOf)) {
      if (asked.has(selector)) continue;
      asked.add(selector);
      series.push(...(await prometheus.samples(selector, epochMillis - PAST_MILLIS, untilUnix)));
    }
    const interval = parsePrometheusDuration(group.interval ?? '') || evaluationInterval;
    groups.push({ name: group.name, intervalMillis: Math.round(interval * 1000), series });
  }
  return groups;
};

/** Visible a moment after their instant. */
export const visibleRules = (groups: readonly StoredGroup[]): readonly VisibleSample[] =>
  groups.flatMap(({ series: all }) =>
    all.flatMap((series) =>
      series.times.map((atMillis, i) => ({
        visibleMillis: atMillis + LATE_MILLIS,
        sample: { series, atMillis, value: series.values[i]!, stale: false },
      })),
    ),
  );
