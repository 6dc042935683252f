// The faults of a scenario as events: what breaks when, for how long, and what comes back later than it was repaired.

import type { Fault } from '../../scenarios/scenario.ts';
import { stream } from '../../model/rng.ts';
import type { Agenda } from './agenda.ts';
import { CLASS } from '../event-classes.ts';
import type { ClusterHop } from './cluster.ts';
import type { MetricsApi } from './metrics-api.ts';
import type { RulesHop } from './rules.ts';
import type { Scraping } from './scraping.ts';

export interface FaultSettings {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly cluster: Pick<ClusterHop, 'pods' | 'input'>;
  readonly scraping: Pick<Scraping, 'serverStops' | 'serverStarts' | 'refuse' | 'answerAgain'>;
  readonly rules: Pick<RulesHop, 'setDown'>;
  readonly metrics: MetricsApi;
  /** Whatever goes through the API server waits until then; null = there is none in this profile. */
  readonly freeze: ((untilMillis: number) => void) | null;
}

/** The APIService turns available 17 to 20 s after the adapter answers again: its check backs off (metrics-path.md 3.2). */
const ADAPTER_BACK_SECONDS: readonly [number, number] = [17, 20];

const BEGINS = 0;
const ENDS = 1;

const inSeconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;

export class FaultsHop {
  /** One sentence per fault, in time order. */
  readonly notes: string[] = [];
  private readonly settings: FaultSettings;
  private readonly engine: Agenda;
  /** Pod that each fault of this kind hit. */
  private readonly refusing = new Map<number, number>();

  constructor(engine: Agenda, settings: FaultSettings) {
    this.engine = engine;
    this.settings = settings;
    engine.on(CLASS.fault, (now, index, edge) => {
      if (edge === BEGINS) this.begin(now, settings.faults[index]!, index);
      else this.end(now, settings.faults[index]!, index);
    });
    settings.faults.forEach((fault, index) => engine.schedule(fault.at * 1000, CLASS.fault, index, BEGINS));
  }

  private note(now: number, text: string): void {
    this.notes.push(`${inSeconds(now)}: ${text}`);
  }

  private begin(now: number, fault: Fault, index: number): void {
    const { cluster, scraping, rules, metrics, seed, freeze } = this.settings;
    const endAfter = (seconds: number): void => {
      this.engine.schedule(now + seconds * 1000, CLASS.fault, index, ENDS);
    };
    switch (fault.kind) {
      case 'pod-kill':
        this.note(now, 'the oldest ready pod is killed');
        cluster.input({ kind: 'pod-kill', pod: null, cause: 'fault of the scenario' });
        return;
      case 'scrape-refused': {
        const oldest = cluster.pods.find((pod) => pod.ready && !pod.terminating);
        if (oldest === undefined) {
          this.note(now, 'no pod is ready that could refuse its scrapes');
          return;
        }
        this.note(now, `${oldest.name} refuses its scrapes for ${fault.for} s`);
        this.refusing.set(index, oldest.ordinal);
        scraping.refuse(oldest.ordinal);
        endAfter(fault.for);
        return;
      }
      case 'adapter-down': {
        const [least, most] = ADAPTER_BACK_SECONDS;
        const back = least + (most - least) * stream(seed, 'adapterBack', index).uniform();
        this.note(now, `the adapter is down for ${fault.for} s, and its API unavailable for ${back.toFixed(1)} s more`);
        metrics.setAdapterDown(true);
        endAfter(fault.for + back);
        return;
      }
      case 'prometheus-down':
        this.note(now, `Prometheus is down for ${fault.for} s`);
        scraping.serverStops();
        rules.setDown(true);
        metrics.setPrometheusDown(true);
        endAfter(fault.for);
        return;
      case 'api-server-frozen':
        if (freeze === null) {
          this.note(now, 'this profile has no API server that could be frozen');
          return;
        }
        this.note(now, `the API server answers nothing for ${fault.for} s`);
        freeze(now + fault.for * 1000);
        endAfter(fault.for);
    }
  }

  private end(now: number, fault: Fault, index: number): void {
    const { scraping, rules, metrics } = this.settings;
    switch (fault.kind) {
      case 'pod-kill':
        return;
      case 'scrape-refused':
        scraping.answerAgain(this.refusing.get(index)!);
        this.note(now, 'scrapes are answered again');
        return;
      case 'adapter-down':
        metrics.setAdapterDown(false);
        this.note(now, "the adapter's API is available again");
        return;
      case 'prometheus-down':
        scraping.serverStarts(now);
        rules.setDown(false);
        metrics.setPrometheusDown(false);
        this.note(now, 'Prometheus is up again');
        return;
      case 'api-server-frozen':
        this.note(now, 'the API server answers again');
    }
  }
}
