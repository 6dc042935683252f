// Replays a schedule on the bare profile: the real API server, controllers, scheduler, Prometheus and adapter, pods that
// are emulator processes, the wall clock as it is. Takes what `simulate` takes and gives the same kind of record, and what
// a simulation of this very run has to know; an abort gives what there is.

import { PROMETHEUS_RELEASE } from '../../cluster/bare/recipes.ts';
import type { Collected } from '../../cluster/kube/collect.ts';
import { Collector } from '../../cluster/kube/collect.ts';
import type { FleetRow } from '../../cluster/kube/collected-signals.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { PodServed } from '../../cluster/local/served-by-pod.ts';
import { Timers } from '../../cluster/local/timers.ts';
import { TestbedError } from '../../model/errors.ts';
import type { LifeEvent, RealityTable, RequestTable } from '../../model/record.ts';
import { seedOf } from '../../model/rng.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { ClusterFaults } from './cluster-faults.ts';
import { LoadWorkers } from './load-workers.ts';
import type { Priority } from './priority.ts';
import { realTimePriority } from './priority.ts';
import type { AuditedReplayed, RealRunSettings } from './real-run.ts';
import { latestMillis, loadSettings, recordOfRealRun, waitUntilOver } from './real-run.ts';
import { lifeOfRun, requestsOfRun, servedOfRun } from './replay-bare-clock.ts';
import { withCauses } from './replay-bare-causes.ts';
import { BareCluster } from './replay-bare-cluster.ts';
import { bareFaultTarget } from './replay-bare-faults.ts';
import type { RunningLoad } from './running-load.ts';

export interface ReplayBareSettings extends RealRunSettings {
  /** Logs of the control plane are kept there; null = they go with it. */
  readonly logFolder: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const REALITY: RealityTable = {
  load: 'Node engine, real HTTP',
  pod: 'emulator process on loopback, service law of the simulator',
  scrape: 'Prometheus',
  adapter: 'prometheus-adapter',
  hpa: 'kube-controller-manager',
  scheduler: 'kube-scheduler; Node objects are ours',
  kubelet: "own code, the simulator's; containers are processes, probes are HTTP requests",
  time: 'wall clock',
};

/** Real milliseconds from the cluster being ready to the origin: everybody is told before it. */
const LEAD_MILLIS = 300;
const GRID_MILLIS = 1000;
/** How often pods are told of the queue in front of them; load workers report about as often. */
const QUEUE_MILLIS = 100;

class BareRun {
  readonly clock: ScaledClock;
  readonly epochMillis: number;
  readonly broken: Promise<never>;
  readonly fleet: FleetRow[] = [];
  private readonly cluster: BareCluster;
  private readonly load: RunningLoad;
  private readonly collector: Collector;
  private readonly faults: ClusterFaults;
  private readonly breakdown = Promise.withResolvers<never>();
  private readonly timers: Timers;
  /** Kubelet's clock at the origin of the run. */
  private readonly originMillis: number;
  private hpaCreatedMillis: number | null = null;

  static async begin(settings: ReplayBareSettings, cluster: BareCluster, load: RunningLoad): Promise<BareRun> {
    const { plane, platform } = cluster;
    const { prometheusUrl, auditLog, adapterAuditLog } = plane;
    const collector = await Collector.begin({
      prometheusUrl,
      auditLog,
      adapterAuditLog,
      platform,
      scenario: settings.scenario,
    });
    return new BareRun(settings, cluster, load, collector);
  }

  private constructor(settings: ReplayBareSettings, cluster: BareCluster, load: RunningLoad, collector: Collector) {
    const { kubelet } = cluster;
    this.cluster = cluster;
    this.load = load;
    this.collector = collector;
    this.clock = scaledClock(monotonicMillis() + LEAD_MILLIS, 1);
    this.timers = new Timers(this.clock);
    this.originMillis = this.clock.originMonotonicMillis - kubelet.clock.originMonotonicMillis;
    this.epochMillis = kubelet.epochMillis + this.originMillis;
    this.broken = Promise.race([cluster.broken, this.breakdown.promise]);
    this.broken.catch(() => undefined);
    const fail = (error: unknown): void => this.breakdown.reject(error);
    this.faults = new ClusterFaults(settings.scenario.faults, bareFaultTarget(cluster), this.clock, fail);
    load.begin(this.clock);
    this.timers.at(0, () => {
      kubelet.begin();
      cluster.createHpas().then(() => {
        this.hpaCreatedMillis = this.clock.now();
      }, fail);
    });
    this.observeEverySecond(0, 0);
    if (settings.scenario.service.queueAt === 'front') this.shareQueue(0, [0, 0]);
  }

  /** Ends faults and observation, reads the logs; the cluster is still up. */
  async collect(endMillis: number): Promise<Collected> {
    this.timers.stop();
    await this.faults.stop();
    const { epochMillis, fleet, faults } = this;
    return this.collector.end({ epochMillis, endMillis, life: this.life, fleet, faults: faults.records });
  }

  get life(): readonly LifeEvent[] {
    return lifeOfRun(this.cluster.kubelet.life, this.originMillis);
  }

  /** Life with the reasons of whoever changed the number of pods. */
  explained({ scaleChanges }: Collected): readonly LifeEvent[] {
    const killed = this.faults.records.flatMap((fault) => (fault.kind === 'pod-kill' ? [fault.pod] : []));
    return withCauses(this.life, scaleChanges, killed, this.cluster.platform.hpa?.name ?? '');
  }

  /** What the pods met, once they have ended. */
  get served(): ReadonlyMap<number, PodServed> {
    return servedOfRun(this.cluster.kubelet.served, this.originMillis);
  }

  onRunClock(requests: RequestTable): RequestTable {
    return requestsOfRun(requests, this.originMillis);
  }

  get notes(): readonly string[] {
    const { cluster, hpaCreatedMillis, faults } = this;
    const hpa =
      hpaCreatedMillis === null || cluster.platform.hpa === null
        ? []
        : [`the HPA was created at ${(hpaCreatedMillis / 1000).toFixed(3)} s`];
    return [...cluster.notes, ...hpa, ...faults.notes];
  }

  /** What only the sender of the load knows. */
  private observeEverySecond(atMillis: number, offeredBefore: number): void {
    this.timers.at(atMillis, () => {
      const { inService, batchWaiting, streamsWaiting, offeredWeight } = this.load.census();
      this.fleet.push({
        atMillis,
        inService,
        waiting: batchWaiting + streamsWaiting,
        offeredPerSecond: ((offeredWeight - offeredBefore) * 1000) / GRID_MILLIS,
      });
      this.observeEverySecond(atMillis + GRID_MILLIS, offeredWeight);
    });
  }

  /** Pods show the length of the queue in front of them, which Prometheus cannot tell them. */
  private shareQueue(atMillis: number, before: readonly [batch: number, streams: number]): void {
    this.timers.at(atMillis, () => {
      const { batchWaiting, streamsWaiting } = this.load.census();
      if (batchWaiting !== before[0] || streamsWaiting !== before[1])
        this.cluster.kubelet.shareQueue(batchWaiting, streamsWaiting);
      this.shareQueue(atMillis + QUEUE_MILLIS, [batchWaiting, streamsWaiting]);
    });
  }
}

/**
 * Throws TOOL_MISSING without the control plane's programs, TARGET_FAILED when one of them or a pod's process cannot run,
 * after every process was ended.
 *
 * @example replayBare({ schedule, scenario, platform, timeScale: 1, logFolder: null, environment: process.env, signal, scheduleHash, versions: {}, capacity: null, onProgress })
 */
export const replayBare = async (settings: ReplayBareSettings): Promise<AuditedReplayed> => {
  if (settings.timeScale !== 1)
    throw new TestbedError('USAGE', `--time-scale ${settings.timeScale}: the bare profile runs in real time`, {
      hint: 'real controllers keep their own periods: leave --time-scale out, or use --profile local',
    });
  const priority = realTimePriority();
  try {
    return await replayWithPriority(settings, priority.kind);
  } finally {
    priority.restore();
  }
};

const replayWithPriority = async (
  settings: ReplayBareSettings,
  priority: Priority['kind'],
): Promise<AuditedReplayed> => {
  const { schedule, scenario, scheduleHash, signal, logFolder, environment } = settings;
  const fleet = fleetSettings(scenario.service, seedOf(scenario.seed, 'balancer'), scenario.traffic);
  const asked = loadSettings(scenario, fleet, 'bare', settings);
  const context = { timeScale: 1, scheduleHash, latestMillis: latestMillis(settings), signal };
  const load: RunningLoad =
    settings.engine === undefined
      ? await LoadWorkers.start(schedule, asked, settings.workers ?? 1)
      : await settings.engine.start(schedule, asked, context);
  let cluster: BareCluster | null = null;
  try {
    const { platform } = settings;
    cluster = await BareCluster.start({ platform, scenario, law: fleet.law, load, logFolder, environment, signal });
    return await playOn(cluster, load, settings, priority);
  } finally {
    await load.stop(0);
    await cluster?.stop();
  }
};

const playOn = async (
  cluster: BareCluster,
  load: RunningLoad,
  settings: ReplayBareSettings,
  priority: Priority['kind'],
): Promise<AuditedReplayed> => {
  const run = await BareRun.begin(settings, cluster, load);
  const complete = await waitUntilOver(run, load, settings);
  const endMillis = Math.max(0, run.clock.now());
  const told = await load.stop(endMillis);
  const report = { ...told, requests: run.onRunClock(told.requests) };
  const collected = await run.collect(endMillis);
  const { known, conformance } = collected;
  // Their last words are what they met.
  await cluster.kubelet.stop();
  const { kubernetesVersion: kubernetes, platform } = cluster;
  // The origin is this run's; what was done to the cluster is among the known inputs.
  const scenario = { ...settings.scenario, epochMillis: run.epochMillis };
  const record = recordOfRealRun(
    { ...settings, platform, scenario, versions: { ...settings.versions, kubernetes, prometheus: PROMETHEUS_RELEASE } },
    {
      profile: 'bare',
      reality: REALITY,
      cluster: {
        ...collected,
        life: run.explained(collected),
        served: run.served,
        notes: [...run.notes, ...collected.notes],
      },
      report,
      endMillis,
      priority,
    },
  );
  const processIds = [...cluster.kubelet.processIds, ...load.processIds];
  return { complete, record, processIds, known, conformance };
};
