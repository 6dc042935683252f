// Prometheus' scraping under the wall clock: real HTTP at the phases that the target's hash gives, the same store, the
// same timing rules and the same target labels as in simulation (sim/prometheus, sim/hops/discovery.ts). The labels name
// the pod's cluster address; the connection goes to the loopback port behind it.

import type { Agent } from 'undici';
import type { Platform } from '../../model/platform.ts';
import type { DiscoveredPod, ScrapeJob } from '../../sim/hops/discovery.ts';
import type { OnAppend, ScrapeOutcome } from '../../sim/prometheus/scrape.ts';
import { ScrapeTarget, statusError } from '../../sim/prometheus/scrape.ts';
import { endOfRun, firstScrapeAt, nextScrapeStart, scrapeTimestamp } from '../../sim/prometheus/scrape-timing.ts';
import type { SampleStore } from '../../sim/prometheus/store.ts';
import { serverSeed, targetHash, targetPhaseNanos } from '../../sim/prometheus/target-hash.ts';
import type { Target } from '../../sim/prometheus/targets.ts';
import { SCRAPE_HEADERS } from '../emulator/dialects.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import { httpGet } from './http-get.ts';

export interface LocalScrapingSettings {
  readonly platform: Platform;
  readonly jobs: readonly ScrapeJob[];
  readonly store: SampleStore;
  readonly epochMillis: number;
  readonly clock: ScaledClock;
  readonly agent: Agent;
  /** Loopback port of a pod; null while nothing listens. */
  readonly portOf: (pod: number) => number | null;
  /** Requests that wait in front of all pods: the shared queue whose length every pod shows. */
  readonly sharedQueue: () => { readonly batch: number; readonly streams: number };
  readonly observer: LocalScrapeObserver;
}

export interface LocalScrapeObserver {
  readonly onAppend: (job: string) => OnAppend;
  readonly targets: (job: string, change: 1 | -1, intervalMillis: number, atMillis: number) => void;
  /** A scrape was committed; `page` is null if it failed. */
  readonly committed: (scrape: {
    readonly pod: number;
    readonly podName: string;
    readonly job: string;
    readonly startedMillis: number;
    readonly committedMillis: number;
    readonly page: string | null;
  }) => void;
}

interface Loop {
  readonly pod: number;
  readonly podName: string;
  readonly job: string;
  readonly target: Target;
  readonly scrape: ScrapeTarget;
  readonly intervalMillis: number;
  readonly phaseMillis: number;
  startMillis: number;
  cancel: () => void;
  stopped: boolean;
}

/** Scraping resumes this long after the server is up (metrics-path.md 3.2). */
const RESTART_MILLIS = 5000;

export class LocalScraping {
  private readonly settings: LocalScrapingSettings;
  private readonly server: bigint;
  private readonly loops = new Map<number, Loop[]>();
  /** Lateness of scrape starts against their grid, virtual milliseconds. */
  readonly latenessMillis: number[] = [];
  private readonly refusing = new Set<number>();
  private observed = true;
  private down = false;
  private over = false;

  constructor(settings: LocalScrapingSettings) {
    this.settings = settings;
    const { prometheus } = settings.platform;
    this.server = serverSeed(prometheus.hostName, prometheus.externalLabels);
  }

  /** Prometheus has found the pod: its loops begin at their next phase. */
  found(ordinal: number, pod: DiscoveredPod, nowMillis: number): void {
    const loops = this.settings.jobs.flatMap((job) =>
      job.targetsOf(pod).map((target) => this.loopFor(ordinal, pod.name, job, target)),
    );
    this.loops.set(ordinal, loops);
    for (const { job, intervalMillis } of loops) this.settings.observer.targets(job, 1, intervalMillis, nowMillis);
    if (!this.down) for (const loop of loops) this.begin(loop, nowMillis);
  }

  /** Discovery no longer lists the pod: a scrape under way is lost, the staleness markers follow. */
  lost(ordinal: number, nowMillis: number): void {
    const { clock, epochMillis, observer } = this.settings;
    for (const loop of this.loops.get(ordinal) ?? []) {
      loop.cancel();
      loop.stopped = true;
      observer.targets(loop.job, -1, loop.intervalMillis, nowMillis);
      if (this.down) continue;
      const { stampMillis, writtenMillis } = endOfRun(loop.startMillis, loop.intervalMillis, nowMillis);
      loop.cancel = clock.at(writtenMillis, () => {
        loop.scrape.apply({ kind: 'end-of-run' }, Math.floor(stampMillis + epochMillis), clock.now() + epochMillis);
      });
    }
    this.loops.delete(ordinal);
  }

  /** Injected fault: the pod's scrapes fail from now on. */
  refuse(pod: number): void {
    this.refusing.add(pod);
  }
  answerAgain(pod: number): void {
    this.refusing.delete(pod);
  }

  serverStops(): void {
    this.down = true;
    for (const loop of this.running()) loop.cancel();
  }

  serverStarts(nowMillis: number): void {
    this.down = false;
    for (const loop of this.running()) this.begin(loop, nowMillis + RESTART_MILLIS);
  }

  stop(): void {
    this.over = true;
    for (const loop of this.running()) loop.cancel();
  }

  /**
   * The scrapes that the targets of the origin would have had since `fromMillis` (negative), as thunks: pages as each pod
   * shows them now, unobserved. Read before virtual zero, while the pods are idle.
   */
  async past(fromMillis: number): Promise<readonly { readonly atMillis: number; readonly run: () => void }[]> {
    const { clock, epochMillis } = this.settings;
    const runs = await Promise.all(
      this.running().map(async (loop) => {
        const page = await this.read(loop, clock.now());
        const ticks = Math.ceil((loop.startMillis - fromMillis) / loop.intervalMillis) - 1;
        return Array.from({ length: ticks }, (_, i) => {
          const atMillis = loop.startMillis - (ticks - i) * loop.intervalMillis;
          const run = (): void => {
            this.observed = false;
            loop.scrape.apply(page, Math.floor(atMillis + epochMillis));
            this.observed = true;
          };
          return { atMillis, run };
        });
      }),
    );
    return runs.flat();
  }

  private running(): readonly Loop[] {
    return [...this.loops.values()].flat();
  }

  private loopFor(pod: number, podName: string, job: ScrapeJob, target: Target): Loop {
    const { platform, store, observer } = this.settings;
    const { version } = platform.prometheus;
    const intervalMillis = target.intervalSeconds * 1000;
    const hash = targetHash(target.allLabels, target.url, version);
    const nanos = targetPhaseNanos(hash, this.server, BigInt(Math.round(intervalMillis * 1e6)));
    const append = observer.onAppend(job.config.jobName);
    return {
      pod,
      podName,
      job: job.config.jobName,
      target,
      scrape: new ScrapeTarget(store, job.config, target.labels, version, (...sample) => {
        if (this.observed) append(...sample);
      }),
      intervalMillis,
      phaseMillis: Number(nanos) / 1e6,
      startMillis: 0,
      cancel: () => undefined,
      stopped: false,
    };
  }

  private begin(loop: Loop, fromMillis: number): void {
    const { epochMillis, clock } = this.settings;
    loop.startMillis = firstScrapeAt(fromMillis + epochMillis, loop.phaseMillis, loop.intervalMillis) - epochMillis;
    loop.cancel = clock.at(loop.startMillis, () => this.scrape(loop, loop.startMillis));
  }

  private scrape(loop: Loop, dueMillis: number): void {
    const started = this.settings.clock.now();
    this.latenessMillis.push(started - dueMillis);
    void this.read(loop, started).then((outcome) => this.commit(loop, started, outcome));
  }

  private async read(loop: Loop, startedMillis: number): Promise<ScrapeOutcome> {
    const { clock, agent, portOf } = this.settings;
    const port = portOf(loop.pod);
    const since = (): number => (clock.now() - startedMillis) / 1000;
    if (port === null || this.refusing.has(loop.pod))
      return { kind: 'failed', error: 'connect: connection refused', durationSeconds: since() };
    const path = loop.target.url.replace(/^https?:\/\/[^/]*/, '');
    const queue = this.settings.sharedQueue();
    const answer = await httpGet(
      agent,
      `http://127.0.0.1:${port}${path}`,
      clock.real(loop.target.timeoutSeconds * 1000),
      {
        [SCRAPE_HEADERS.sharedQueue]: `${queue.batch},${queue.streams}`,
      },
    );
    const durationSeconds = since();
    switch (answer.kind) {
      case 'timeout':
        return { kind: 'failed', error: 'context deadline exceeded', durationSeconds };
      case 'failed':
        return { kind: 'failed', error: answer.cause, durationSeconds };
      case 'answer':
        return answer.status === 200
          ? { kind: 'page', bytes: answer.bytes, contentType: answer.contentType, durationSeconds }
          : { kind: 'failed', error: statusError(answer.status), durationSeconds };
    }
  }

  private commit(loop: Loop, startedMillis: number, outcome: ScrapeOutcome): void {
    if (loop.stopped || this.over || this.down) return;
    const { clock, epochMillis, observer } = this.settings;
    const now = clock.now();
    // The grid time is stored when the start is within Prometheus' tolerance of it, scaled: a real millisecond of
    // lateness is `timeScale` virtual ones here.
    const onGrid = this.nearGrid(loop, startedMillis);
    const stamp = scrapeTimestamp(loop.startMillis + epochMillis, onGrid + epochMillis, loop.intervalMillis);
    const { error } = loop.scrape.apply(outcome, stamp, now + epochMillis);
    const { pod, podName, job } = loop;
    const page = error === null && outcome.kind === 'page' ? outcome.bytes : null;
    observer.committed({ pod, podName, job, startedMillis: onGrid, committedMillis: now, page });
    const next = nextScrapeStart(loop.startMillis, loop.intervalMillis, startedMillis, now);
    loop.cancel = clock.at(next, () => this.scrape(loop, next));
  }

  private nearGrid(loop: Loop, startedMillis: number): number {
    const { clock } = this.settings;
    const tick =
      loop.startMillis + Math.floor((startedMillis - loop.startMillis) / loop.intervalMillis) * loop.intervalMillis;
    return startedMillis - tick <= TOLERATED_REAL_MILLIS * clock.timeScale ? tick : startedMillis;
  }
}

/** Node's timers fire up to this late on a machine that is not overloaded. */
const TOLERATED_REAL_MILLIS = 5;
