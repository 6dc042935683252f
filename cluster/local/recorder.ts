// What the observers of a local run saw, in the columns of the run record: the same quantities under the same names as
// sim/world.ts records them. Takes scrapes, adapter answers, decisions and the load's census; gives signals and storage.

import type { Decision, Observer, SignalTable, StorageRecord } from '../../model/record.ts';
import { FLEET_METRICS } from '../../model/record.ts';
import type { Platform } from '../../model/platform.ts';
import type { ControlObserver } from '../../sim/hops/control.ts';
import { SignalLog } from '../../sim/hops/signal-log.ts';
import { StorageMeter } from '../../sim/hops/storage.ts';
import { PAGE } from '../../sim/service/page.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import type { LoadCensus } from './load-port.ts';
import type { LocalScrapeObserver } from './scraping.ts';

/** Value of a series without labels on a page of the text format; NaN if it is not there. */
const plainSample = (page: string, name: string): number => {
  const at = page.startsWith(`${name} `) ? 0 : page.indexOf(`\n${name} `) + 1;
  if (at === 0 && !page.startsWith(`${name} `)) return NaN;
  const from = at + name.length + 1;
  const end = page.indexOf('\n', from);
  return Number(page.slice(from, end === -1 ? undefined : end));
};

/** Names of the page's series without labels that the way from page to HPA mentions. */
const watchedNames = (platform: Platform): readonly string[] => {
  const texts = JSON.stringify([platform.hpa?.spec, platform.adapter.config, platform.ruleGroups]);
  return PAGE.flatMap(({ name, labels }) =>
    Object.keys(labels).length === 0 && new RegExp(`\\b${name}\\b`).test(texts) ? [name] : [],
  );
};

export class LocalRecorder {
  readonly scrapes: LocalScrapeObserver;
  readonly control: ControlObserver;
  private readonly clock: ScaledClock;
  private readonly platform: Platform;
  private readonly log = new SignalLog();
  /** What is stored, scraped or recorded. */
  readonly meter = new StorageMeter();
  private readonly decisions: Decision[] = [];
  /** Observations come from several timers; their rows are in time order. */
  private lastMillis = 0;

  constructor(clock: ScaledClock, platform: Platform) {
    this.clock = clock;
    this.platform = platform;
    const watched = watchedNames(platform);
    this.scrapes = {
      onAppend: (job) => this.meter.appender(job),
      targets: (job, change, intervalMillis, atMillis) => this.meter.targets(job, change, intervalMillis, atMillis),
      committed: ({ podName, job, startedMillis, committedMillis, page }) => {
        this.meter.scraped(job, page !== null);
        if (page === null) return;
        for (const metric of watched)
          this.observe('prometheus', podName, metric, plainSample(page, metric), committedMillis - startedMillis);
      },
    };
    this.control = {
      answered: (metric, { answer, oldestAgeMillis }) => {
        if (answer.kind === 'pods')
          for (const { podName, milli } of answer.items)
            this.observe('adapter', podName, metric, Number(milli) / 1000, oldestAgeMillis);
        if (answer.kind === 'object') this.observe('adapter', '', metric, Number(answer.milli) / 1000, oldestAgeMillis);
        if (answer.kind === 'external') {
          const total = answer.milli.reduce<number>((sum, milli) => sum + Number(milli), 0);
          this.observe('adapter', '', metric, total / 1000, oldestAgeMillis);
        }
      },
      decided: (decision) => {
        this.decisions.push(decision);
        for (const { name, value, oldestSampleAgeMillis } of decision.metrics)
          if (value !== null) this.observe('hpa', '', name, value, oldestSampleAgeMillis ?? NaN);
      },
    };
  }

  /** The load as only its sender knows it. */
  fleet(atMillis: number, census: LoadCensus, offeredPerSecond: number): void {
    const [inService, waiting, offered] = FLEET_METRICS;
    this.add(atMillis, 'pod', '', inService, census.inService, 0);
    this.add(atMillis, 'pod', '', waiting, census.batchWaiting + census.streamsWaiting, 0);
    this.add(atMillis, 'pod', '', offered, offeredPerSecond, 0);
  }

  record(
    endMillis: number,
    pricePerGbMonth: number,
  ): { readonly decisions: readonly Decision[]; readonly signals: SignalTable; readonly storage: StorageRecord } {
    return {
      decisions: this.decisions,
      signals: this.log.table(),
      storage: this.meter.record(this.platform, endMillis, pricePerGbMonth),
    };
  }

  private observe(observer: Observer, subject: string, metric: string, value: number, ageMillis: number): void {
    this.add(this.clock.now(), observer, subject, metric, value, ageMillis);
  }

  private add(
    atMillis: number,
    observer: Observer,
    subject: string,
    metric: string,
    value: number,
    ageMillis: number,
  ): void {
    this.lastMillis = Math.max(this.lastMillis, atMillis);
    this.log.add(
      this.lastMillis,
      observer,
      this.log.subjectNumber(subject),
      this.log.metricNumber(metric),
      value,
      ageMillis,
    );
  }
}
