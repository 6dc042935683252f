// What the observers of a real run saw, as the signal table of the run record: Prometheus' samples as they were committed,
// the adapter's answers, the HPA's values, and the load as its sender knows it. Same names and meanings as sim/hops/observation.ts.

import type { Decision, Observer, SignalTable } from '../../model/record.ts';
import { FLEET_METRICS } from '../../model/record.ts';
import type { Platform } from '../../model/platform.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import { watchedSeries } from '../../sim/hops/observation.ts';
import { SignalLog } from '../../sim/hops/signal-log.ts';
import type { HpaSync } from './hpa-syncs.ts';
import { LATE_MILLIS } from './known-scrapes.ts';
import type { StoredTarget } from './stored-series.ts';

/** One second of the all-knowing observer. */
export interface FleetRow {
  readonly atMillis: number;
  readonly inService: number;
  readonly waiting: number;
  /** Weight of arrived batch requests per second. */
  readonly offeredPerSecond: number;
}

interface Row {
  readonly atMillis: number;
  readonly observer: Observer;
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly ageMillis: number;
}

export interface SignalSources {
  readonly platform: Platform;
  readonly epochMillis: number;
  readonly endMillis: number;
  readonly targets: readonly StoredTarget[];
  readonly syncs: readonly HpaSync[];
  /** One per sync. */
  readonly decisions: readonly Decision[];
  readonly fleet: readonly FleetRow[];
}

const scrapeRows = ({ platform, epochMillis, targets }: SignalSources): Row[] => {
  const watched = new Set(watchedSeries(platform).map(([, metric]) => metric));
  return targets.flatMap(({ pod, series, labels, durationSeconds }) =>
    series.flatMap((each): Row[] => {
      const metric = each.labels['__name__'] ?? '';
      // A series with labels of its own is one of several: the page's plain ones are watched.
      if (!watched.has(metric) || Object.keys(each.labels).length !== Object.keys(labels).length + 1) return [];
      return each.times.map((stamp, i) => {
        const ageMillis = 1000 * (durationSeconds.get(stamp) ?? NaN);
        const atMillis = stamp - epochMillis + LATE_MILLIS + (Number.isNaN(ageMillis) ? 0 : ageMillis);
        return { atMillis, observer: 'prometheus', subject: pod, metric, value: each.values[i]!, ageMillis };
      });
    }),
  );
};

const answerRows = ({ platform, epochMillis, syncs, decisions }: SignalSources): Row[] => {
  const specs = platform.hpa?.spec.metrics ?? [];
  return syncs.flatMap(({ metrics }, n) =>
    metrics.flatMap(({ values, answeredMillis }, i): Row[] => {
      const spec = specs[i];
      const metric = (spec?.pods ?? spec?.object ?? spec?.external)?.metric.name;
      if (values === null || metric === undefined) return [];
      const ageMillis = decisions[n]?.metrics[i]?.oldestSampleAgeMillis ?? NaN;
      const number = (text: string): number => Number(parseQuantity(text)?.milli ?? NaN) / 1000;
      const row = (subject: string, value: number): Row => ({
        atMillis: answeredMillis - epochMillis,
        observer: 'adapter',
        subject,
        metric,
        value,
        ageMillis,
      });
      return spec?.pods !== undefined
        ? values.map(([pod, text]) => row(pod, number(text)))
        : [
            row(
              '',
              values.reduce((sum, [, text]) => sum + number(text), 0),
            ),
          ];
    }),
  );
};

const decisionRows = ({ decisions }: SignalSources): Row[] =>
  decisions.flatMap(({ t, metrics }) =>
    metrics.flatMap(({ name, value, oldestSampleAgeMillis }): Row[] =>
      value === null
        ? []
        : [{ atMillis: t, observer: 'hpa', subject: '', metric: name, value, ageMillis: oldestSampleAgeMillis ?? NaN }],
    ),
  );

const fleetRows = ({ fleet }: SignalSources): Row[] => {
  const [inService, waiting, offered] = FLEET_METRICS;
  return fleet.flatMap((each) => {
    const row = (metric: string, value: number): Row => ({
      atMillis: each.atMillis,
      observer: 'pod',
      subject: '',
      metric,
      value,
      ageMillis: 0,
    });
    return [row(inService, each.inService), row(waiting, each.waiting), row(offered, each.offeredPerSecond)];
  });
};

/** Everything between the origin and the end, in order of time. */
export const collectedSignals = (sources: SignalSources): SignalTable => {
  const rows = [...fleetRows(sources), ...scrapeRows(sources), ...answerRows(sources), ...decisionRows(sources)]
    .filter(({ atMillis }) => atMillis >= 0 && atMillis <= sources.endMillis)
    .sort((a, b) => a.atMillis - b.atMillis);
  const log = new SignalLog();
  for (const { atMillis, observer, subject, metric, value, ageMillis } of rows)
    log.add(atMillis, observer, log.subjectNumber(subject), log.metricNumber(metric), value, ageMillis);
  return log.table();
};
