// The reaction chain after a load step (scoring.md section 5): six instants found in a run, five durations that add up,
// overshoot, settle, and how long callers suffered.

import type { RunRecord } from '../../model/record.ts';
import type { StepFunction } from '../stats/step-function.ts';
import { changeTimes, maximum, valueAt } from '../stats/step-function.ts';
import type { Figure, NoData } from './figure.ts';
import { figure } from './figure.ts';
import type { LoadStep } from './load-steps.ts';
import { loadSteps } from './load-steps.ts';
import type { PodLife, ReplicaCurves } from './pods.ts';
import { servingDecisions } from './pods.ts';
import type { LetDown } from './promise.ts';
import { arrivedOf, missedOf, mostLetDown } from './promise.ts';
import type { Arrivals } from './recovery.ts';
import { brokenEpisodes, keptAgainFrom, letDown } from './recovery.ts';
import type { Stage } from './stages.ts';
import { stagesOf } from './stages.ts';
import { answeredAt, askedBy, seenBy } from './sightings.ts';

/** e0 … e5, milliseconds; null = did not happen in this run, or the run does not tell. */
export interface Instants {
  readonly step: number;
  readonly seen: number | null;
  readonly decided: number | null;
  readonly running: number | null;
  readonly ready: number | null;
  readonly kept: number | null;
}

/** Seconds. */
export interface Durations {
  readonly detect: Figure;
  readonly decide: Figure;
  readonly pod: Figure;
  readonly ready: Figure;
  readonly effect: Figure;
  readonly toReady: Figure;
  readonly toEffect: Figure;
}

/** From the first call that was let down after the step to the promise being kept again. */
export interface Trouble {
  readonly fromMillis: number;
  /** Null: it lasted to the end of the run. */
  readonly untilMillis: number | null;
  readonly missed: number;
  readonly arrived: number;
  /** The kind of call that was let down most often meanwhile. */
  readonly most: LetDown | null;
}

export interface Reaction {
  readonly step: LoadStep;
  readonly instants: Instants;
  readonly durations: Durations;
  /** Part of `ready` that a loaded pod waited for its readiness probe, seconds. */
  readonly probeWait: Figure;
  readonly replicasBefore: number;
  readonly replicasPeak: number;
  readonly overshoot: Figure;
  readonly settle: Figure;
  readonly trouble: Trouble | null;
  /** Calls from the step to the next one, and how many of them were let down. */
  readonly calls: { readonly arrived: number; readonly missed: number; readonly most: LetDown | null };
  /** False if the load stayed within what was there: then there was nothing to react to. */
  readonly needed: boolean;
  /** e0 to the first new pod taking calls, stage by stage; empty if no pod came. */
  readonly stages: readonly Stage[];
}

const between = (from: number | null, to: number | null, why: string): Figure =>
  figure(from === null || to === null ? null : (to - from) / 1000, why);

/** The five durations t_detect … t_effect and two sums, in seconds. */
export const durationsOf = (e: Instants): Durations => ({
  detect: between(e.step, e.seen, 'no HPA sync is known to have seen this step'),
  decide: between(e.seen, e.decided, 'no scale-up followed this step'),
  pod: between(e.decided, e.running, 'no new container ran after this step'),
  ready: between(e.running, e.ready, 'no new pod became Ready after this step'),
  effect: between(e.ready, e.kept, 'the promise was not kept again before the end of the run'),
  toReady: between(e.step, e.ready, 'no new pod became Ready after this step'),
  toEffect: between(e.step, e.kept, 'the promise was not kept again before the end of the run'),
});

/**
 * From the first broken promise to the last one that began before a new pod was Ready (to the last one,
 * if none came); later episodes are not this step's doing.
 */
const troubleOf = (arrivals: Arrivals, from: number, until: number, ready: number | null): Trouble | null => {
  const [first, ...later] = brokenEpisodes(arrivals, from, until);
  if (first === undefined) return null;
  const last = later.filter((episode) => ready === null || episode.fromMillis <= ready).at(-1) ?? first;
  const kinds = letDown(arrivals, first.fromMillis, last.untilMillis ?? until);
  return {
    fromMillis: first.fromMillis,
    untilMillis: last.untilMillis,
    missed: missedOf(kinds),
    arrived: arrivedOf(kinds),
    most: mostLetDown(kinds),
  };
};

/** Last time in (from, until) at which |s − d| > 1 ends, minus from; 0 if it never was. */
const settleMillis = (d: StepFunction, s: StepFunction, from: number, until: number): number => {
  const times = [from, ...changeTimes(d, s, from, until), until];
  let last = from;
  for (let i = 0; i + 1 < times.length; i++) {
    if (Math.abs(valueAt(s, times[i]!) - valueAt(d, times[i]!)) > 1) last = times[i + 1]!;
  }
  return last - from;
};

const overshootOf = (d: StepFunction, s: StepFunction, from: number, until: number): number =>
  [from, ...changeTimes(d, s, from, until)].reduce((most, t) => Math.max(most, valueAt(s, t) - valueAt(d, t)), 0);

const reactionTo = (
  run: RunRecord,
  step: LoadStep,
  until: number,
  arrivals: Arrivals,
  pods: readonly PodLife[],
  curves: ReplicaCurves,
  demand: StepFunction | NoData,
): Reaction => {
  const decisions = servingDecisions(run);
  const e0 = step.atMillis;
  const before = valueAt(curves.desired, e0);
  const seen = seenBy(run, decisions, e0);
  const at = decisions.findIndex((d) => d.t >= (seen?.sync.t ?? e0) && d.t < until && d.scaled && d.desired > before);
  const decision = decisions[at];
  const decided = decision === undefined ? null : answeredAt(run, decision, decisions[at + 1]);
  const added = decision === undefined ? [] : pods.filter((pod) => (pod.first.created ?? 0) >= decision.t);
  const earliest = (of: 'container-started' | 'ready'): PodLife | undefined =>
    added
      .filter((pod) => pod.first[of] !== undefined)
      .sort((a, b) => a.first[of]! - b.first[of]!)
      .at(0);
  const firstReady = earliest('ready');
  const ready = firstReady?.first.ready ?? null;
  const trouble = troubleOf(arrivals, e0, until, ready);
  const end = run.header.durationMillis;
  const instants: Instants = {
    step: e0,
    seen: seen?.sync.t ?? null,
    decided,
    running: earliest('container-started')?.first['container-started'] ?? null,
    ready,
    kept: ready === null ? null : trouble === null ? ready : keptAgainFrom(arrivals, ready, end),
  };
  const kinds = letDown(arrivals, e0, until);
  const loaded = firstReady?.first['model-ready'];
  const against = (g: (d: StepFunction) => number): Figure =>
    'kind' in demand ? demand : figure(g(demand), 'not a finite number');
  return {
    step,
    instants,
    durations: durationsOf(instants),
    probeWait: figure(
      loaded === undefined || ready === null ? null : Math.max(0, ready - loaded) / 1000,
      'the run does not tell when the model was loaded',
    ),
    replicasBefore: before,
    replicasPeak: curves.desired.at.reduce(
      (most, t, i) => (t > e0 && t < until ? Math.max(most, curves.desired.value[i]!) : most),
      before,
    ),
    overshoot: against((d) => overshootOf(d, curves.ready, e0, until)),
    settle: against((d) => settleMillis(d, curves.ready, e0, until) / 1000),
    trouble,
    calls: {
      arrived: arrivedOf(kinds),
      missed: missedOf(kinds),
      most: mostLetDown(kinds),
    },
    needed:
      decision !== undefined ||
      trouble !== null ||
      (!('kind' in demand) && maximum(demand, e0, until) > valueAt(curves.ready, e0)),
    stages:
      decision === undefined || firstReady === undefined
        ? []
        : stagesOf({
            step: e0,
            asked: askedBy(run, decisions, at, seen, e0, before),
            decision,
            decided: decided ?? decision.t,
            pod: firstReady,
          }),
  };
};

/** One reaction per load step; each is looked for until the next step or the end of arrivals. */
export const reactionsOf = (
  run: RunRecord,
  arrivals: Arrivals,
  pods: readonly PodLife[],
  curves: ReplicaCurves,
  demand: StepFunction | NoData,
): readonly Reaction[] =>
  loadSteps(run).map((step, i, steps) =>
    reactionTo(run, step, steps[i + 1]?.atMillis ?? run.header.durationMillis, arrivals, pods, curves, demand),
  );
