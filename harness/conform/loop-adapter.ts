// Stage check: given the samples that Prometheus stored and when, every value the adapter answered must be ours. An answer
// during the commit of a scrape may show either side of it; such a race counts as explained only if one side is the answer.

import { seconds } from '../../model/units.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import { Engine } from '../../sim/engine/engine.ts';
import { MetricsApi } from '../../sim/hops/metrics-api.ts';
import type { Int64 } from '../../sim/autoscaler/int64.ts';
import type { MetricReading } from '../../sim/hops/metrics-api.ts';
import { SampleStore } from '../../sim/prometheus/store.ts';
import type { LoopFolder, StoredScrape, SyncMetric } from './closed-loop-types.ts';
import { linesByPod, linesOf } from './loop-cluster.ts';
import { platformOfRecording } from './loop-platform.ts';
import type { SetTally } from './result.ts';

/** From the adapter's query to the answer seen at the API server, ms: what is left of the call when Prometheus evaluates. */
export const AFTER_QUERY_MILLIS = 2;
/** Queries whose instant is this near to a commit may have seen either side of it. */
const RACE_MILLIS = 25;
/** A scrape reaches its target this long after its tick (README, "Measured stages"). */
export const LATE_MILLIS = 1.2;
/** Markers of a vanished target are written this many intervals after their stamp (README, "Further facts"). */
const MARKER_INTERVALS = 1.1;
/** What is listed is not part of this stage. */
const LISTED_FOR = seconds(1e6);

const SERIES = { active: 'asr_active_requests', total: 'asr_total_requests', gpu: 'asr_gpu_utilization' } as const;
type Field = keyof typeof SERIES;

/** A change of the database: what becomes visible at one instant. */
export interface Commit {
  readonly at: number;
  readonly apply: (store: SampleStore) => void;
}

const labelsOf = ({ config }: LoopFolder, pod: number): Readonly<Record<string, string>> => ({
  container: 'asr',
  endpoint: 'metrics',
  job: 'lightning-asr-metrics',
  namespace: config.name,
  pod: config.podNames[pod]!,
  service: 'lightning-asr-metrics',
});

const scrapeCommit = (folder: LoopFolder, line: StoredScrape): Commit => {
  const { epochMs, scrapeSeconds } = folder.config;
  const stamp = Math.round(epochMs + line.t);
  const visible =
    line.up === 'stale' ? MARKER_INTERVALS * scrapeSeconds * 1000 : LATE_MILLIS + 1000 * Number(line.seconds ?? 0);
  return {
    at: line.t + visible,
    apply: (store) => {
      for (const field of Object.keys(SERIES) as Field[]) {
        const value = line[field];
        if (value === undefined) continue;
        const series = store.seriesFor({ __name__: SERIES[field], ...labelsOf(folder, line.pod) });
        if (value === 'stale') store.appendStale(series, stamp);
        else store.append(series, stamp, value);
      }
    },
  };
};

/** Everything that was stored, in the order in which it became visible. */
export const commitsOf = (folder: LoopFolder): readonly Commit[] =>
  folder.scrapes
    .flatMap((line): Commit[] => {
      if (line.src === 'plant') return [];
      if (line.src === 'prometheus') return [scrapeCommit(folder, line)];
      const { record, v, t } = line;
      const labels = { __name__: record, namespace: folder.config.name };
      const stamp = Math.round(folder.config.epochMs + t);
      return [{ at: t + LATE_MILLIS, apply: (store) => void store.append(store.seriesFor(labels), stamp, v) }];
    })
    .sort((a, b) => a.at - b.at);

const textOf = (values: readonly (readonly [string, Int64])[]): string =>
  [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([of, milli]) => `${of}=${milli}m`)
    .join(' ');

const recordedText = (folder: LoopFolder, { values }: SyncMetric): string =>
  textOf(
    (values ?? []).map(([of, quantity]) => [
      typeof of === 'number' ? folder.config.podNames[of]! : '',
      parseQuantity(quantity)!.milli,
    ]),
  );

const readingText = ({ answer }: MetricReading): string => {
  if (answer.kind === 'failed') return `failed: ${answer.message}`;
  if (answer.kind === 'pods') return textOf(answer.items.map(({ podName, milli }) => [podName, milli]));
  if (answer.kind === 'object') return textOf([['', answer.milli]]);
  return answer.kind === 'external' ? textOf(answer.milli.map((milli) => ['', milli])) : 'resource usage';
};

export interface AdapterTallies {
  readonly values: SetTally;
  /** Answers that show the other side of a commit under way, or another millisecond of the call. */
  readonly races: SetTally;
}

/** Pods as the adapter lists them: objects that exist, terminating ones included. */
const podNamesAt = (folder: LoopFolder): ((at: number) => readonly string[]) => {
  const lives = linesByPod(folder).map((lines, pod) => ({
    name: folder.config.podNames[pod]!,
    from: linesOf(lines, 'created')[0]?.t ?? Infinity,
    to: linesOf(lines, 'gone')[0]?.t ?? Infinity,
  }));
  return (at) => lives.flatMap(({ name, from, to }) => (from <= at && at < to ? [name] : []));
};

/** Adds one case per metrics GET that was answered with values; a race goes to its own tally. */
export const checkAdapter = (folder: LoopFolder, tallies: AdapterTallies): void => {
  const { config } = folder;
  const platform = platformOfRecording(folder);
  const specs = platform.hpa?.spec.metrics ?? [];
  const podNames = podNamesAt(folder);
  const commits = commitsOf(folder);
  const store = new SampleStore();
  let done = 0;
  const applyUntil = (at: number): void => {
    while (done < commits.length && commits[done]!.at <= at) commits[done++]!.apply(store);
  };
  applyUntil(0);
  const api = new MetricsApi(new Engine(), {
    platform: { ...platform, adapter: { ...platform.adapter, maxAge: LISTED_FOR } },
    store,
    epochMillis: config.epochMs,
    relistPhaseMillis: 0,
  });
  for (const sync of folder.hpa) {
    if (sync.ev !== 'sync') continue;
    sync.metrics.forEach((metric, i) => {
      if (metric.code !== 200) return;
      const at = metric.t + metric.ms - AFTER_QUERY_MILLIS;
      const recorded = recordedText(folder, metric);
      const ask = (instant = at): string => readingText(api.read(specs[i]!, config.name, podNames(instant), instant));
      // The state a little before, then each commit on the way to a little after.
      applyUntil(at - RACE_MILLIS);
      let ours = ask();
      let raced = ours === recorded;
      while (done < commits.length && commits[done]!.at <= at + RACE_MILLIS) {
        const commit = commits[done++]!;
        commit.apply(store);
        const seen = ask();
        raced ||= seen === recorded;
        if (commit.at <= at) ours = seen;
      }
      // A rate reaches from its first sample to the query's own instant, which the recording knows to the call.
      for (let instant = metric.t; !raced && instant <= metric.t + metric.ms; instant++)
        raced = ask(instant) === recorded;
      if (ours === recorded) tallies.values.add([]);
      else if (raced) tallies.races.add([]);
      else
        tallies.values.add([
          { id: folder.name, where: `GET ${metric.api} at ${metric.t} ms`, expected: recorded, got: ours },
        ]);
    });
  }
};
