// What the adapter answered, made again: our own adapter on the samples that Prometheus stored, at the instants of the real
// queries. Gives the age of what was behind each value and says where ours differs from the real answer. Pure.

import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import type { Agenda } from '../../sim/hops/agenda.ts';
import type { MetricReading } from '../../sim/hops/metrics-api.ts';
import { MetricsApi } from '../../sim/hops/metrics-api.ts';
import { SampleStore } from '../../sim/prometheus/store.ts';
import type { HpaSync, MetricRead } from './hpa-syncs.ts';
import type { StoredSample } from './stored-series.ts';

/** From the adapter's query to the answer seen at the API server: what is left of the call when Prometheus evaluates. */
export const AFTER_QUERY_MILLIS = 2;
/** Queries whose instant is this near to a commit may have seen either side of it. */
const RACE_MILLIS = 25;
/** What is listed is not part of this. */
const LISTED_FOR = seconds(1e6);

/** A sample and when it became visible, Unix milliseconds. */
export interface VisibleSample {
  readonly visibleMillis: number;
  readonly sample: StoredSample;
}

/** The list of metrics is made once: nothing is scheduled. */
const STILL: Agenda = {
  now: 0,
  on: () => undefined,
  schedule: () => 0,
  reschedule: () => undefined,
  cancel: () => undefined,
};

const textOf = (values: readonly (readonly [string, unknown])[]): string =>
  [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([of, milli]) => `${of}=${String(milli)}m`)
    .join(' ');

const answeredText = ({ values }: MetricRead, named: boolean): string =>
  textOf((values ?? []).map(([of, quantity]) => [named ? of : '', parseQuantity(quantity)?.milli ?? quantity]));

const readingText = ({ answer }: MetricReading): string => {
  switch (answer.kind) {
    case 'pods':
      return textOf(answer.items.map(({ podName, milli }) => [podName, milli]));
    case 'object':
      return textOf([['', answer.milli]]);
    case 'external':
      return textOf(answer.milli.map((milli) => ['', milli]));
    case 'failed':
      return `failed: ${answer.message}`;
    case 'resource':
      return 'resource usage';
  }
};

export interface ReplayedAnswer {
  /** Of the oldest sample behind the value, at the instant of the query; null if there is none. */
  readonly oldestAgeMillis: number | null;
  /**
   * same: ours is the real answer. raced: it is what was to be seen a moment before or after. differs: neither.
   * unknown: the answer was a failure or is not recorded.
   */
  readonly verdict: 'same' | 'raced' | 'differs' | 'unknown';
  readonly expected: string;
  readonly got: string;
}

export interface AdapterReplaySettings {
  readonly platform: Platform;
  /** In the order in which they became visible. */
  readonly samples: readonly VisibleSample[];
  readonly epochMillis: number;
}

/** Answers are asked for in order of time. */
export class AdapterReplay {
  private readonly settings: AdapterReplaySettings;
  private readonly store = new SampleStore();
  private readonly api: MetricsApi;
  private done = 0;

  constructor(settings: AdapterReplaySettings) {
    this.settings = settings;
    const { platform, epochMillis } = settings;
    this.seeUntil(epochMillis);
    this.api = new MetricsApi(STILL, {
      platform: { ...platform, adapter: { ...platform.adapter, maxAge: LISTED_FOR } },
      store: this.store,
      epochMillis,
      relistPhaseMillis: 0,
    });
  }

  /** One answer per metric of the sync. @param podNames that the scale's selector matches, terminating ones too */
  sync({ metrics }: HpaSync, podNames: readonly string[]): readonly ReplayedAnswer[] {
    return metrics.map((metric, i) => this.answer(metric, i, podNames));
  }

  private answer(metric: MetricRead, index: number, podNames: readonly string[]): ReplayedAnswer {
    const { platform, epochMillis, samples } = this.settings;
    const spec = platform.hpa?.spec.metrics?.[index];
    const unix = metric.answeredMillis - AFTER_QUERY_MILLIS;
    if (spec === undefined) return { oldestAgeMillis: null, verdict: 'unknown', expected: '', got: '' };
    const expected = answeredText(metric, spec.pods !== undefined);
    const ask = (at: number): MetricReading => this.api.read(spec, platform.hpa!.namespace, podNames, at - epochMillis);
    this.seeUntil(unix - RACE_MILLIS);
    let reading = ask(unix);
    let raced = readingText(reading) === expected;
    while (this.done < samples.length && samples[this.done]!.visibleMillis <= unix + RACE_MILLIS) {
      const { visibleMillis } = samples[this.done]!;
      // A scrape becomes visible as a whole.
      this.seeUntil(visibleMillis);
      const seen = ask(unix);
      raced ||= readingText(seen) === expected;
      if (visibleMillis <= unix) reading = seen;
    }
    // A rate reaches from its first sample to the query's own instant, which is known to the call.
    for (let at = metric.sentMillis; !raced && at <= metric.answeredMillis; at++)
      raced = readingText(ask(at)) === expected;
    const got = readingText(reading);
    const age = reading.oldestAgeMillis;
    return {
      oldestAgeMillis: Number.isNaN(age) ? null : age,
      verdict: metric.values === null ? 'unknown' : got === expected ? 'same' : raced ? 'raced' : 'differs',
      expected,
      got,
    };
  }

  private seeUntil(unix: number): void {
    const { samples } = this.settings;
    while (this.done < samples.length && samples[this.done]!.visibleMillis <= unix) {
      const { series, atMillis, value, stale } = samples[this.done++]!.sample;
      const stored = this.store.seriesFor(series.labels);
      if (stale) this.store.appendStale(stored, atMillis);
      else this.store.append(stored, atMillis, value);
    }
  }
}
