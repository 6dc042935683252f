// The whole chain of the local profile: real pods, real scrapes, and the simulator's own rules, adapter, HPA and cluster
// machine on the wall clock. Takes scenario and platform, tells the load engine which pods to use, gives the record.

import type { Agent } from 'undici';
import type { Platform } from '../../model/platform.ts';
import type { Decision, LifeEvent, SignalTable, StorageRecord } from '../../model/record.ts';
import { stream } from '../../model/rng.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { ControlHop } from '../../sim/hops/control.ts';
import { discoveryDelay } from '../../sim/hops/discovery-delay.ts';
import type { DiscoveredPod } from '../../sim/hops/discovery.ts';
import { scrapeJobs } from '../../sim/hops/discovery.ts';
import { FaultsHop } from '../../sim/hops/faults.ts';
import { MetricsApi } from '../../sim/hops/metrics-api.ts';
import { RulesHop, scheduledGroups } from '../../sim/hops/rules.ts';
import { clusterConfig, initialReplicas } from '../../sim/kubernetes/index.ts';
import { DEFAULT_LOOKBACK_MILLIS } from '../../sim/prometheus/promql/query.ts';
import { SampleStore } from '../../sim/prometheus/store.ts';
import { longestReach } from '../../sim/world.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import { emulatorSettings } from './emulator-settings.ts';
import { controlAgent } from './http-get.ts';
import type { PodServed } from './served-by-pod.ts';
import { RealCluster } from './real-cluster.ts';
import { LocalScraping } from './scraping.ts';
import type { LoadPort } from './load-port.ts';
import { LocalRecorder } from './recorder.ts';
import { WallAgenda } from './wall-agenda.ts';

export interface LocalSettings {
  readonly scenario: Scenario;
  readonly platform: Platform;
  /** Law of one pod, GPU speed and cap applied. */
  readonly law: ServiceLaw;
  readonly timeScale: number;
  readonly load: LoadPort;
  readonly signal: AbortSignal;
}

export interface LocalRecord {
  readonly life: readonly LifeEvent[];
  readonly decisions: readonly Decision[];
  readonly signals: SignalTable;
  readonly storage: StorageRecord;
  readonly notes: readonly string[];
  /** Process ids of all pods that were ever started; none is alive. */
  readonly processIds: readonly number[];
  /** By pod: the requests it met, in its own words. */
  readonly served: ReadonlyMap<number, PodServed>;
  /** Lateness of what the control loop did, virtual milliseconds. */
  readonly lateness: { readonly scrapes: readonly number[]; readonly controlMax: number };
}

/** Grid of the all-knowing observer, and how often samples that no query reaches are forgotten; as in sim/world.ts. */
const GRID_MILLIS = 1000;
const TRIM_MILLIS = 60_000;

/** Whoever compares with a simulation, a bare or a kind run must know what was not there. */
export const otherHpaNotes = ({ otherHpas }: Platform): readonly string[] =>
  otherHpas.map(
    ({ spec }) =>
      `the HPA of ${spec.scaleTargetRef.name} is not run in the local profile, which has the pods of the service alone; ` +
      'simulate and replay --profile bare or kind run it',
  );

const sparePods = (platform: Platform): number =>
  platform.hpa === null ? 0 : Math.max(0, platform.hpa.spec.maxReplicas - initialReplicas(platform));

export class LocalRun {
  readonly clock: ScaledClock;
  /** Rejects when a process breaks or a handler throws; never resolves. */
  readonly broken: Promise<never>;
  private readonly settings: LocalSettings;
  private readonly cluster: RealCluster;
  private readonly agent: Agent;
  private readonly agenda: WallAgenda;
  private readonly recorder: LocalRecorder;
  private readonly scraping: LocalScraping;
  private faults: FaultsHop | null = null;
  private readonly discoveredAt: (now: number) => number;
  private cancelObserver: () => void = () => undefined;
  private readonly store = new SampleStore();
  private readonly rules: RulesHop;
  private readonly reachMillis: number;
  private begun = false;

  /** Resolves shortly before virtual zero, with the pods of the start ready and known to the load engine. */
  static async start(settings: LocalSettings): Promise<LocalRun> {
    const agent = controlAgent();
    const { promise: broken, reject } = Promise.withResolvers<never>();
    broken.catch(() => undefined);
    const early: ((run: LocalRun) => void)[] = [];
    let run: LocalRun | null = null;
    const whenMade = (act: (run: LocalRun) => void): void => {
      if (run === null) early.push(act);
      else act(run);
    };
    const cluster = await RealCluster.start(
      {
        cluster: clusterConfig(settings.platform, settings.scenario),
        emulator: emulatorSettings(settings.scenario.service, settings.law),
        timeScale: settings.timeScale,
        spares: sparePods(settings.platform),
        agent,
      },
      {
        join: (pod, port) => settings.load.join(pod, `http://127.0.0.1:${port}`),
        leave: (pod) => settings.load.leave(pod),
        targetAdded: (pod, found) => whenMade((made) => made.targetAdded(pod, found)),
        targetRemoved: (pod) => whenMade((made) => made.targetRemoved(pod)),
        broken: reject,
      },
      settings.signal,
    );
    try {
      run = new LocalRun(settings, cluster, agent, broken, reject);
      for (const act of early) act(run);
      run.begun = true;
      await run.beginLoop();
      return run;
    } catch (error) {
      await cluster.stop();
      await agent.destroy();
      throw error;
    }
  }

  private constructor(
    settings: LocalSettings,
    cluster: RealCluster,
    agent: Agent,
    broken: Promise<never>,
    fail: (error: unknown) => void,
  ) {
    const { scenario, platform } = settings;
    const { seed, epochMillis } = scenario;
    const { store } = this;
    this.settings = settings;
    this.cluster = cluster;
    this.clock = cluster.clock;
    this.agent = agent;
    this.broken = broken;
    this.discoveredAt = discoveryDelay(platform.prometheus.version, seed);
    this.agenda = new WallAgenda(this.clock, fail);
    this.recorder = new LocalRecorder(this.clock, platform);
    this.scraping = new LocalScraping({
      platform,
      jobs: scrapeJobs(platform),
      store,
      epochMillis,
      clock: this.clock,
      agent,
      portOf: (pod) => cluster.portOf(pod),
      sharedQueue: () => {
        const { batchWaiting, streamsWaiting } = settings.load.census();
        return { batch: batchWaiting, streams: streamsWaiting };
      },
      observer: this.recorder.scrapes,
    });
    const groups = scheduledGroups(platform);
    this.rules = new RulesHop(this.agenda, groups, store, epochMillis, (index, evaluation) =>
      this.recorder.meter.evaluated(index, groups[index]!.group, evaluation, store),
    );
    this.reachMillis = longestReach([
      JSON.stringify(platform.adapter.config),
      ...platform.ruleGroups.flatMap(({ group }) => group.rules.map(({ expr }) => expr)),
    ]);
  }

  /** Fills in what Prometheus would have scraped before the origin, then starts rules, adapter, HPA and faults. */
  private async beginLoop(): Promise<void> {
    const { settings, agenda, store, recorder, cluster } = this;
    const { scenario, platform } = settings;
    const { seed, epochMillis, controlPlane } = scenario;
    const from = -(DEFAULT_LOOKBACK_MILLIS + 2 * this.reachMillis);
    const past = [...(await this.scraping.past(from)), ...this.rules.past(from)].sort(
      (a, b) => a.atMillis - b.atMillis,
    );
    for (const { run } of past) run();
    const relistPhaseMillis = platform.adapter.relistInterval * 1000 * stream(seed, 'relistPhase').uniform();
    const metrics = new MetricsApi(agenda, { platform, store, epochMillis, relistPhaseMillis });
    this.faults = new FaultsHop(agenda, {
      faults: scenario.faults,
      seed,
      cluster,
      scraping: this.scraping,
      rules: this.rules,
      metrics,
      freeze: null,
    });
    if (platform.hpa !== null) {
      const { hpaPhase } = controlPlane;
      const first = hpaPhase ?? platform.controller.syncPeriod * stream(seed, 'hpaPhase').uniform();
      const { hpa } = platform;
      new ControlHop(agenda, {
        platform,
        hpa,
        controlPlane,
        seed,
        cluster,
        metrics,
        syncs: [{ startMillis: first * 1000 }],
        observer: recorder.control,
      });
    }
    this.observeEverySecond(0, 0);
  }

  /** What only an all-knowing observer sees, each virtual second. */
  private observeEverySecond(at: number, offeredBefore: number): void {
    this.cancelObserver = this.clock.at(at, () => {
      const census = this.settings.load.census();
      this.recorder.fleet(at, census, ((census.offeredWeight - offeredBefore) * 1000) / GRID_MILLIS);
      if (at % TRIM_MILLIS === 0)
        this.store.trim(at + this.settings.scenario.epochMillis - 2 * (DEFAULT_LOOKBACK_MILLIS + this.reachMillis));
      this.observeEverySecond(at + GRID_MILLIS, census.offeredWeight);
    });
  }

  /** Ends timers, connections and processes, and gives the record up to now. */
  async stop(): Promise<LocalRecord> {
    const endMillis = Math.max(1, this.clock.now());
    this.cancelObserver();
    this.agenda.stop();
    this.scraping.stop();
    await this.cluster.stop();
    await this.agent.destroy();
    const { decisions, signals, storage } = this.recorder.record(
      endMillis,
      this.settings.scenario.prices.storagePerGbMonth,
    );
    return {
      life: this.cluster.life,
      decisions,
      signals,
      storage,
      notes: [...otherHpaNotes(this.settings.platform), ...(this.faults?.notes ?? [])],
      processIds: this.cluster.processes.startedIds,
      served: this.cluster.processes.served.byPod,
      lateness: { scrapes: this.scraping.latenessMillis, controlMax: this.agenda.latestMillis },
    };
  }

  private targetAdded(pod: number, found: DiscoveredPod): void {
    if (!this.begun) {
      this.scraping.found(pod, found, 0);
      return;
    }
    const at = this.discoveredAt(this.clock.now());
    this.clock.at(at, () => this.scraping.found(pod, found, at));
  }

  private targetRemoved(pod: number): void {
    const at = this.discoveredAt(this.clock.now());
    this.clock.at(at, () => this.scraping.lost(pod, at));
  }
}
