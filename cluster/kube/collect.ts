// Collects a real run from the outside into the run schema, on one clock: milliseconds since the origin, a Unix time. Reads
// the API server's and the adapter's audit logs and Prometheus' HTTP API; gives decisions, signals, storage, what a
// simulation has to know, and how our own code fares on the same inputs (HPA, adapter, scrape phases).
//
//   const collector = await Collector.begin({ prometheusUrl, auditLog, adapterAuditLog, platform, scenario });
//   … the run, from its origin to its end; nothing is stopped yet …
//   const collected = await collector.end({ epochMillis, endMillis, life: kubelet.life, fleet, faults });

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { TestbedError } from '../../model/errors.ts';
import type { Platform } from '../../model/platform.ts';
import type { Decision, LifeEvent, SignalTable, StorageRecord } from '../../model/record.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { scrapeJobs } from '../../sim/hops/discovery.ts';
import type { KnownInputs } from '../../sim/known-inputs.ts';
import type { VisibleSample } from './adapter-replay.ts';
import type { AuditCall } from './audit-log.ts';
import { auditCall } from './audit-log.ts';
import { hpaEdits, podStates } from './audited-objects.ts';
import type { FleetRow } from './collected-signals.ts';
import { collectedSignals } from './collected-signals.ts';
import { ownHostName } from './host-name.ts';
import type { HpaSync } from './hpa-syncs.ts';
import { hpaSyncs } from './hpa-syncs.ts';
import type { ScaleChange } from './known-draws.ts';
import { scaleChanges } from './known-draws.ts';
import type { FaultRecord } from './known-run.ts';
import { knownRun } from './known-run.ts';
import type { ConfigYaml } from './known-scrapes.ts';
import { LATE_MILLIS, checkPhases, durationMillis, rulePhases, scrapedBetween } from './known-scrapes.ts';
import type { PrometheusReading, StoredJob } from './prometheus-cost.ts';
import { appendedBetween, measuredStorage, prometheusReading } from './prometheus-cost.ts';
import type { PrometheusApi } from './prometheus-http.ts';
import { prometheusApi } from './prometheus-http.ts';
import { replayRun } from './replayed-run.ts';
import type { RunConformance } from './run-conformance.ts';
import { conformanceNotes, runConformance } from './run-conformance.ts';
import { samplesOf, targetsOf } from './stored-series.ts';

export interface CollectorSettings {
  readonly prometheusUrl: string;
  readonly auditLog: string;
  /** Null = the values that the adapter answered stay unknown, and no decision can be made again. */
  readonly adapterAuditLog: string | null;
  /** As it runs: with the versions of the real components. */
  readonly platform: Platform;
  readonly scenario: Scenario;
}

export interface RunToCollect {
  /** Unix time of the origin. */
  readonly epochMillis: number;
  readonly endMillis: number;
  readonly life: readonly LifeEvent[];
  readonly fleet: readonly FleetRow[];
  readonly faults: readonly FaultRecord[];
}

export interface Collected {
  readonly decisions: readonly Decision[];
  readonly signals: SignalTable;
  readonly storage: StorageRecord;
  /** For a simulation of the same run; its `scenario.epochMillis` has to be this run's and its faults none. */
  readonly known: KnownInputs;
  /** Accepted changes of the Deployment's replicas, the one of the start included. */
  readonly scaleChanges: readonly ScaleChange[];
  readonly conformance: RunConformance;
  /** Sentences for the run's header. */
  readonly notes: readonly string[];
}

/** Samples of this long before the origin are behind what queries of the first syncs answer. */
const PAST_MILLIS = 300_000;
/** A staleness marker becomes visible this many intervals after its stamp (golden/closed-loop README). */
const MARKER_INTERVALS = 1.1;

const readCalls = async (path: string): Promise<readonly AuditCall[]> => {
  const calls: AuditCall[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const call = line === '' ? null : auditCall(line);
      if (call !== null) calls.push(call);
    }
  } catch (cause) {
    throw new TestbedError('INPUT_MISSING', `${path}: the audit log cannot be read`, { cause });
  }
  return calls.sort((a, b) => a.receivedMillis - b.receivedMillis);
};

/** Then it names itself after this machine, not after a pod of the operator. */
const isHere = (url: string): boolean => /^https?:\/\/(127\.|localhost\b|\[::1\])/.test(url);

const visible = (jobs: readonly StoredJob[]): VisibleSample[] =>
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

export class Collector {
  private readonly settings: CollectorSettings;
  private readonly prometheus: PrometheusApi;
  private readonly before: PrometheusReading;

  /** Reads Prometheus' own counters; call it at the origin or just before it. Throws TARGET_UNREACHABLE. */
  static async begin(settings: CollectorSettings): Promise<Collector> {
    const prometheus = prometheusApi(settings.prometheusUrl);
    return new Collector(settings, prometheus, prometheusReading(await prometheus.ownPage(), Date.now()));
  }

  private constructor(settings: CollectorSettings, prometheus: PrometheusApi, before: PrometheusReading) {
    this.settings = settings;
    this.prometheus = prometheus;
    this.before = before;
  }

  /** Throws TARGET_UNREACHABLE or INPUT_MISSING where Prometheus or a log cannot be read. */
  async end(run: RunToCollect): Promise<Collected> {
    const { platform, scenario, auditLog, adapterAuditLog, prometheusUrl } = this.settings;
    const { epochMillis, endMillis, life } = run;
    const after = prometheusReading(await this.prometheus.ownPage(), Date.now());
    const jobs = await this.storedJobs(epochMillis, after.atUnix);
    const calls = await readCalls(auditLog);
    const adapterCalls = adapterAuditLog === null ? [] : await readCalls(adapterAuditLog);
    const pods = podStates(calls, platform.deployment.namespace);
    const changes = scaleChanges(calls, platform.deployment, epochMillis);
    const recorded = await this.recordedRules(epochMillis, after.atUnix);
    const samples = [...visible(jobs), ...recorded].sort((a, b) => a.visibleMillis - b.visibleMillis);
    const syncs = this.syncs(calls, adapterCalls);
    const edits = this.edits(calls);
    const replayed = replayRun({ platform, syncs, edits, pods, samples, epochMillis });
    const inside = replayed.filter(({ decision }) => decision.t >= 0 && decision.t <= endMillis);
    const phases = checkPhases(
      await this.prometheus.targets(),
      parse(await this.prometheus.config()) as ConfigYaml,
      jobs,
      isHere(prometheusUrl) ? { ...platform.prometheus, hostName: await ownHostName() } : platform.prometheus,
    );
    const storage = measuredStorage({
      platform,
      jobs,
      epochMillis,
      endMillis: Math.max(1, endMillis),
      pricePerGbMonth: scenario.prices.storagePerGbMonth,
      before: this.before,
      after,
    });
    const groups = platform.ruleGroups.map(({ group }) => ({ name: group.name }));
    const known = knownRun({
      platform,
      scenario,
      epochMillis,
      endMillis,
      life,
      pods,
      changes,
      jobs,
      syncs,
      rulePhaseMillis: rulePhases(groups, groups.length === 0 ? [] : await this.prometheus.ruleGroups()),
      edits,
      faults: run.faults,
    });
    const conformance = runConformance(inside, phases, {
      counted: storage.jobs.reduce((sum, { samples: count }) => sum + count, 0),
      appended: appendedBetween(this.before, after),
    });
    return {
      decisions: inside.map(({ decision }) => decision),
      signals: collectedSignals({
        platform,
        epochMillis,
        endMillis,
        targets: jobs.flatMap(({ targets }) => targets.map(({ target }) => target)),
        syncs: inside.map(({ sync }) => sync),
        decisions: inside.map(({ decision }) => decision),
        fleet: run.fleet,
      }),
      storage,
      known,
      scaleChanges: changes,
      conformance,
      notes: conformanceNotes(conformance),
    };
  }

  /** The ASR jobs with everything they stored since a while before the origin. */
  private async storedJobs(epochMillis: number, untilUnix: number): Promise<readonly StoredJob[]> {
    const { platform } = this.settings;
    const anyPod = { name: 'any', ip: '10.0.0.1', node: 'any' };
    const jobs: StoredJob[] = [];
    for (const { config, targetsOf: made } of scrapeJobs(platform)) {
      const [target] = made(anyPod);
      if (target === undefined) continue;
      const matchers = ['job', 'namespace', 'endpoint'].flatMap((name) =>
        target.labels[name] === undefined ? [] : [`${name}=${JSON.stringify(target.labels[name])}`],
      );
      const stored = await this.prometheus.samples(`{${matchers.join(',')}}`, epochMillis - PAST_MILLIS, untilUnix);
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
  }

  /** What recording rules stored; visible a moment after their instant. */
  private async recordedRules(epochMillis: number, untilUnix: number): Promise<VisibleSample[]> {
    const names = this.settings.platform.ruleGroups.flatMap(({ group }) =>
      group.rules.flatMap((rule) => ('record' in rule && typeof rule.record === 'string' ? [rule.record] : [])),
    );
    const found: VisibleSample[] = [];
    for (const name of new Set(names))
      for (const series of await this.prometheus.samples(
        `{__name__=${JSON.stringify(name)}}`,
        epochMillis - PAST_MILLIS,
        untilUnix,
      ))
        series.times.forEach((atMillis, i) =>
          found.push({
            visibleMillis: atMillis + LATE_MILLIS,
            sample: { series, atMillis, value: series.values[i]!, stale: false },
          }),
        );
    return found;
  }

  private syncs(calls: readonly AuditCall[], adapterCalls: readonly AuditCall[]): readonly HpaSync[] {
    const { hpa } = this.settings.platform;
    if (hpa === null) return [];
    const metrics = (hpa.spec.metrics ?? []).flatMap(
      ({ pods, object, external, resource }) =>
        (pods ?? object ?? external)?.metric.name ?? (resource === undefined ? [] : ['pods']),
    );
    const { namespace, name, spec } = hpa;
    return hpaSyncs(calls, adapterCalls, { namespace, name, target: spec.scaleTargetRef.name, metrics });
  }

  private edits(calls: readonly AuditCall[]): ReturnType<typeof hpaEdits> {
    const { hpa } = this.settings.platform;
    return hpa === null ? [] : hpaEdits(calls, hpa.namespace, hpa.name);
  }
}
