// How long the controller manager's calls of one reconcile take, each with draws of its own: GET scale, the metrics GETs,
// PUT scale, PUT status, and the controller's own time between them. Figures are medians and tails of recorded syncs
// (golden/closed-loop, 38 HPAs under one control plane); those that a scenario sets come from there.

import type { Distribution, Sampler } from '../../model/distribution.ts';
import { sampler } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { ControlPlaneSettings } from '../../scenarios/scenario.ts';
import { RESYNC_PERIOD } from '../autoscaler/cadence.ts';

/** Most calls take their usual time, a few much longer. Milliseconds. */
const usually = (median: number, sigma: number, rare: number, longMedian: number, longSigma: number): Distribution => ({
  kind: 'mixture',
  parts: [
    { weight: 1 - rare, of: { kind: 'lognormal', median, sigma } },
    { weight: rare, of: { kind: 'lognormal', median: longMedian, sigma: longSigma } },
  ],
});

/** PUT hpa/status: 2.3, 2.7, 3.4 and 4.8 ms at 5, 50, 95 and 99 %. */
const PUT_STATUS = usually(2.7, 0.13, 0.03, 4.5, 0.7);
/** Between an answer and the next call: 0.8, 0.9, 3.5 and 4.6 ms at 5, 50, 95 and 99 %. */
const BETWEEN_CALLS = usually(0.93, 0.15, 0.08, 3.5, 0.5);
/** From taking the key off the queue to GET scale at the API server; with WAKE 1.3, 1.9, 2.9 and 7.9 ms. */
export const REACH_MEDIAN = 1.7;
const REACH = usually(REACH_MEDIAN, 0.23, 0.035, 6, 0.6);
/**
 * From ready to taken off the queue. Never seen alone: a reconcile that the resync tick has captured meets the next tick
 * unless it wakes 0.6 ms late, and captures last some 30 cycles (hpa.md section 1, point 5).
 */
const WAKE: Distribution = { kind: 'exponential', mean: 0.17 };

/** For External and Object metrics the adapter lists no pods first: 5.2 against 9.0 ms at the median. */
const WITHOUT_POD_LIST = 0.57;
/** What one more pod adds to its list and query, ms: 8.0 at one pod, 11.1 at twelve. */
const PER_POD_MILLIS = 0.27;
/** Pods behind the median of `adapterQuery`. */
const USUAL_PODS = 4;
/** From the adapter's query to the answer: what is left of the call when Prometheus evaluates, ms. */
const AFTER_QUERY_MILLIS = 2;
const AFTER_QUERY_SHARE = 0.4;

/** A stretch from the origin in which every call takes longer by a factor: the machine was busy with something else. */
export interface SlowStretch {
  readonly untilMillis: number;
  readonly factor: Distribution;
}

export interface MetricsCall {
  readonly totalMillis: number;
  /** From sending it to the adapter's query. */
  readonly queryAfterMillis: number;
}

type Call = 'getScale' | 'putScale' | 'putStatus' | 'between' | 'reach' | 'wake';

export interface CallDurations {
  /** Milliseconds that a call at `now` takes; writes include the controller's own time before them. */
  readonly of: (call: Call, now: number) => number;
  /** `pods` = how many the adapter lists; null = the metric needs no list. */
  readonly metric: (pods: number | null, now: number) => MetricsCall;
}

/** Instant of one tick of the controller manager's informer resync: its phase has no relation to anything. */
export const drawnResync = (seed: number): Millis => millis(RESYNC_PERIOD * stream(seed, 'hpaResync').uniform());

/** The draws of one HPA. */
export const callDurations = (
  controlPlane: ControlPlaneSettings,
  seed: number,
  slow: SlowStretch | null = null,
): CallDurations => {
  const from = (cause: string, distribution: Distribution, unit: number): Sampler => {
    const next = sampler(distribution, stream(seed, cause));
    return () => Math.max(0, next() * unit);
  };
  const draw: Readonly<Record<Call, Sampler>> = {
    getScale: from('getScale', controlPlane.getScale, 1000),
    putScale: from('putScale', controlPlane.putScale, 1000),
    putStatus: from('putStatus', PUT_STATUS, 1),
    between: from('hpaBetweenCalls', BETWEEN_CALLS, 1),
    reach: from('hpaReach', REACH, 1),
    wake: from('hpaWake', WAKE, 1),
  };
  const query = from('adapterQuery', controlPlane.adapterQuery, 1000);
  const factor = slow === null ? () => 1 : from('slowCalls', slow.factor, 1);
  const slowed = (millis: number, now: number): number =>
    slow !== null && now < slow.untilMillis ? millis * factor() : millis;
  return {
    of: (call, now) =>
      slowed(draw[call](), now) + (call === 'putScale' || call === 'putStatus' ? slowed(draw.between(), now) : 0),
    metric: (pods, now) => {
      const usual = query();
      const millis =
        pods === null ? WITHOUT_POD_LIST * usual : Math.max(0, usual + PER_POD_MILLIS * (pods - USUAL_PODS));
      const totalMillis = slowed(millis, now);
      return {
        totalMillis,
        queryAfterMillis: totalMillis - Math.min(AFTER_QUERY_MILLIS, AFTER_QUERY_SHARE * totalMillis),
      };
    },
  };
};
