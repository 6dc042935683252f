// The promise to callers per kind of request: answered within so many seconds for at least this share. Taken from the
// scenario's first attainment objective of the kind; a stated default where there is none.

import type { RequestKind } from '../../model/schedule.ts';
import type { RunRecord } from '../../model/record.ts';
import { parseObjectives } from '../gate/parse.ts';
import type { Objective } from '../gate/parse.ts';
import { judgedSeconds, kindOf } from './calls.ts';
import { scenarioOf } from './scenario-of.ts';

export interface Promised {
  readonly kind: RequestKind;
  /** Of latency from the intended start; for live sessions, of the lag behind the audio. */
  readonly withinSeconds: number;
  readonly target: number;
  readonly from: 'objective' | 'default';
}

/** What is judged where the scenario promises nothing; printed as such. */
const DEFAULTS: Readonly<Record<RequestKind, { withinSeconds: number; target: number }>> = {
  short: { withinSeconds: 2, target: 0.99 },
  batch: { withinSeconds: 60, target: 0.95 },
  stream: { withinSeconds: 1, target: 0.95 },
};

/** The promise of these objectives to one kind, a stated default where they have none. */
export const promiseTo = (objectives: readonly Objective[], kind: RequestKind): Promised => {
  const own = objectives.find(
    (o) =>
      o.figure === 'attainment' &&
      o.filter.withinSeconds !== null &&
      (o.filter.kind === kind || o.filter.kind === null),
  );
  return own === undefined || own.filter.withinSeconds === null
    ? { kind, ...DEFAULTS[kind], from: 'default' }
    : { kind, withinSeconds: own.filter.withinSeconds, target: own.bound, from: 'objective' };
};

/** One promise per kind that occurs in the schedule, the kind with most calls first. Throws OBJECTIVE_INVALID. */
export const promisesOf = (run: RunRecord): readonly Promised[] => {
  const objectives = parseObjectives(scenarioOf(run).objectives);
  const counts = new Map<RequestKind, number>();
  for (let i = 0; i < run.schedule.count; i++) {
    const kind = kindOf(run, i);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([kind]) => promiseTo(objectives, kind));
};

/** Was the promise to this call kept? Every call without an answer is a miss, but a live session that its caller ended. */
export const isKept = (run: RunRecord, promises: readonly Promised[], call: number): boolean => {
  const promise = promises.find((p) => p.kind === kindOf(run, call));
  return promise !== undefined && judgedSeconds(run, call) <= promise.withinSeconds;
};

/** How many calls of one kind arrived, and how many of them were let down. */
export interface LetDown {
  readonly kind: RequestKind;
  readonly arrived: number;
  readonly missed: number;
}

/** The kind of which most calls were let down; the first of equals, null without calls. */
export const mostLetDown = (kinds: readonly LetDown[]): LetDown | null =>
  kinds.reduce<LetDown | null>((most, each) => (most === null || each.missed > most.missed ? each : most), null);

/** Over all kinds. */
export const arrivedOf = (kinds: readonly LetDown[]): number => kinds.reduce((sum, { arrived }) => sum + arrived, 0);
export const missedOf = (kinds: readonly LetDown[]): number => kinds.reduce((sum, { missed }) => sum + missed, 0);
