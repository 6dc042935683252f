// What kube-state-metrics' job stored in a real Prometheus of the workloads of a platform, as the simulation has them: the
// real page tells of the whole cluster, which is not what this service's metrics cost. Fetched; one job, or none.

import type { Platform } from '../../model/platform.ts';
import { kubeStateMetricsJob, kubeStatePage, needsKubeStateMetrics } from '../../sim/hops/kube-state-metrics.ts';
import { OtherWorkload } from '../../sim/hops/other-workload.ts';
import type { Labels } from '../../sim/prometheus/store.ts';
import { durationMillis, scrapedBetween } from './known-scrapes.ts';
import type { StoredJob } from './prometheus-cost.ts';
import type { PrometheusApi } from './prometheus-http.ts';
import { PAST_MILLIS } from './stored-jobs.ts';
import type { StoredSeries, StoredTarget } from './stored-series.ts';
import { targetsOf } from './stored-series.ts';

/** Names and labels that the simulation's page has; its values are not asked for. */
const modelled = (platform: Platform): readonly { readonly name: string; readonly labels: Labels }[] => {
  const nothing = { scale: { specReplicas: 0, statusReplicas: 0, selector: {} }, pods: [] };
  const others = platform.otherHpas.map((hpa) => new OtherWorkload(hpa));
  const page = kubeStatePage(platform, nothing, others)();
  return 'refused' in page ? [] : page.map(({ series: { name, labels } }) => ({ name, labels }));
};

/** Null where the platform has no use for it, or Prometheus did not scrape it. */
export const storedState = async (
  prometheus: Pick<PrometheusApi, 'samples'>,
  platform: Platform,
  epochMillis: number,
  untilUnix: number,
): Promise<StoredJob | null> => {
  if (!needsKubeStateMetrics(platform)) return null;
  const { config } = kubeStateMetricsJob(platform);
  const wanted = modelled(platform);
  const names = ['up', 'scrape_.*', ...new Set(wanted.map(({ name }) => name))].join('|');
  const selector = `{job=${JSON.stringify(config.jobName)},__name__=~${JSON.stringify(names)}}`;
  const stored = await prometheus.samples(selector, epochMillis - PAST_MILLIS, untilUnix);
  const isWanted = ({ labels: own }: StoredSeries): boolean =>
    wanted.some(
      ({ name, labels }) =>
        own['__name__'] === name && Object.entries(labels).every(([label, value]) => own[label] === value),
    );
  // Labels of the page win over the target's (honor_labels): its series are not told apart by the target's.
  const ofPage = ({ labels }: StoredSeries): boolean => labels['__name__']!.startsWith('kube_');
  const [target] = targetsOf(stored.filter((series) => !ofPage(series)));
  if (target === undefined) return null;
  const whole: StoredTarget = { ...target, series: [...target.series, ...stored.filter(isWanted)] };
  const intervalMillis = durationMillis(config.interval);
  const between = scrapedBetween(whole, intervalMillis, epochMillis, untilUnix);
  return { job: config.jobName, intervalMillis, targets: [{ target: whole, ...between }] };
};
