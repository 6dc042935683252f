// Where the simulation of a real run first left it, and why: what differed between the two records (scrapes, requests,
// joins, victims, answers, decisions), as links of a chain that ends in a differing replica count. Takes two records of
// one schedule; the simulated one was given what is known of the real one. Pure.

import type { Decision, LifeEvent, PodTransition, RunRecord, SignalTable } from '../../model/record.ts';
import { OBSERVERS } from '../../model/record.ts';
import { kindOf } from '../score/calls.ts';
import { servingDecisions } from '../score/pods.ts';
import type { Difference } from './chain.ts';
import { anyIn, chainRoot } from './chain.ts';
import { trajectoryError, wantedEverySecond } from './trajectory.ts';

/** How far a real process is late by itself: timers, sockets, a shared processor. */
const LATE_MILLIS = 50;
/** Events nearer than this may have come in either order in the real run. */
const SAME_MILLIS = 15;
/** Audio of one frame of a live session, as the load engine sends it. */
const FRAME_MILLIS = 128;
/** Victims of one sync of the ReplicaSet. */
const TOGETHER_MILLIS = 1000;
/** A sync reads what was committed up to this long around its start. */
const COMMIT_MILLIS = 40;
/** Syncs of one number are this near, or they are not the same. */
const SYNC_MILLIS = 1000;

const PROMETHEUS = OBSERVERS.indexOf('prometheus');

interface Scrape {
  readonly atMillis: number;
  readonly committedMillis: number;
  readonly value: number;
}

/** What Prometheus saw of each pod, by metric and pod, at the instants its pages were read. */
const scrapesOf = (signals: SignalTable): ReadonlyMap<string, readonly Scrape[]> => {
  const seen = new Map<string, Scrape[]>();
  for (let i = 0; i < signals.count; i++) {
    if (signals.observer[i] !== PROMETHEUS) continue;
    const key = `${signals.metrics[signals.metric[i]!]!} of ${signals.subjects[signals.subject[i]!]!}`;
    const list = seen.get(key) ?? [];
    seen.set(key, list);
    const committedMillis = signals.atMillis[i]!;
    const age = signals.ageMillis[i]!;
    list.push({ atMillis: committedMillis - (Number.isNaN(age) ? 0 : age), committedMillis, value: signals.value[i]! });
  }
  return seen;
};

/** Instants at which a request began or ended, ascending. */
const changesOf = ({ requests }: RunRecord): Float64Array =>
  Float64Array.from([...requests.admittedMillis, ...requests.doneMillis].filter((t) => !Number.isNaN(t))).sort();

const isInService = ({ requests }: RunRecord, call: number, t: number): boolean =>
  requests.admittedMillis[call]! <= t && !(requests.doneMillis[call]! <= t);

/** The call that was in service at its run's scrape in one run alone, whose own times differ least; with the difference. */
const callBetween = (
  real: RunRecord,
  ours: RunRecord,
  pod: number,
  at: readonly [real: number, ours: number],
): { readonly call: number; readonly lateMillis: number } | null => {
  let found: { call: number; lateMillis: number } | null = null;
  const { pod: pods, admittedMillis, doneMillis, count } = real.requests;
  for (let call = 0; call < count; call++) {
    if (pods[call] !== pod && ours.requests.pod[call] !== pod) continue;
    const [was, is] = [isInService(real, call, at[0]), isInService(ours, call, at[1])];
    if (was === is) continue;
    const ended = doneMillis[call]! <= at[0] || ours.requests.doneMillis[call]! <= at[1];
    const lateMillis = ended
      ? doneMillis[call]! - ours.requests.doneMillis[call]!
      : admittedMillis[call]! - ours.requests.admittedMillis[call]!;
    if (found === null || Math.abs(lateMillis) < Math.abs(found.lateMillis)) found = { call, lateMillis };
  }
  return found;
};

const ordinalsOf = (life: readonly LifeEvent[]): ReadonlyMap<string, number> =>
  new Map(life.flatMap((e) => (e.subject === 'pod' ? [[e.name, e.ordinal] as const] : [])));

const scrapeDifferences = (real: RunRecord, ours: RunRecord): Difference[] => {
  const own = scrapesOf(ours.signals);
  const half = Math.min(...real.storage.jobs.map(({ intervalMillis }) => intervalMillis)) / 2;
  const ordinals = ordinalsOf(real.life);
  return [...scrapesOf(real.signals)].flatMap(([key, scrapes]) => {
    const list = own.get(key) ?? [];
    let next = 0;
    return scrapes.flatMap(({ atMillis, value }): Difference[] => {
      while (next < list.length && list[next]!.atMillis < atMillis - half) next++;
      const same = list[next];
      if (same === undefined || same.atMillis > atMillis + half || same.value === value) return [];
      const what = `a scrape saw ${key} at ${value}, ours at ${same.value}`;
      const late = atMillis - same.atMillis;
      if (Math.abs(late) > SAME_MILLIS)
        return [{ atMillis, what, cause: `it came ${late.toFixed(0)} ms later than its ticks usually are` }];
      const pod = ordinals.get(key.slice(key.indexOf(' of ') + 4)) ?? -1;
      const call = callBetween(real, ours, pod, [atMillis, same.atMillis]);
      const cause =
        call === null || Math.abs(call.lateMillis) > LATE_MILLIS
          ? null
          : `request ${call.call} began or ended at that instant, ${call.lateMillis.toFixed(1)} ms later than ours`;
      return [{ atMillis, what, cause }];
    });
  });
};

const instant = (life: readonly LifeEvent[], event: PodTransition, ordinal: number): number | undefined =>
  life.find((e) => e.subject === 'pod' && e.ordinal === ordinal && e.event === event)?.t;

interface Gap {
  readonly pod: number;
  readonly event: PodTransition;
  readonly real: number;
  readonly ours: number;
}

/** Joins and leaves of pods that both runs have. */
const memberships = (real: RunRecord, ours: RunRecord): readonly Gap[] =>
  real.life.flatMap((e): Gap[] => {
    if (e.subject !== 'pod' || (e.event !== 'endpoint-ready' && e.event !== 'endpoint-gone')) return [];
    const own = instant(ours.life, e.event, e.ordinal);
    return own === undefined ? [] : [{ pod: e.ordinal, event: e.event, real: e.t, ours: own }];
  });

/** Pods whose delays, counted from what they follow, are not those that were known. */
const lifeDifferences = (real: RunRecord, ours: RunRecord): Difference[] =>
  memberships(real, ours).flatMap(({ pod, event, real: t, ours: own }): Difference[] => {
    const from: PodTransition = event === 'endpoint-ready' ? 'created' : 'deleting';
    const [began, ownBegan] = [instant(real.life, from, pod) ?? NaN, instant(ours.life, from, pod) ?? NaN];
    const off = t - began - (own - ownBegan);
    if (!(Math.abs(off) > LATE_MILLIS)) return [];
    return [
      {
        atMillis: Math.min(t, own),
        what: `${event} of pod ${pod} came ${off.toFixed(0)} ms later than ours`,
        cause: null,
      },
    ];
  });

const requestDifferences = (real: RunRecord, ours: RunRecord): Difference[] => {
  const changes = changesOf(real);
  const gaps = memberships(real, ours);
  const { pod, admittedMillis, doneMillis, intendedMillis, count } = real.requests;
  const own = ours.requests;
  const found: Difference[] = [];
  for (let call = 0; call < count; call++) {
    if (pod[call]! < 0 || own.pod[call]! < 0) continue;
    const at = Number.isNaN(admittedMillis[call]!) ? intendedMillis[call]! : admittedMillis[call]!;
    if (pod[call] === own.pod[call]) {
      const late = doneMillis[call]! - own.doneMillis[call]!;
      const began = admittedMillis[call]! - own.admittedMillis[call]!;
      if (Math.abs(late) > 2 * LATE_MILLIS && Math.abs(began) <= SAME_MILLIS)
        found.push({
          atMillis: Math.min(doneMillis[call]!, own.doneMillis[call]!),
          what: `request ${call} ended ${late.toFixed(0)} ms later than ours on the same pod`,
          cause:
            kindOf(real, call) === 'stream' && late > 0 && late <= FRAME_MILLIS + 2 * LATE_MILLIS
              ? 'a live session asks for its end with the turn after its last frame, up to a frame after its audio'
              : null,
        });
      continue;
    }
    const atMillis = Math.min(at, Number.isNaN(own.admittedMillis[call]!) ? Infinity : own.admittedMillis[call]!);
    const gap = gaps.find(
      ({ real: a, ours: b }) => atMillis >= Math.min(a, b) - SAME_MILLIS && atMillis <= Math.max(a, b) + SAME_MILLIS,
    );
    const raced = anyIn(changes, at - SAME_MILLIS, at - 0.05) || anyIn(changes, at + 0.05, at + SAME_MILLIS);
    found.push({
      atMillis,
      what: `request ${call} went to pod ${pod[call]!}, ours to ${own.pod[call]!}`,
      cause:
        gap !== undefined
          ? `it came within ${(Math.abs(gap.real - gap.ours) + SAME_MILLIS).toFixed(0)} ms of ${gap.event} of pod ${gap.pod}`
          : raced
            ? 'another request began or ended in the same milliseconds'
            : null,
    });
  }
  return found;
};

const victimDifferences = (real: RunRecord, ours: RunRecord): Difference[] => {
  const deletions = ({ life }: RunRecord): { t: number; ordinal: number }[] =>
    life.flatMap((e) => (e.subject === 'pod' && e.event === 'deleting' ? [{ t: e.t, ordinal: e.ordinal }] : []));
  const own = deletions(ours);
  return deletions(real).flatMap(({ t, ordinal }): Difference[] => {
    const together = own.filter((e) => Math.abs(e.t - t) < TOGETHER_MILLIS).map((e) => e.ordinal);
    if (together.length === 0 || together.includes(ordinal)) return [];
    const what = `the ReplicaSet deleted pod ${ordinal}, ours ${together.join(', ')}`;
    return [{ atMillis: t, what, cause: 'victims equal but for the random order of the controller' }];
  });
};

const valuesOf = ({ metrics }: Decision): string =>
  metrics
    .map(({ value, error }) => (error === null ? (value === null ? 'nothing' : String(value)) : 'an error'))
    .join(', ');

const decisionDifferences = (real: RunRecord, ours: RunRecord): Difference[] => {
  const commits = Float64Array.from([...scrapesOf(real.signals).values()].flat(), (s) => s.committedMillis).sort();
  const own = servingDecisions(ours);
  return servingDecisions(real).flatMap((decision): Difference[] => {
    const { t: atMillis } = decision;
    const same = own.find(({ t }) => Math.abs(t - atMillis) < SYNC_MILLIS);
    if (same === undefined) return [{ atMillis, what: 'the HPA had a sync, ours had none', cause: null }];
    const [a, b] = [valuesOf(decision), valuesOf(same)];
    if (a !== b) {
      const raced = anyIn(commits, atMillis - COMMIT_MILLIS, atMillis + COMMIT_MILLIS);
      const cause = raced ? 'a scrape was being committed when the adapter asked' : null;
      return [{ atMillis, what: `the HPA was answered ${a}, ours ${b}`, cause }];
    }
    return decision.desired === same.desired || decision.current !== same.current
      ? []
      : [{ atMillis, what: `on ${a} the HPA wanted ${decision.desired}, ours ${same.desired}`, cause: null }];
  });
};

export interface Divergence {
  /** First second with another number of wanted replicas. */
  readonly second: number;
  /** What began it; its cause is null if nothing known explains it: then the simulator is wrong. */
  readonly root: Difference;
}

/** Null = equal at every second. */
export const firstDivergence = (real: RunRecord, ours: RunRecord): Divergence | null => {
  const { firstDifference: second } = trajectoryError(wantedEverySecond(real), wantedEverySecond(ours));
  if (second === null) return null;
  const found = [
    ...scrapeDifferences(real, ours),
    ...lifeDifferences(real, ours),
    ...requestDifferences(real, ours),
    ...victimDifferences(real, ours),
    ...decisionDifferences(real, ours),
  ];
  return { second, root: chainRoot(found, second * 1000) };
};

/** "equal at every second", or when and why not, in one line. */
export const divergenceSentence = (divergence: Divergence | null): string => {
  if (divergence === null) return 'equal at every second';
  const { second, root } = divergence;
  return `replicas differ from second ${second}; it began at ${(root.atMillis / 1000).toFixed(3)} s: ${root.what}: ${root.cause ?? 'no known cause'}`;
};
