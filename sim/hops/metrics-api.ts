// The metrics APIs as the HPA meets them: the adapter's list of metrics as events, and the answer to one metric of a spec
// at one instant, with the age of what is behind it. Outages of adapter and Prometheus answer as recorded
// (metrics-path.md 3.2). The rules of the adapter are in sim/adapter.

import { TestbedError } from '../../model/errors.ts';
import type { LabelMap, MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { Platform } from '../../model/platform.ts';
import type { Answer, QueryAnswer } from '../adapter/answers.ts';
import { answerCustom, answerExternal } from '../adapter/answers.ts';
import { instantQueries } from '../adapter/instant-query.ts';
import { metricRequirements } from '../adapter/metric-selector.ts';
import type { Registry } from '../adapter/registry.ts';
import { EMPTY_REGISTRY, relist } from '../adapter/registry.ts';
import { findKind, resourceName } from '../adapter/resources.ts';
import type { Adapter } from '../adapter/rules.ts';
import { buildAdapter } from '../adapter/rules.ts';
import type { MetricAnswer } from '../autoscaler/observation.ts';
import type { Agenda } from './agenda.ts';
import { CLASS } from '../event-classes.ts';
import { DEFAULT_LOOKBACK_MILLIS } from '../prometheus/promql/query.ts';
import type { SampleStore } from '../prometheus/store.ts';

/** One answered metric, and what an all-knowing observer adds to it. */
export interface MetricReading {
  readonly answer: MetricAnswer;
  /** Name of the stored series behind the metric; null if the metric is not listed. */
  readonly seriesName: string | null;
  /** Age of the oldest of the newest samples behind it, at the instant of the query; NaN if there is none. */
  readonly oldestAgeMillis: number;
}

export interface MetricsApiSettings {
  readonly platform: Platform;
  readonly store: SampleStore;
  /** Unix time of the origin. */
  readonly epochMillis: number;
  /** First relist after the origin; one took place at the origin as well. */
  readonly relistPhaseMillis: number;
}

const adapterOf = (platform: Platform): Adapter => {
  const built = buildAdapter(platform.adapter.config);
  if (built.kind === 'adapter') return built.adapter;
  throw new TestbedError('PLATFORM_INVALID', `prometheus-adapter would not start (${built.stage}): ${built.message}`, {
    hint: 'correct the adapter configuration; every HPA on its metrics would be blind',
  });
};

export class MetricsApi {
  private readonly settings: MetricsApiSettings;
  private readonly adapter: Adapter;
  private readonly query: (text: string, atMillis: number) => QueryAnswer;
  private registry: Registry = EMPTY_REGISTRY;
  private adapterDown = false;
  private prometheusDown = false;

  constructor(engine: Agenda, settings: MetricsApiSettings) {
    this.settings = settings;
    this.adapter = adapterOf(settings.platform);
    this.query = instantQueries(settings.store, settings.platform.prometheus.version);
    const every = settings.platform.adapter.relistInterval * 1000;
    engine.on(CLASS.relist, (now) => {
      this.relist(now);
      engine.schedule(now + every, CLASS.relist, 0);
    });
    this.relist(0);
    engine.schedule(settings.relistPhaseMillis, CLASS.relist, 0);
  }

  setAdapterDown(down: boolean): void {
    this.adapterDown = down;
  }
  setPrometheusDown(down: boolean): void {
    this.prometheusDown = down;
  }

  /**
   * Answers one metric of an HPA's spec.
   *
   * @param podNames pods that the scale's selector matches, terminating ones included
   */
  read(spec: MetricSpec, namespace: string, podNames: readonly string[], now: number): MetricReading {
    const failed = (message: string): MetricReading => ({
      answer: { kind: 'failed', message },
      seriesName: null,
      oldestAgeMillis: NaN,
    });
    if (this.adapterDown) return failed('the server is currently unable to handle the request');
    const at = now + this.settings.epochMillis;
    const run = (text: string): QueryAnswer =>
      this.prometheusDown ? { kind: 'failed', message: 'connection refused' } : this.query(text, at);
    if (spec.external !== undefined) {
      const { metric } = spec.external;
      const answer = answerExternal(
        this.adapter,
        this.registry,
        { metric: metric.name, namespace, metricSelector: metricRequirements(metric.selector) },
        run,
      );
      const seriesName = this.registry.external.get(metric.name)?.seriesName ?? null;
      return this.reading(answer, seriesName, at, (items) => ({
        kind: 'external',
        milli: items.map(({ milli }) => milli),
      }));
    }
    if (spec.object !== undefined) {
      const { metric, describedObject } = spec.object;
      const kind = findKind(this.adapter.kinds, describedObject.kind.toLowerCase());
      const resource = kind === null ? describedObject.kind.toLowerCase() : resourceName(kind);
      const request = {
        metric: metric.name,
        resource,
        namespace: resource === 'namespaces' ? '' : namespace,
        names: [describedObject.name],
        by: 'name' as const,
        metricSelector: metricRequirements(metric.selector),
      };
      const answer = answerCustom(this.adapter, this.registry, request, run);
      return this.reading(answer, this.customSeries(resource, metric.name), at, (items) => ({
        kind: 'object',
        milli: items[0]!.milli,
      }));
    }
    if (spec.pods !== undefined) {
      const { metric } = spec.pods;
      const request = {
        metric: metric.name,
        resource: 'pods',
        namespace,
        // The API server lists by key, that is by name.
        names: [...podNames].sort(),
        by: 'selector' as const,
        metricSelector: metricRequirements(metric.selector),
      };
      const answer = answerCustom(this.adapter, this.registry, request, run);
      return this.reading(answer, this.customSeries('pods', metric.name), at, (items) => ({
        kind: 'pods',
        items: items.map(({ name, milli }) => ({ podName: name, milli })),
      }));
    }
    return failed(`no metrics API in this simulation answers ${spec.type} metrics`);
  }

  private customSeries(resource: string, metric: string): string | null {
    for (const entry of this.registry.custom.values())
      if (entry.resource === resource && entry.metric === metric) return entry.seriesName;
    return null;
  }

  private reading<Item>(
    answer: Answer<Item>,
    seriesName: string | null,
    at: number,
    read: (items: readonly Item[]) => MetricAnswer,
  ): MetricReading {
    const oldestAgeMillis = seriesName === null ? NaN : this.oldestAge(seriesName, at);
    if (answer.kind === 'error')
      return { answer: { kind: 'failed', message: answer.message }, seriesName, oldestAgeMillis };
    return { answer: read(answer.items), seriesName, oldestAgeMillis };
  }

  /** Over the series that an instant selector would find. */
  private oldestAge(seriesName: string, at: number): number {
    let oldest = NaN;
    for (const series of this.settings.store.named(seriesName)) {
      const last = series.end - 1;
      if (last < series.first || series.stale[last] === 1) continue;
      const age = at - series.times[last]!;
      if (age <= DEFAULT_LOOKBACK_MILLIS && !(age <= oldest)) oldest = age;
    }
    return oldest;
  }

  private relist(now: number): void {
    if (this.adapterDown || this.prometheusDown) return;
    const { platform, store, epochMillis } = this.settings;
    const maxAge = platform.adapter.maxAge * 1000;
    this.registry = relist(
      this.adapter,
      this.registry,
      store,
      now + epochMillis,
      maxAge,
      platform.prometheus.version,
    ).registry;
  }
}

/** Whether a pod's labels match a plain selector. */
export const matchesLabels = (selector: LabelMap, labels: LabelMap): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);
