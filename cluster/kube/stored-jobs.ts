// What the jobs of a platform stored in a real Prometheus around one run, fetched; and when queries saw it.

import type { Platform } from '../../model/platform.ts';
import { scrapeJobs } from '../../sim/hops/discovery.ts';
import type { VisibleSample } from './adapter-replay.ts';
import { LATE_MILLIS, durationMillis, scrapedBetween } from './known-scrapes.ts';
import type { StoredJob } from './prometheus-cost.ts';
import type { PrometheusApi } from './prometheus-http.ts';
import { samplesOf, targetsOf } from './stored-series.ts';

/** Samples of this long before the origin are behind what queries of the first syncs answer. */
export const PAST_MILLIS = 300_000;
/** A staleness marker becomes visible this many intervals after its stamp (golden/closed-loop README). */
const MARKER_INTERVALS = 1.1;

/** Every sample and marker of the jobs, and when queries saw it. */
export const visibleSamples = (jobs: readonly StoredJob[]): readonly VisibleSample[] =>
  jobs.flatMap(({ intervalMillis, targets }) =>
    targets.flatMap(({ target, markerUnix }) =>
      samplesOf(target, markerUnix).map((sample) => ({
        sample,
        visibleMillis:
          sample.atMillis +
          (sample.stale && sample.atMillis === markerUnix
            ? MARKER_INTERVALS * intervalMillis
            : LATE_MILLIS + 1000 * (target.durationSeconds.get(sample.atMillis) ?? 0)),
      })),
    ),
  );

/** The ASR jobs with everything they stored since a while before the origin. */
export const storedJobs = async (
  prometheus: PrometheusApi,
  platform: Platform,
  epochMillis: number,
  untilUnix: number,
): Promise<readonly StoredJob[]> => {
  const anyPod = { name: 'any', ip: '10.0.0.1', node: 'any' };
  const jobs: StoredJob[] = [];
  for (const { config, targetsOf: made } of scrapeJobs(platform)) {
    const [target] = made(anyPod);
    if (target === undefined) continue;
    const matchers = ['job', 'namespace', 'endpoint'].flatMap((name) =>
      target.labels[name] === undefined ? [] : [`${name}=${JSON.stringify(target.labels[name])}`],
    );
    const stored = await prometheus.samples(`{${matchers.join(',')}}`, epochMillis - PAST_MILLIS, untilUnix);
    const intervalMillis = durationMillis(config.interval);
    jobs.push({
      job: config.jobName,
      intervalMillis,
      targets: targetsOf(stored).map((each) => ({
        target: each,
        ...scrapedBetween(each, intervalMillis, epochMillis, untilUnix),
      })),
    });
  }
  return jobs;
};
