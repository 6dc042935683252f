// What the observers of a run see, as rows for the signal log: the pod itself through an all-knowing eye, Prometheus at
// each commit, the adapter at each answer, the HPA at each sync. Takes what the hops report; decides nothing.

import type { Decision, Observer } from '../../model/record.ts';
import { FLEET_METRICS } from '../../model/record.ts';
import type { Platform } from '../../model/platform.ts';
import type { Engine } from '../engine/engine.ts';
import { CLASS } from '../event-classes.ts';
import type { Fleet } from '../service/fleet.ts';
import { PAGE } from '../service/page.ts';
import type { ControlObserver } from './control.ts';
import type { SignalLog } from './signal-log.ts';

/** One observation now; the age is in milliseconds, NaN if unknown. */
export type Observe = (observer: Observer, subject: string, metric: string, value: number, ageMillis: number) => void;

/** Grid of the all-knowing observer. */
const GRID_MILLIS = 1000;

/** The series of the page, without labels, that the way from page to HPA names; places and names. */
export const watchedSeries = (platform: Platform): (readonly [at: number, metric: string])[] => {
  const texts = JSON.stringify([platform.hpa?.spec, platform.adapter.config, platform.ruleGroups]);
  return PAGE.flatMap(({ name, labels }, at): (readonly [number, string])[] =>
    Object.keys(labels).length === 0 && new RegExp(`\\b${name}\\b`).test(texts) ? [[at, name]] : [],
  );
};

/** Adapter answers and HPA values as signals; every decision is kept. */
export const controlObserver = (observe: Observe, decisions: Decision[]): ControlObserver => ({
  answered: (metric, { answer, oldestAgeMillis }) => {
    if (answer.kind === 'pods')
      for (const { podName, milli } of answer.items)
        observe('adapter', podName, metric, Number(milli) / 1000, oldestAgeMillis);
    if (answer.kind === 'object') observe('adapter', '', metric, Number(answer.milli) / 1000, oldestAgeMillis);
    if (answer.kind === 'external') {
      const total = answer.milli.reduce<number>((sum, milli) => sum + Number(milli), 0);
      observe('adapter', '', metric, total / 1000, oldestAgeMillis);
    }
  },
  decided: (decision) => {
    decisions.push(decision);
    for (const { name, value, oldestSampleAgeMillis } of decision.metrics)
      if (value !== null) observe('hpa', '', name, value, oldestSampleAgeMillis ?? NaN);
  },
});

/**
 * What only an all-knowing observer sees, each second from the origin on: requests in service, requests waiting, and the
 * weight of the batch requests that arrived since the last second, per second.
 *
 * @param eachSecond told after each observation
 */
export const observeFleet = (
  engine: Engine,
  fleet: Fleet,
  signals: SignalLog,
  eachSecond: (now: number) => void,
): void => {
  const subject = signals.subjectNumber('');
  const [inService, waiting, offered] = FLEET_METRICS.map((metric) => signals.metricNumber(metric));
  let offeredBefore = 0;
  engine.on(CLASS.observe, (now) => {
    signals.add(now, 'pod', subject, inService!, fleet.inService, 0);
    signals.add(now, 'pod', subject, waiting!, fleet.waiting, 0);
    signals.add(now, 'pod', subject, offered!, ((fleet.offeredWeight - offeredBefore) * 1000) / GRID_MILLIS, 0);
    offeredBefore = fleet.offeredWeight;
    eachSecond(now);
    engine.schedule(now + GRID_MILLIS, CLASS.observe, 0);
  });
  engine.schedule(0, CLASS.observe, 0);
};
