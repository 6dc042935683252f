// Connects the boxes into the circle: service → scraping → rules → adapter → HPA → cluster → service, all on one engine.
// Takes a schedule, a scenario and a platform; when `run` returns everything that happened is in its fields.
// What each box does is in its folder; how it becomes events is in sim/hops.

import { seedOf, stream } from '../model/rng.ts';
import type { Decision, Observer } from '../model/record.ts';
import type { Platform } from '../model/platform.ts';
import type { Schedule } from '../model/schedule.ts';
import { parsePrometheusDuration } from '../model/duration.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { Engine } from './engine/engine.ts';
import { fleetSettings } from './fleet-settings.ts';
import { ClusterHop } from './hops/cluster.ts';
import { knownScrapes } from './hops/known-scrapes.ts';
import { discoveryDelay } from './hops/discovery-delay.ts';
import { scrapeJobs } from './hops/discovery.ts';
import { FaultsHop } from './hops/faults.ts';
import { startHpas } from './hops/hpas.ts';
import { intervene } from './hops/interventions.ts';
import {
  KUBE_STATE_METRICS,
  kubeStateMetricsJob,
  kubeStatePage,
  needsKubeStateMetrics,
} from './hops/kube-state-metrics.ts';
import { MetricsApi } from './hops/metrics-api.ts';
import { controlObserver, observeFleet, watchedSeries } from './hops/observation.ts';
import { OtherWorkload } from './hops/other-workload.ts';
import { RulesHop, scheduledGroups } from './hops/rules.ts';
import { Scraping } from './hops/scraping.ts';
import type { PodPage } from './hops/scraping-settings.ts';
import { SignalLog } from './hops/signal-log.ts';
import { StorageMeter } from './hops/storage.ts';
import { playTraffic } from './hops/traffic.ts';
import type { KnownInputs } from './known-inputs.ts';
import { clusterConfig } from './kubernetes/index.ts';
import { DEFAULT_LOOKBACK_MILLIS } from './prometheus/promql/query.ts';
import { SampleStore } from './prometheus/store.ts';
import type { Fleet } from './service/fleet.ts';
import { PAGE, readPage } from './service/page.ts';

/** A fixed target is discovered without a pod. */
const NO_POD = { name: '', ip: '', node: '' };

/** Samples older than any query reaches are forgotten this often. */
const TRIM_MILLIS = 60_000;

/** The longest range or offset in texts of PromQL, ms. */
export const longestReach = (texts: readonly string[]): number => {
  let longest = 0;
  for (const text of texts) {
    for (const [, range] of text.matchAll(/(?:\[|offset\s+)([0-9a-z]+)/g)) {
      longest = Math.max(longest, 1000 * (parsePrometheusDuration(range!) ?? 0));
    }
  }
  return longest;
};

/** Discovery as drawn, but for what is known and not over yet. */
const knownDiscovery =
  (drawn: (now: number) => number, { targets }: KnownInputs) =>
  (now: number, pod: number, change: 'added' | 'removed'): number => {
    const effect = drawn(now);
    const known = change === 'added' ? targets?.[pod]?.foundMillis : targets?.[pod]?.lostMillis;
    return known === undefined || known < now ? effect : known;
  };

export class World {
  readonly engine = new Engine();
  readonly fleet: Fleet;
  readonly cluster: ClusterHop;
  readonly storage = new StorageMeter();
  readonly signals = new SignalLog();
  readonly decisions: Decision[] = [];
  readonly faults: FaultsHop;
  private readonly schedule: Schedule;
  private readonly scenario: Scenario;
  private readonly platform: Platform;
  private readonly store = new SampleStore();
  private readonly scraping: Scraping;
  private readonly values = new Float64Array(PAGE.length);
  private readonly page = PAGE.map((series) => ({ series, value: 0 }));
  private readonly reachMillis: number;
  private readonly others: readonly OtherWorkload[];
  private readonly kubeState: () => PodPage;

  constructor(schedule: Schedule, scenario: Scenario, platform: Platform, known: KnownInputs = {}) {
    this.schedule = schedule;
    this.scenario = scenario;
    this.platform = platform;
    const { engine, store } = this;
    const { seed, epochMillis } = scenario;
    const { version } = platform.prometheus;
    const balancerSeed = known.balancerSeed ?? seedOf(seed, 'balancer');
    const settings = fleetSettings(scenario.service, balancerSeed, scenario.traffic);
    this.fleet = playTraffic(
      engine,
      schedule,
      { ...settings, law: known.law ?? settings.law },
      (pod) => this.cluster.idle(pod),
      known.sentMillis,
    );
    const jobs = scrapeJobs(platform);
    const kubeStateJob = needsKubeStateMetrics(platform) ? kubeStateMetricsJob(platform) : null;
    const intervals = new Map(
      [...jobs, ...(kubeStateJob === null ? [] : [kubeStateJob])].map(({ config }) => [
        config.jobName,
        1000 * (parsePrometheusDuration(config.interval) ?? 0),
      ]),
    );
    const watched = watchedSeries(platform);
    this.scraping = new Scraping(engine, {
      platform,
      jobs,
      store,
      seed,
      epochMillis,
      durationSeconds: scenario.controlPlane.scrapeDuration,
      discoveredAt: knownDiscovery(discoveryDelay(version, seed, known.otherTargetsMillis ?? null), known),
      readPage: (pod) => this.readPage(pod),
      phaseOf: (pod) => known.scrapePhaseMillis?.[pod],
      reaches: knownScrapes(known.scrapesMillis),
      observer: {
        onAppend: (job) => this.storage.appender(job),
        targets: (job, change, at) => this.storage.targets(job, change, intervals.get(job)!, at),
        committed: ({ job, pod, startedMillis, committedMillis, page }) => {
          this.storage.scraped(job, page !== null);
          if (page === null || pod === KUBE_STATE_METRICS) return;
          for (const [at, metric] of watched) {
            this.observe(
              'prometheus',
              this.cluster.podNames[pod]!,
              metric,
              page[at]!.value,
              committedMillis - startedMillis,
            );
          }
        },
      },
    });
    this.cluster = new ClusterHop(
      engine,
      { ...clusterConfig(platform, scenario), ...known.cluster },
      this.fleet,
      this.scraping,
    );
    this.cluster.start();
    this.others = platform.otherHpas.map((hpa) => new OtherWorkload(hpa));
    this.kubeState = kubeStatePage(platform, this.cluster, this.others);
    for (const target of kubeStateJob?.targetsOf(NO_POD) ?? [])
      this.scraping.fixedTarget(KUBE_STATE_METRICS, kubeStateJob!, target);

    const groups = scheduledGroups(platform).map((group, i) => ({
      ...group,
      phaseMillis: known.rulePhaseMillis?.[i] ?? group.phaseMillis,
    }));
    const rules = new RulesHop(engine, groups, store, epochMillis, (index, evaluation) =>
      this.storage.evaluated(index, groups[index]!.group, evaluation, store),
    );
    this.reachMillis = longestReach([
      JSON.stringify(platform.adapter.config),
      ...platform.ruleGroups.flatMap(({ group }) => group.rules.map(({ expr }) => expr)),
    ]);
    // The fleet was idle before the origin, so its past is constant: one window of it, at least two scrapes, and what
    // the adapter's first list looks at, answer every query as a longer one would.
    const from = -Math.max(this.reachMillis, 2 * Math.max(...intervals.values(), 0), platform.adapter.maxAge * 1000);
    const past = [...this.scraping.past(from), ...rules.past(from)].sort((a, b) => a.atMillis - b.atMillis);
    for (const { run } of past) run();

    const relistPhaseMillis = platform.adapter.relistInterval * 1000 * stream(seed, 'relistPhase').uniform();
    const metrics = new MetricsApi(engine, { platform, store, epochMillis, relistPhaseMillis });
    this.faults = new FaultsHop(engine, {
      faults: scenario.faults,
      seed,
      cluster: this.cluster,
      scraping: this.scraping,
      rules,
      metrics,
      freeze: (until) => {
        this.cluster.freeze(until);
        control?.freeze(until);
      },
    });
    const control = startHpas(engine, {
      platform,
      scenario,
      known,
      metrics,
      cluster: this.cluster,
      others: this.others,
      observer: controlObserver((...row) => this.observe(...row), this.decisions),
    });
    const { cluster, scraping } = this;
    intervene(engine, known.interventions ?? [], { cluster, scraping, rules, metrics, control });
    observeFleet(engine, this.fleet, this.signals, (now) => {
      if (now % TRIM_MILLIS === 0) store.trim(now + epochMillis - 2 * (DEFAULT_LOOKBACK_MILLIS + this.reachMillis));
    });
  }

  /** Runs to the end of the scenario, then drains until everybody is answered, at most `drainMillis`. Returns the end. */
  run(drainMillis: number): number {
    const { durationMillis, count } = this.schedule;
    this.engine.run(durationMillis);
    const drained = (): boolean => this.fleet.inSystem === 0 && this.fleet.arrived === count;
    if (drained()) return durationMillis;
    this.engine.run(durationMillis + drainMillis, drained);
    return drained() ? this.engine.now : durationMillis + drainMillis;
  }

  private observe(observer: Observer, subject: string, metric: string, value: number, ageMillis: number): void {
    const { signals } = this;
    signals.add(
      this.engine.now,
      observer,
      signals.subjectNumber(subject),
      signals.metricNumber(metric),
      value,
      ageMillis,
    );
  }

  private readPage(pod: number): PodPage {
    if (pod === KUBE_STATE_METRICS) return this.kubeState();
    const worker = this.fleet.worker(pod);
    const modelLoadSeconds = this.cluster.modelLoadSeconds[pod];
    if (worker === undefined) return { refused: 'connection refused' };
    if (modelLoadSeconds === undefined && !this.scenario.service.metricsWhileLoading)
      return { refused: 'connection refused' };
    const { batchWaiting, streamsWaiting } = this.fleet;
    readPage(worker, { modelLoadSeconds: modelLoadSeconds ?? 0, batchWaiting, streamsWaiting }, this.values);
    for (let i = 0; i < this.page.length; i++) this.page[i]!.value = this.values[i]!;
    return this.page;
  }
}
