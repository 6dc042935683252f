// Collects a run on a cluster that is not ours into the run schema, on one clock: milliseconds since the origin. Watches the
// API (observe.ts) and asks Prometheus afterwards; reads only. What nobody there tells is named, not made up.
//
//   const collector = await ExistingCollector.prepare({ api, prometheus, platform, scenario });   // before anything is sent
//   collector.begin(() => clock.now());
//   … the run …
//   const collected = await collector.end({ epochMillis, endMillis, fleet });

import type { Platform } from '../../model/platform.ts';
import type { Decision, LifeEvent, SignalTable, StorageRecord } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { KnownInputs } from '../../sim/known-inputs.ts';
import type { FleetRow } from '../kube/collected-signals.ts';
import { collectedSignals } from '../kube/collected-signals.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ScaleChange } from '../kube/known-draws.ts';
import { knownRun } from '../kube/known-run.ts';
import { ClusterObserver } from '../kube/observe.ts';
import type { PrometheusReading, StoredJob } from '../kube/prometheus-cost.ts';
import { measuredStorage, prometheusReading } from '../kube/prometheus-cost.ts';
import type { PrometheusApi } from '../kube/prometheus-http.ts';
import { storedJobs } from '../kube/stored-jobs.ts';
import { TestbedError } from '../../model/errors.ts';
import { clockNote, clockOffset } from './clock-offset.ts';
import type { ClockOffset } from './clock-offset.ts';
import { estimatedSyncs } from './estimated-syncs.ts';
import { unknownFacts } from './unknown-facts.ts';

export interface ExistingSettings {
  readonly api: KubeClient;
  /** Null = nobody said where it is. */
  readonly prometheus: PrometheusApi | null;
  /** As it is there (look-there.ts). */
  readonly platform: Platform;
  readonly scenario: Scenario;
}

export interface ExistingRun {
  /** Unix time of the origin by the clock of this machine. */
  readonly epochMillis: number;
  readonly endMillis: number;
  readonly fleet: readonly FleetRow[];
}

export interface ExistingCollected {
  /** Unix time of the origin by the clock that stamped the samples. */
  readonly epochMillis: number;
  readonly life: readonly LifeEvent[];
  readonly decisions: readonly Decision[];
  readonly signals: SignalTable;
  readonly storage: StorageRecord;
  /** For a simulation of the same run, as far as it is known. */
  readonly known: KnownInputs;
  readonly scaleChanges: readonly ScaleChange[];
  readonly notes: readonly string[];
}

/** Prometheus at the start. */
interface Asked {
  readonly api: PrometheusApi;
  readonly before: PrometheusReading;
  readonly offset: ClockOffset;
}

const NO_STORAGE: Omit<StorageRecord, 'retentionSeconds'> = {
  jobs: [],
  samplesPerSecond: 0,
  retainedBytes: 0,
  headSeries: 0,
  memoryBytes: 0,
  cpuCores: 0,
  moneyPerMonth: 0,
};

/**
 * With the end of loading where nobody tells it: half a period of the readiness probe before the pod was first seen ready,
 * but after its container started.
 */
export const withModelReady = (life: readonly LifeEvent[], probePeriodMillis: number): readonly LifeEvent[] => {
  const started = new Map<number, number>();
  const told = new Set<number>();
  const out: LifeEvent[] = [];
  for (const event of life) {
    out.push(event);
    if (event.subject !== 'pod') continue;
    if (event.event === 'container-started') started.set(event.ordinal, event.t);
    if (event.event !== 'ready' || told.has(event.ordinal)) continue;
    told.add(event.ordinal);
    const t = Math.max(started.get(event.ordinal) ?? 0, event.t - probePeriodMillis / 2);
    out.push({ ...event, t: millis(t), event: 'model-ready', cause: 'half a probe before it was ready: an estimate' });
  }
  return out.sort((a, b) => a.t - b.t);
};

export class ExistingCollector {
  private readonly settings: ExistingSettings;
  private readonly asked: Asked | null;
  private observer: ClusterObserver | null = null;

  /** Throws TARGET_UNREACHABLE for a Prometheus that was named and does not answer. */
  static async prepare(settings: ExistingSettings): Promise<ExistingCollector> {
    const { prometheus: api } = settings;
    if (api === null) return new ExistingCollector(settings, null);
    const offset = await clockOffset(api);
    return new ExistingCollector(settings, { api, offset, before: prometheusReading(await api.ownPage(), Date.now()) });
  }

  private constructor(settings: ExistingSettings, asked: Asked | null) {
    this.settings = settings;
    this.asked = asked;
  }

  /** @param now milliseconds since the origin; what is there before it counts as there at it */
  begin(now: () => number): void {
    this.observer = new ClusterObserver(this.settings.api, this.settings.platform, () => Math.max(0, now()));
  }

  /** A Prometheus that is gone by then leaves its part empty and a note. */
  async end({ epochMillis, endMillis, fleet }: ExistingRun): Promise<ExistingCollected> {
    const { platform, scenario } = this.settings;
    const seen = await this.observer?.stop();
    const { life = [], decisions: all = [], scaleChanges = [], notes: told = [] } = seen ?? {};
    const decisions = all.filter(({ t }) => t <= endMillis);
    // What Prometheus stamped goes by its own clock.
    const storedEpoch = epochMillis + (this.asked?.offset.aheadMillis ?? 0);
    const { jobs, after, trouble } = await this.stored(storedEpoch);
    return {
      epochMillis: storedEpoch,
      life,
      decisions,
      scaleChanges,
      signals: collectedSignals({
        platform,
        epochMillis: storedEpoch,
        endMillis,
        targets: jobs.flatMap(({ targets }) => targets.map(({ target }) => target)),
        syncs: [],
        decisions,
        fleet,
      }),
      storage:
        this.asked === null || after === null
          ? { ...NO_STORAGE, retentionSeconds: platform.prometheus.retention }
          : measuredStorage({
              platform,
              jobs,
              epochMillis: storedEpoch,
              endMillis: Math.max(1, endMillis),
              pricePerGbMonth: scenario.prices.storagePerGbMonth,
              before: this.asked.before,
              after,
            }),
      known: this.known({ epochMillis: storedEpoch, endMillis, life, decisions, scaleChanges, jobs }),
      notes: [
        ...(this.asked === null ? [] : [clockNote(this.asked.offset)]),
        ...told,
        ...trouble,
        ...unknownFacts({ hpa: platform.hpa !== null, prometheus: after !== null }),
      ],
    };
  }

  private known(
    run: Pick<ExistingCollected, 'epochMillis' | 'life' | 'decisions' | 'scaleChanges'> & {
      readonly endMillis: number;
      readonly jobs: readonly StoredJob[];
    },
  ): KnownInputs {
    const { platform, scenario } = this.settings;
    const readiness = platform.deployment.readiness?.period ?? 0;
    const syncs = estimatedSyncs(run.decisions, platform.controller.syncPeriod * 1000);
    const known = knownRun({
      ...run,
      platform,
      scenario,
      life: withModelReady(run.life, readiness * 1000),
      pods: new Map(),
      // Who made the others is not told: the simulation's own HPA has to.
      changes: run.scaleChanges.filter(({ atMillis }) => atMillis <= 0),
      syncs: [],
      rulePhaseMillis: [],
      edits: [],
      faults: [],
    });
    return syncs.length === 0 ? known : { ...known, syncs };
  }

  /** Ends the watches of a run that came to no end. */
  async close(): Promise<void> {
    await this.observer?.stop();
  }

  private async stored(epochMillis: number): Promise<{
    readonly jobs: readonly StoredJob[];
    /** Null = it was not read. */
    readonly after: PrometheusReading | null;
    readonly trouble: readonly string[];
  }> {
    if (this.asked === null) return { jobs: [], after: null, trouble: [] };
    const { api, offset } = this.asked;
    try {
      const after = prometheusReading(await api.ownPage(), Date.now());
      const untilUnix = after.atUnix + offset.aheadMillis;
      const jobs = await storedJobs(api, this.settings.platform, epochMillis, untilUnix);
      const empty = jobs.every(({ targets }) => targets.length === 0);
      const trouble = empty
        ? ['Prometheus stored nothing under the labels that the monitors of the scenario give']
        : [];
      return { jobs, after, trouble };
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      return { jobs: [], after: null, trouble: [`what Prometheus stored is not in this run: ${error.message}`] };
    }
  }
}
