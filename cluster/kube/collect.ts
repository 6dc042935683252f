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
import type { Hpa, Platform } from '../../model/platform.ts';
import type { Decision, LifeEvent, SignalTable, StorageRecord } from '../../model/record.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { KnownInputs } from '../../sim/known-inputs.ts';
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
import type { ConfigYaml, PhaseCheck } from './known-scrapes.ts';
import { checkPhases, rulePhases } from './known-scrapes.ts';
import type { PrometheusReading, StoredJob } from './prometheus-cost.ts';
import { appendedBetween, costNote, measuredStorage, prometheusReading } from './prometheus-cost.ts';
import type { PrometheusApi } from './prometheus-http.ts';
import { prometheusApi } from './prometheus-http.ts';
import type { ReplayedRunSync } from './replayed-run.ts';
import { replayRun } from './replayed-run.ts';
import type { RunConformance } from './run-conformance.ts';
import { conformanceNotes, runConformance } from './run-conformance.ts';
import { storedJobs, visibleSamples } from './stored-jobs.ts';
import { storedGroups, visibleRules } from './stored-rules.ts';
import type { StoredGroup } from './stored-series.ts';
import { storedState } from './stored-state.ts';

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

const metricNames = (hpa: Hpa): string[] =>
  (hpa.spec.metrics ?? []).flatMap(
    ({ pods, object, external, resource }) =>
      (pods ?? object ?? external)?.metric.name ?? (resource === undefined ? [] : ['pods']),
  );

const syncsOf = (
  hpa: Hpa | null,
  calls: readonly AuditCall[],
  adapterCalls: readonly AuditCall[],
): readonly HpaSync[] => {
  if (hpa === null) return [];
  const { namespace, name, spec } = hpa;
  const target = spec.scaleTargetRef.name;
  return hpaSyncs(calls, adapterCalls, { namespace, name, target, metrics: metricNames(hpa) });
};

const editsOf = (hpa: Hpa | null, calls: readonly AuditCall[]): ReturnType<typeof hpaEdits> =>
  hpa === null ? [] : hpaEdits(calls, hpa.namespace, hpa.name);

/** What Prometheus had of the run at its end. */
interface StoredRun {
  readonly after: PrometheusReading;
  readonly jobs: readonly StoredJob[];
  /** kube-state-metrics; null = it was not scraped. */
  readonly state: StoredJob | null;
  readonly groups: readonly StoredGroup[];
  readonly phases: PhaseCheck;
  readonly rulePhaseMillis: readonly (number | undefined)[];
  /** Sentences on what is missing. */
  readonly trouble: readonly string[];
}

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

  /** A Prometheus that cannot be read any more leaves its part empty and a note. Throws INPUT_MISSING without a log. */
  async end(run: RunToCollect): Promise<Collected> {
    const { platform, scenario, auditLog, adapterAuditLog } = this.settings;
    const { epochMillis, endMillis, life } = run;
    const { after, jobs, state, groups, phases, rulePhaseMillis, trouble } = await this.stored(epochMillis);
    const calls = await readCalls(auditLog);
    const adapterCalls = adapterAuditLog === null ? [] : await readCalls(adapterAuditLog);
    const pods = podStates(calls, platform.deployment.namespace);
    const changes = scaleChanges(calls, platform.deployment, epochMillis);
    const samples = [...visibleSamples(jobs), ...visibleRules(groups)].sort(
      (a, b) => a.visibleMillis - b.visibleMillis,
    );
    const syncs = syncsOf(platform.hpa, calls, adapterCalls);
    const edits = editsOf(platform.hpa, calls);
    const during = ({ decision }: ReplayedRunSync): boolean => decision.t >= 0 && decision.t <= endMillis;
    const inside = replayRun({ platform, syncs, edits, pods, samples, epochMillis }).filter(during);
    const others = platform.otherHpas.flatMap((hpa) =>
      replayRun({
        platform: { ...platform, hpa },
        syncs: syncsOf(hpa, calls, adapterCalls),
        edits: editsOf(hpa, calls),
        pods: podStates(calls, hpa.namespace),
        // What they are scaled by is not among the samples of the pods.
        samples: [],
        epochMillis,
      }).filter(during),
    );
    const storage = measuredStorage({
      platform,
      jobs: state === null ? jobs : [...jobs, state],
      groups,
      epochMillis,
      endMillis: Math.max(1, endMillis),
      pricePerGbMonth: scenario.prices.storagePerGbMonth,
      before: this.before,
      after,
    });
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
      rulePhaseMillis,
      edits,
      faults: run.faults,
    });
    const conformance = runConformance(inside, others, phases, {
      counted: storage.jobs.reduce((sum, { job, samples: own }) => (job === state?.job ? sum : sum + own), 0),
      appended: appendedBetween(this.before, after),
    });
    return {
      decisions: [...inside, ...others].map(({ decision }) => decision).sort((x, y) => x.t - y.t),
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
      notes: [...conformanceNotes(conformance), costNote(this.before, after, jobs), ...trouble],
    };
  }

  private async stored(epochMillis: number): Promise<StoredRun> {
    const { platform, prometheusUrl } = this.settings;
    const { prometheus } = this;
    try {
      const after = prometheusReading(await prometheus.ownPage(), Date.now());
      const jobs = await storedJobs(prometheus, platform, epochMillis, after.atUnix);
      const groups = await storedGroups(prometheus, platform, epochMillis, after.atUnix);
      return {
        after,
        jobs,
        state: await storedState(prometheus, platform, epochMillis, after.atUnix),
        groups,
        phases: checkPhases(
          await prometheus.targets(),
          parse(await prometheus.config()) as ConfigYaml,
          jobs,
          isHere(prometheusUrl) ? { ...platform.prometheus, hostName: await ownHostName() } : platform.prometheus,
        ),
        rulePhaseMillis: rulePhases(groups, groups.length === 0 ? [] : await prometheus.ruleGroups()),
        trouble: [],
      };
    } catch (error) {
      if (!(error instanceof TestbedError) || error.code !== 'TARGET_UNREACHABLE') throw error;
      return {
        after: { ...this.before, atUnix: Date.now() },
        jobs: [],
        state: null,
        groups: [],
        phases: { targets: 0, differing: [] },
        rulePhaseMillis: [],
        trouble: [`what Prometheus stored is not in this run: ${error.message}`],
      };
    }
  }
}
