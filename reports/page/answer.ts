// The answer in a sentence or two that a manager understands: what happens to callers at the worst load step, why, and
// what the setting that was swept would buy. Made from scores alone.

import type { Fault } from '../../scenarios/scenario.ts';
import type { Figure } from '../score/figure.ts';
import { numberOf } from '../score/figure.ts';
import type { LetDown, Promised } from '../score/promise.ts';
import type { LoadStep } from '../score/load-steps.ts';
import type { Reaction } from '../score/reaction.ts';
import type { Score } from '../score/score.ts';
import type { StageName } from '../score/stages.ts';
import type { Interval } from '../stats/interval.ts';
import type { Sweep, SweepRow } from '../sweep.ts';
import { duration, money, number, share } from './format.ts';

/** What a broken promise means to a caller of each kind. */
const LET_DOWN: Readonly<Record<Promised['kind'], (within: string, many: string) => string>> = {
  short: (within, many) => `${many} of callers wait longer than ${within}`,
  batch: (within, many) => `${many} of files take longer than ${within}`,
  stream: (within, many) => `${many} of live sessions fall more than ${within} behind`,
};
const NOBODY: Readonly<Record<Promised['kind'], (within: string) => string>> = {
  short: (within) => `every caller is still answered within ${within}`,
  batch: (within) => `every file is still done within ${within}`,
  stream: (within) => `every live session stays within ${within} of its audio`,
};

const BECAUSE: Readonly<Record<StageName, string>> = {
  load: 'until the load is above what the HPA tolerates',
  scrape: 'waiting for the scrape that shows the load',
  'hpa-wait': 'waiting for the next HPA sync',
  adapter: 'waiting for the metrics adapter',
  'window-policy': "the HPA's windows and policies",
  'pod-creation': 'creating the pod',
  scheduling: 'placing the pod',
  node: 'getting a GPU node',
  container: 'pulling the image and starting the container',
  'model-load': 'loading the model',
  probe: 'waiting for the readiness probe',
  endpoints: 'telling the load balancer',
};

const within = (p: Promised): string => duration(p.withinSeconds);

/** '14 % of callers wait longer than 2 s': of the kind of call that was let down most often. */
const letDown = (score: Score, { kind, missed, arrived }: LetDown): string => {
  const promise = score.promises.find((p) => p.kind === kind)!;
  return LET_DOWN[kind](within(promise), share(missed / arrived));
};

const rise = (what: string, before: number, after: number, per: string): string => {
  const factor = after / before;
  const near = (x: number): boolean => Math.abs(factor / x - 1) < 0.08;
  if (near(2)) return `${what} double`;
  if (near(3)) return `${what} triple`;
  if (near(4)) return `${what} go up fourfold`;
  return `${what} rise from ${number(before)} to ${number(after)} per ${per}`;
};

/** A difference by less is chance: live sessions are few. */
const LEAST_RISE = 1.2;

/** 'calls double'; with new live sessions, where they rise, and how many are open. */
const riseOf = ({ callsBefore, callsAfter, sessions }: LoadStep): string => {
  const calls = rise('calls', callsBefore, callsAfter, 'second');
  if (sessions === null || sessions.perMinuteAfter < LEAST_RISE * sessions.perMinuteBefore) return calls;
  const { perMinuteBefore, perMinuteAfter, openBefore, openMost } = sessions;
  const live = rise('new live sessions', perMinuteBefore, perMinuteAfter, 'minute');
  const only = Math.abs(60 * callsBefore - perMinuteBefore) + Math.abs(60 * callsAfter - perMinuteAfter) < 1e-6;
  return `${only ? '' : `${calls} and `}${live} (${number(openBefore)} open ones become ${number(openMost)})`;
};

/** How bad a load step was: broken promises first, then the time to a new pod, then the rise of the load. */
const badness = (r: Reaction): readonly number[] => [
  r.trouble?.missed ?? 0,
  r.calls.missed,
  r.needed ? 1 : 0,
  numberOf(r.durations.toReady) ?? 0,
  r.step.callsAfter - r.step.callsBefore,
];

const isWorse = (a: readonly number[], b: readonly number[]): boolean => {
  const i = a.findIndex((x, k) => x !== b[k]);
  return i >= 0 && a[i]! > b[i]!;
};

/** The load step that callers felt most; the first of equals. */
export const worstReaction = (score: Score): Reaction | null =>
  score.responsiveness.reactions.reduce<Reaction | null>(
    (worst, r) => (worst === null || isWorse(badness(r), badness(worst)) ? r : worst),
    null,
  );

/** ', 79 % of it loading the model'; empty if the stages are not known. */
const mostOfIt = (reaction: Reaction): string => {
  const total = reaction.stages.reduce((sum, s) => sum + s.seconds, 0);
  const top = [...reaction.stages].sort((a, b) => b.seconds - a.seconds)[0];
  return top === undefined || total === 0
    ? ''
    : `, ${share(Math.round((100 * top.seconds) / total) / 100)} of it ${BECAUSE[top.name]}`;
};

/** Why, if the new pod ended it; else only what the HPA did meanwhile. */
const because = (reaction: Reaction): string => {
  const toReady = numberOf(reaction.durations.toReady);
  if (toReady === null) return ', because no new GPU pod became ready in time';
  const until = reaction.trouble?.untilMillis ?? Infinity;
  const late = until >= (reaction.instants.ready ?? 0);
  return `${late ? ', because' : ';'} the first new GPU pod is ready only after ${duration(Math.round(toReady))}${mostOfIt(reaction)}`;
};

/** What the HPA did while callers noticed nothing, or next to nothing. */
const unnoticed = (reaction: Reaction): string => {
  const toReady = numberOf(reaction.durations.toReady);
  if (!reaction.needed) return 'what is there carries the load';
  return toReady === null
    ? 'what is there carries the load, and no new pod becomes ready'
    : `what is there carries the load until the first new GPU pod is ready after ${duration(Math.round(toReady))}${mostOfIt(reaction)}`;
};

const stepSentence = (score: Score, reaction: Reaction, promise: Promised): string => {
  const { step, trouble } = reaction;
  const opening = `When ${riseOf(step)} ${duration(step.atMillis / 1000)} into the run`;
  const others = score.responsiveness.reactions.length - 1;
  const of = others > 0 ? ` (the worst of ${others + 1} load steps)` : '';
  if (trouble === null) {
    const { most } = reaction.calls;
    const callers =
      most === null || most.missed === 0 ? NOBODY[promise.kind](within(promise)) : `only ${letDown(score, most)}`;
    return `${opening}${of}, ${callers}: ${unnoticed(reaction)}.`;
  }
  const long =
    trouble.untilMillis === null
      ? 'to the end of the run'
      : `for ${duration(Math.round((trouble.untilMillis - trouble.fromMillis) / 1000))}`;
  return `${opening}${of}, ${trouble.most === null ? '' : `${letDown(score, trouble.most)} `}${long}${because(reaction)}.`;
};

const calmSentence = (score: Score, promise: Promised): string => {
  const missed = score.service.missed;
  const minutes = duration((score.interval.toMillis - score.interval.fromMillis) / 1000);
  const most = score.service.kinds
    .map((k) => ({ kind: k.kind, arrived: k.arrived, missed: k.arrived - k.kept }))
    .reduce((worst, k) => (k.missed > worst.missed ? k : worst));
  return missed === 0
    ? `Over ${minutes}, all ${number(score.service.arrived)} calls keep the promise of ${within(promise)}; the load never steps up.`
    : `Over ${minutes} without a load step, ${letDown(score, most)}.`;
};

const both = (a: Figure, b: Figure): [number, number] | null =>
  a.kind === 'value' && b.kind === 'value' ? [a.value, b.value] : null;

/** The row to weigh against the baseline: the recommended one, or the next best if the baseline is itself recommended. */
const alternative = (sweep: Sweep): SweepRow | undefined => {
  const label = sweep.recommended === sweep.baseline ? undefined : (sweep.recommended ?? undefined);
  if (label !== undefined) return sweep.rows.find((row) => row.label === label);
  return sweep.rows
    .filter((row) => row.label !== sweep.baseline && row.totalPerHour.kind === 'value')
    .sort((a, b) => (numberOf(a.totalPerHour) ?? 0) - (numberOf(b.totalPerHour) ?? 0))[0];
};

const VERB: Readonly<Record<string, string>> = { 'scrape interval': 'Scraping every' };

/** A difference is told only if its interval excludes zero; without an interval (one run) it stands as it is. */
const shows = (interval: Interval | null): boolean => interval === null || interval.low > 0 || interval.high < 0;

/** What changing the swept setting buys, or null if the sweep cannot tell. */
const sweepSentence = (sweep: Sweep): string | null => {
  const base = sweep.rows.find((row) => row.label === sweep.baseline);
  const other = alternative(sweep);
  if (base === undefined || other === undefined) return null;
  const delays = both(base.toReady, other.toReady);
  const prices = both(base.metricMoneyPerMonth, other.metricMoneyPerMonth);
  const misses = both(base.missed, other.missed);
  if (prices === null || misses === null) return null;
  const what = `${VERB[sweep.setting] ?? `A ${sweep.setting} of`} ${other.label} instead of ${base.label}`;
  const effects: string[] = [];
  if (delays !== null) {
    const saved = delays[0] - delays[1];
    effects.push(
      !shows(other.toReadyAgainstBaseline) || Math.abs(saved) < 0.5
        ? `make no difference to that delay that ${other.runs} paired runs can show`
        : saved > 0
          ? `save ${duration(Number(saved.toPrecision(2)))} of that delay`
          : `add ${duration(Number((-saved).toPrecision(2)))} to that delay`,
    );
  }
  const fewer = Math.round(misses[0] - misses[1]);
  if (fewer !== 0 && shows(other.missedAgainstBaseline))
    effects.push(`let down ${number(Math.abs(fewer))} ${fewer > 0 ? 'fewer' : 'more'} calls`);
  const dearer = prices[1] - prices[0];
  effects.push(
    dearer >= 0
      ? `cost ${money(dearer)} a month more in metric storage`
      : `save ${money(-dearer)} a month of metric storage`,
  );
  const list = effects.length > 1 ? `${effects.slice(0, -1).join(', ')} and ${effects.at(-1)!}` : effects[0]!;
  const verdict =
    sweep.recommended === sweep.baseline
      ? '; at the declared prices it does not pay'
      : sweep.tied.includes(sweep.baseline)
        ? '; whether that pays, the runs cannot tell'
        : '';
  return `${what} would ${list}${verdict}.`;
};

/** Why the recommended row, in a sentence; states the ties. */
export const recommendationSentence = (sweep: Sweep): string => {
  const row = sweep.rows.find((r) => r.label === sweep.recommended);
  if (row === undefined) return `No ${sweep.setting} can be recommended: the runs have no total cost.`;
  const total = numberOf(row.totalPerHour) ?? 0;
  const runs = row.runs === 1 ? 'one run each, so without an interval' : `${row.runs} paired runs each`;
  const ties =
    sweep.tied.length === 0
      ? ''
      : ` The runs cannot tell ${sweep.tied.join(', ')} from it (the paired 95 % interval holds zero).`;
  return (
    `Recommended: ${row.label}. It has the least sum of GPU money, metric money and ${money(sweep.penaltyPerMiss)} per missed call: ` +
    `${money(total)} per hour over ${runs}.${ties}`
  );
};

const FAULT: Readonly<Record<Fault['kind'], string>> = {
  'pod-kill': 'the oldest ready pod is killed',
  'scrape-refused': 'the oldest ready pod refuses its scrapes',
  'adapter-down': 'the metrics adapter is down',
  'prometheus-down': 'Prometheus is down',
  'api-server-frozen': 'the API server answers nothing',
};

/** What was broken on purpose, or null if nothing was. */
const faultSentence = (faults: readonly Fault[]): string | null =>
  faults.length === 0
    ? null
    : `Broken on purpose: ${faults
        .map((f) =>
          'for' in f
            ? `${FAULT[f.kind]} from ${duration(f.at)} to ${duration(f.at + f.for)}`
            : `${FAULT[f.kind]} at ${duration(f.at)}`,
        )
        .join('; ')}.`;

/** The answer: one sentence about callers, one about faults if there were, and one about the setting if it was swept. */
export const answerSentences = (score: Score, sweep: Sweep | null): readonly string[] => {
  const promise = score.promises[0];
  if (promise === undefined) return ['No call arrived, so there is nothing to answer.'];
  const worst = worstReaction(score);
  const callers = worst === null ? calmSentence(score, promise) : stepSentence(score, worst, promise);
  const setting = sweep === null ? null : sweepSentence(sweep);
  return [callers, faultSentence(score.faults), setting].filter((sentence) => sentence !== null);
};

export const answer = (score: Score, sweep: Sweep | null): string => answerSentences(score, sweep).join(' ');
