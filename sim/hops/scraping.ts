// Scraping as events: which targets exist, when each is scraped, when its samples become visible, what is left of a
// vanished one (metrics-path.md 1.1, 1.3, 1.5). Takes pods that appear and vanish; fills the sample store.
// The decisions are in sim/prometheus; reading a pod's page is handed in.

import { stream } from '../../model/rng.ts';
import { sampler } from '../../model/distribution.ts';
import type { Engine } from '../engine/engine.ts';
import { CLASS } from '../event-classes.ts';
import { ScrapeTarget } from '../prometheus/scrape.ts';
import { endOfRun, firstScrapeAt, nextScrapeStart, scrapeTimestamp } from '../prometheus/scrape-timing.ts';
import { serverSeed, targetHash, targetPhaseNanos } from '../prometheus/target-hash.ts';
import type { Target } from '../prometheus/targets.ts';
import type { DiscoveredPod, ScrapeJob } from './discovery.ts';
import type { Loop } from './scrape-loop.ts';
import { NOTHING, copyPage } from './scrape-loop.ts';
import type { ScrapingSettings } from './scraping-settings.ts';

/** Scraping stops while the server is down, and starts again 5 s after it is up, each target at its old phase. */
const RESTART_MILLIS = 5000;

const REFUSED = { refused: 'connection refused' };

/** scrape_duration_seconds of the scrapes before the origin. */
const PAST_SECONDS = 0.001;

/**
 * Invariant: a loop has at most one event queued; ticks that pass while a scrape runs are lost but for one.
 */
export class Scraping {
  private readonly engine: Engine;
  private readonly settings: ScrapingSettings;
  private readonly server: bigint;
  private readonly loops: Loop[] = [];
  private readonly loopsOf = new Map<number, number[]>();
  private readonly pods = new Map<number, DiscoveredPod>();
  private readonly refusing = new Set<number>();
  private readonly hanging = new Set<number>();
  private down = false;
  /** False while samples from before the origin are put in place. */
  private observed = true;

  constructor(engine: Engine, settings: ScrapingSettings) {
    this.engine = engine;
    this.settings = settings;
    const { prometheus } = settings.platform;
    this.server = serverSeed(prometheus.hostName, prometheus.externalLabels);
    engine.on(CLASS.discovery, (now, pod, added) => (added === 1 ? this.start(now, pod) : this.stop(now, pod)));
    engine.on(CLASS.scrape, (now, loop) => this.scrape(now, this.loops[loop]!, loop));
    engine.on(CLASS.commit, (now, loop) => this.commit(now, this.loops[loop]!, loop));
  }

  /** The pod has an address: Prometheus hears of it after the discovery delay. */
  targetAdded(now: number, ordinal: number, pod: DiscoveredPod): void {
    this.pods.set(ordinal, pod);
    this.engine.schedule(this.settings.discoveredAt(now, ordinal, 'added'), CLASS.discovery, ordinal, 1);
  }

  targetRemoved(now: number, ordinal: number): void {
    this.engine.schedule(this.settings.discoveredAt(now, ordinal, 'removed'), CLASS.discovery, ordinal, 0);
  }

  /** Targets that were there long before the origin: their loops run already. */
  targetKnown(ordinal: number, pod: DiscoveredPod): void {
    this.pods.set(ordinal, pod);
    this.start(0, ordinal);
  }

  /** A target that is no pod and is there from long before the origin to the end; `ordinal` < 0 names it to readPage. */
  fixedTarget(ordinal: number, job: ScrapeJob, target: Target): void {
    this.open(0, ordinal, job, target);
  }

  /** From now on the pod closes the connection of every scrape. */
  refuse(pod: number): void {
    this.refusing.add(pod);
  }
  /** From now on the pod accepts every scrape and does not answer it. */
  hang(pod: number): void {
    this.hanging.add(pod);
  }
  answerAgain(pod: number): void {
    this.refusing.delete(pod);
    this.hanging.delete(pod);
  }

  /** Nothing is scraped, stored or marked stale any more. */
  serverStops(): void {
    this.down = true;
    for (const loop of this.loops) {
      if (loop.timer >= 0) this.engine.cancel(loop.timer);
      loop.timer = -1;
    }
  }

  serverStarts(now: number): void {
    this.down = false;
    this.loops.forEach((loop, i) => {
      if (!loop.stopped) this.begin(now + RESTART_MILLIS, loop, i);
    });
  }

  /**
   * The scrapes that the targets of the origin had since `fromMillis` (negative), as thunks in order of time per target;
   * they store the pages as they are at the origin, and nobody observes them.
   */
  past(fromMillis: number): { readonly atMillis: number; readonly run: () => void }[] {
    const { epochMillis } = this.settings;
    return this.loops.flatMap((loop) => {
      const ticks = Math.ceil((loop.startMillis - fromMillis) / loop.intervalMillis) - 1;
      return Array.from({ length: ticks }, (_, i) => {
        const atMillis = loop.startMillis - (ticks - i) * loop.intervalMillis;
        const run = (): void => {
          const page = this.settings.readPage(loop.pod);
          if ('refused' in page) return;
          this.observed = false;
          loop.scrape.apply(
            { kind: 'samples', samples: page, durationSeconds: PAST_SECONDS },
            Math.floor(atMillis + epochMillis),
          );
          this.observed = true;
        };
        return { atMillis, run };
      });
    });
  }

  private start(now: number, ordinal: number): void {
    const { settings } = this;
    const pod = this.pods.get(ordinal);
    if (pod === undefined) return;
    for (const job of settings.jobs) for (const target of job.targetsOf(pod)) this.open(now, ordinal, job, target);
  }

  private open(now: number, ordinal: number, job: ScrapeJob, target: Target): void {
    const index = this.loops.length;
    this.loopsOf.set(ordinal, [...(this.loopsOf.get(ordinal) ?? []), index]);
    const loop = this.loopFor(ordinal, job, target);
    this.loops.push(loop);
    this.settings.observer.targets(loop.job, 1, now);
    if (!this.down) this.begin(now, loop, index);
  }

  private loopFor(pod: number, job: ScrapeJob, target: Target): Loop {
    const { platform, store, seed, durationSeconds, observer, phaseOf } = this.settings;
    const { version } = platform.prometheus;
    const intervalMillis = target.intervalSeconds * 1000;
    const hash = targetHash(target.allLabels, target.url, version);
    const onAppend = observer.onAppend(job.config.jobName);
    const nanos = targetPhaseNanos(hash, this.server, BigInt(Math.round(intervalMillis * 1e6)));
    return {
      pod,
      job: job.config.jobName,
      scrape: new ScrapeTarget(store, job.config, target.labels, version, (series, at, value, stale) => {
        if (this.observed) onAppend(series, at, value, stale);
      }),
      intervalMillis,
      timeoutSeconds: target.timeoutSeconds,
      phaseMillis: phaseOf(pod) ?? Number(nanos) / 1e6,
      duration: sampler(durationSeconds, stream(seed, 'scrapeDuration', pod)),
      startMillis: 0,
      timer: -1,
      startedMillis: 0,
      outcome: NOTHING,
      page: [],
      stopped: false,
    };
  }

  private begin(from: number, loop: Loop, index: number): void {
    const { epochMillis } = this.settings;
    loop.startMillis = firstScrapeAt(from + epochMillis, loop.phaseMillis, loop.intervalMillis) - epochMillis;
    this.plan(loop.startMillis, loop, index);
  }

  private scrape(now: number, loop: Loop, index: number): void {
    loop.startedMillis = now;
    const seconds = Math.max(0, loop.duration());
    const late = seconds > loop.timeoutSeconds || this.hanging.has(loop.pod);
    const durationSeconds = late ? loop.timeoutSeconds : seconds;
    const page = this.refusing.has(loop.pod) ? REFUSED : this.settings.readPage(loop.pod);
    if (late) loop.outcome = { kind: 'failed', error: 'context deadline exceeded', durationSeconds };
    else if ('refused' in page) loop.outcome = { kind: 'failed', error: page.refused, durationSeconds };
    else {
      copyPage(page, loop);
      loop.outcome = { kind: 'samples', samples: loop.page, durationSeconds };
    }
    loop.timer = this.engine.schedule(now + durationSeconds * 1000, CLASS.commit, index);
  }

  private commit(now: number, loop: Loop, index: number): void {
    const { epochMillis, observer } = this.settings;
    if (loop.stopped) {
      loop.timer = -1;
      loop.scrape.apply({ kind: 'end-of-run' }, Math.floor(loop.startedMillis + epochMillis), now + epochMillis);
      return;
    }
    const stamp = scrapeTimestamp(
      loop.startMillis + epochMillis,
      loop.startedMillis + epochMillis,
      loop.intervalMillis,
    );
    const { error } = loop.scrape.apply(loop.outcome, stamp, now + epochMillis);
    const { job, pod, startedMillis } = loop;
    observer.committed({ job, pod, startedMillis, committedMillis: now, page: error === null ? loop.page : null });
    const next = nextScrapeStart(loop.startMillis, loop.intervalMillis, loop.startedMillis, now);
    this.plan(next, loop, index);
  }

  private plan(tick: number, loop: Loop, index: number): void {
    const at = this.settings.reaches?.(loop.pod, tick, loop.intervalMillis) ?? tick;
    loop.timer = this.engine.schedule(at, CLASS.scrape, index);
  }

  /** The target is gone from discovery: a scrape under way is lost, the markers follow. */
  private stop(now: number, pod: number): void {
    for (const index of this.loopsOf.get(pod) ?? []) {
      const loop = this.loops[index]!;
      if (loop.timer >= 0) this.engine.cancel(loop.timer);
      loop.stopped = true;
      this.settings.observer.targets(loop.job, -1, now);
      loop.timer = -1;
      if (this.down) continue;
      const { stampMillis, writtenMillis } = endOfRun(loop.startMillis, loop.intervalMillis, now);
      loop.startedMillis = stampMillis;
      loop.timer = this.engine.schedule(writtenMillis, CLASS.commit, index);
    }
    this.loopsOf.delete(pod);
    this.pods.delete(pod);
  }
}
