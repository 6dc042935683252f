// What callers got: attainment, latency, waits, real-time factor, live lag, backlog (scoring.md section 4). Every figure is
// over calls that arrived after the warm-up; a call without an answer is a miss and has infinite latency.

import type { Outcome, RunRecord } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { area, fromChanges, maximum } from '../stats/step-function.ts';
import type { Changes } from '../stats/step-function.ts';
import { ascending, mean, quantile } from '../stats/quantile.ts';
import type { CallFilter } from './calls.ts';
import { isOk, judgedSeconds, kindOf, lagSeconds, latencySeconds, scoredCalls, waitSeconds } from './calls.ts';
import { cutByDrain } from './drain-cuts.ts';
import type { Figure } from './figure.ts';
import { figure, noData } from './figure.ts';
import type { PodLife } from './pods.ts';
import type { Promised } from './promise.ts';

/** Quantiles by nearest rank, seconds. */
export interface Quantiles {
  readonly p50: Figure;
  readonly p90: Figure;
  readonly p95: Figure;
  readonly p99: Figure;
}

export interface KindService {
  readonly kind: RequestKind;
  readonly arrived: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Failed when the grace period of their pod, which was told to go, was over. */
  readonly cutByDrain: number;
  /** Calls whose promise was kept. */
  readonly kept: number;
  readonly attainment: Figure;
  /** Kept calls per second of the scored interval. */
  readonly goodputPerSecond: Figure;
  /** (1 − attainment)/(1 − target): how many times faster than allowed the error budget burns. */
  readonly burnRate: Figure;
  readonly latency: Quantiles;
  readonly meanLatencyOfAnswered: Figure;
  readonly wait: Quantiles;
  /** Σ processing ÷ Σ audio over answered calls. */
  readonly realTimeFactor: Figure;
  /** Turnaround per second of audio. */
  readonly turnaroundPerAudioSecond: Quantiles;
  /** First audio sent to first partial result; live sessions. */
  readonly firstResult: Quantiles;
  /** Largest lag behind the audio; live sessions. */
  readonly lag: Quantiles;
}

export interface ServiceScore {
  readonly kinds: readonly KindService[];
  readonly arrived: number;
  readonly kept: number;
  readonly missed: number;
  /** Audio seconds of utterances and files received and not yet processed. */
  readonly backlogMaxSeconds: Figure;
  readonly backlogIntegral: Figure;
}

const figureOfSorted = (sorted: Float64Array, q: number, what: string): Figure => {
  const value = quantile(sorted, q, 'nearest-rank');
  if (value === null) return noData(`no ${what}`);
  if (value !== Infinity) return figure(value, what);
  const lost = sorted.reduce((n, x) => n + (x === Infinity ? 1 : 0), 0);
  return noData(
    `${((100 * lost) / sorted.length).toFixed(1)} % of ${what} never got there, more than p${100 * q} allows`,
  );
};

/** The q-quantile of seconds that may be infinite; one that falls on an unanswered call is no number. */
export const quantileFigure = (sample: Iterable<number>, q: number, what: string): Figure =>
  figureOfSorted(ascending(sample), q, what);

/** One number per call. A typed array: a run has tens of thousands of calls, and a score a dozen such samples. */
const sampleOf = (calls: readonly number[], of: (call: number) => number): Float64Array => {
  const sample = new Float64Array(calls.length);
  for (let k = 0; k < calls.length; k++) sample[k] = of(calls[k]!);
  return sample;
};

const quantiles = (sample: Float64Array, what: string): Quantiles => {
  const sorted = sample.toSorted();
  const of = (q: number): Figure => figureOfSorted(sorted, q, what);
  return { p50: of(0.5), p90: of(0.9), p95: of(0.95), p99: of(0.99) };
};

const keptOf = (judged: ArrayLike<number>, withinSeconds: number): number => {
  let kept = 0;
  for (let k = 0; k < judged.length; k++) if (judged[k]! <= withinSeconds) kept += 1;
  return kept;
};

/** Kept ÷ arrived. */
export const attainmentOf = (judged: ArrayLike<number>, withinSeconds: number): number | null =>
  judged.length === 0 ? null : keptOf(judged, withinSeconds) / judged.length;

/** How many times faster than the target allows the error budget is used: (1 − A)/(1 − target). */
export const burnRate = (attainment: number, target: number): number => (1 - attainment) / (1 - target);

/** Share of a period's error budget that a window at this burn rate uses. */
export const budgetUsed = (rate: number, windowHours: number, periodHours: number): number =>
  rate * (windowHours / periodHours);

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Σ processing ÷ Σ audio, not the mean of the ratios. */
export const realTimeFactor = (processing: Iterable<number>, audio: Iterable<number>): number | null => {
  const total = sum(audio);
  return total === 0 ? null : sum(processing) / total;
};

const countOutcomes = (run: RunRecord, calls: readonly number[]): Record<Outcome, number> => {
  const counts: Record<Outcome, number> = {
    ok: 0,
    refused: 0,
    timeout: 0,
    failed: 0,
    unfinished: 0,
    dropped: 0,
    abandoned: 0,
  };
  for (const call of calls) counts[OUTCOMES[run.requests.outcome[call]!]!] += 1;
  return counts;
};

const kindService = (run: RunRecord, pods: readonly PodLife[], promise: Promised): KindService => {
  const { requests, schedule, header } = run;
  const filter: CallFilter = { kind: promise.kind, stream: null };
  const calls = scoredCalls(run, filter);
  const ok = calls.filter((i) => isOk(run, i));
  const judged = sampleOf(calls, (i) => judgedSeconds(run, i));
  const live = promise.kind === 'stream';
  // Of utterances and files it is their latency that is judged.
  const latency = live ? sampleOf(calls, (i) => latencySeconds(run, i)) : judged;
  const attainment = attainmentOf(judged, promise.withinSeconds);
  const kept = keptOf(judged, promise.withinSeconds);
  const scoredSeconds = (header.durationMillis - header.warmupMillis) / 1000;
  const none = `no ${promise.kind} call arrived after the warm-up`;
  const notLive = quantiles(new Float64Array(), 'live session');
  return {
    kind: promise.kind,
    arrived: calls.length,
    outcomes: countOutcomes(run, calls),
    cutByDrain: cutByDrain(run, pods, calls).length,
    kept,
    attainment: figure(attainment, none),
    goodputPerSecond: figure(attainment === null ? null : kept / scoredSeconds, none),
    burnRate: figure(
      attainment === null ? null : burnRate(attainment, promise.target),
      attainment === null ? none : 'a target of 1 leaves no error budget',
    ),
    latency: quantiles(latency, 'calls'),
    meanLatencyOfAnswered: figure(mean(sampleOf(ok, (i) => latencySeconds(run, i))), 'no answered call'),
    wait: quantiles(
      sampleOf(calls, (i) => waitSeconds(run, i)),
      'calls',
    ),
    realTimeFactor: live
      ? noData('a live session runs at the speed of its audio')
      : figure(
          realTimeFactor(
            sampleOf(ok, (i) => (requests.doneMillis[i]! - requests.admittedMillis[i]!) / 1000),
            sampleOf(ok, (i) => schedule.audioSeconds[i]!),
          ),
          'no answered call with audio',
        ),
    turnaroundPerAudioSecond: quantiles(
      live ? new Float64Array() : sampleOf(calls, (i) => latencySeconds(run, i) / schedule.audioSeconds[i]!),
      'files or utterances',
    ),
    firstResult: live
      ? quantiles(
          sampleOf(calls, (i) => {
            const first = requests.firstResultMillis[i]!;
            return Number.isNaN(first) ? Infinity : (first - requests.sentMillis[i]!) / 1000;
          }),
          'live sessions',
        )
      : notLive,
    lag: live
      ? quantiles(
          sampleOf(calls, (i) => lagSeconds(run, i)),
          'live sessions',
        )
      : notLive,
  };
};

/** Audio waiting or in process: + at the intended start, − when it is done or given up; refused audio never counts. */
const backlogChanges = (run: RunRecord): Changes => {
  const { requests, schedule } = run;
  const refused = OUTCOMES.indexOf('refused');
  const dropped = OUTCOMES.indexOf('dropped');
  const changes = { at: [] as number[], by: [] as number[] };
  const received: number[] = [];
  for (let i = 0; i < requests.count; i++) {
    const outcome = requests.outcome[i];
    if (outcome === refused || outcome === dropped || kindOf(run, i) === 'stream') continue;
    received.push(i);
    changes.at.push(requests.intendedMillis[i]!);
    changes.by.push(schedule.audioSeconds[i]!);
  }
  // After all that come all that are done: both are nearly in order of time, which is quick to sort.
  for (const i of received) {
    if (Number.isNaN(requests.doneMillis[i]!)) continue;
    changes.at.push(requests.doneMillis[i]!);
    changes.by.push(-schedule.audioSeconds[i]!);
  }
  return changes;
};

export const serviceScore = (run: RunRecord, promises: readonly Promised[], pods: readonly PodLife[]): ServiceScore => {
  const kinds = promises.map((promise) => kindService(run, pods, promise));
  const overKinds = (of: (k: KindService) => number): number => kinds.reduce((total, k) => total + of(k), 0);
  const changes = backlogChanges(run);
  const backlog = fromChanges(0, 0, changes);
  const { warmupMillis: from, endMillis: to } = run.header;
  const none = 'no utterance and no file was received';
  return {
    kinds,
    arrived: overKinds((k) => k.arrived),
    kept: overKinds((k) => k.kept),
    missed: overKinds((k) => k.arrived - k.kept),
    backlogMaxSeconds: figure(changes.at.length === 0 ? null : maximum(backlog, from, to), none),
    backlogIntegral: figure(changes.at.length === 0 ? null : area(backlog, from, to) / 1000, none),
  };
};
