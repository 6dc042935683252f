// What a recording says was done to the system from outside, as events at its own instants. What a scenario breaks, with
// causes and durations of its own, is faults.ts's.

import type { Engine } from '../engine/engine.ts';
import { CLASS } from '../event-classes.ts';
import type { Intervention } from '../known-inputs.ts';
import type { ClusterHop } from './cluster.ts';
import type { ControlHop } from './control.ts';
import type { MetricsApi } from './metrics-api.ts';
import type { RulesHop } from './rules.ts';
import type { Scraping } from './scraping.ts';

export interface Intervened {
  readonly cluster: ClusterHop;
  readonly scraping: Scraping;
  readonly rules: RulesHop;
  readonly metrics: MetricsApi;
  /** Null without an HPA. */
  readonly control: ControlHop | null;
}

const scrapesMeet = (scraping: Scraping, pod: number, meet: 'an answer' | 'a refusal' | 'silence'): void => {
  if (meet === 'an answer') scraping.answerAgain(pod);
  else if (meet === 'a refusal') scraping.refuse(pod);
  else scraping.hang(pod);
};

const prometheus = ({ scraping, rules, metrics }: Intervened, down: boolean, now: number): void => {
  if (down) scraping.serverStops();
  else scraping.serverStarts(now);
  rules.setDown(down);
  metrics.setPrometheusDown(down);
};

const carryOut = (on: Intervened, act: Intervention, now: number): void => {
  switch (act.kind) {
    case 'cluster':
      on.cluster.input(act.input);
      return;
    case 'hpa-edited':
      on.control?.edit(act.spec);
      return;
    case 'controller-restarted':
      on.control?.forget();
      return;
    case 'scrapes':
      scrapesMeet(on.scraping, act.pod, act.meet);
      return;
    case 'adapter':
      on.metrics.setAdapterDown(act.down);
      return;
    case 'prometheus':
      prometheus(on, act.down, now);
  }
};

/** Schedules them all. */
export const intervene = (engine: Engine, interventions: readonly Intervention[], on: Intervened): void => {
  engine.on(CLASS.intervention, (now, index) => {
    carryOut(on, interventions[index]!, now);
  });
  interventions.forEach(({ atMillis }, index) => engine.schedule(atMillis, CLASS.intervention, index));
};
