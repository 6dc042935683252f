// The life events of a run as one row per pod and per node, and the replica counts as step functions. Takes the life log
// and the decisions; the stages and the money are computed elsewhere.

import type { Decision, LifeEvent, PodTransition, RunRecord } from '../../model/record.ts';
import type { StepFunction } from '../stats/step-function.ts';
import { countOf, stepFunction } from '../stats/step-function.ts';

/** When a pod first reached each state, milliseconds; absent if it never did. */
export interface PodLife {
  readonly ordinal: number;
  readonly name: string;
  readonly node: string | null;
  readonly first: Readonly<Partial<Record<PodTransition, number>>>;
  /** [from, to) in which it was Ready and not being deleted. */
  readonly ready: readonly (readonly [number, number])[];
}

export interface NodeLife {
  readonly name: string;
  /** Requested, or there at the start. */
  readonly launch: number;
  readonly end: number;
  /** Still up when the run ended. */
  readonly open: boolean;
}

const ENDS_READY: ReadonlySet<PodTransition> = new Set([
  'not-ready',
  'deleting',
  'container-exited',
  'restarting',
  'gone',
]);

interface PodDraft {
  ordinal: number;
  name: string;
  node: string | null;
  first: Partial<Record<PodTransition, number>>;
  ready: [number, number][];
  since: number | null;
}

/** One row per pod in order of creation. A pod that is Ready at the end is so until `end`. */
export const podLives = (life: readonly LifeEvent[], end: number): readonly PodLife[] => {
  const drafts = new Map<number, PodDraft>();
  for (const event of life) {
    if (event.subject !== 'pod') continue;
    let pod = drafts.get(event.ordinal);
    if (pod === undefined) {
      pod = { ordinal: event.ordinal, name: event.name, node: null, first: {}, ready: [], since: null };
      drafts.set(event.ordinal, pod);
    }
    pod.node = event.node ?? pod.node;
    pod.first[event.event] ??= event.t;
    if (event.event === 'ready' && pod.first.deleting === undefined) pod.since ??= event.t;
    else if (ENDS_READY.has(event.event) && pod.since !== null) {
      pod.ready.push([pod.since, event.t]);
      pod.since = null;
    }
  }
  return [...drafts.values()]
    .sort((a, b) => a.ordinal - b.ordinal)
    .map(({ since, ready, ...pod }) => ({ ...pod, ready: since === null ? ready : [...ready, [since, end]] }));
};

/** One row per node; launch is the request, or the start for a node that was there. */
export const nodeLives = (life: readonly LifeEvent[], end: number): readonly NodeLife[] => {
  const launch = new Map<string, number>();
  const gone = new Map<string, number>();
  for (const event of life) {
    if (event.subject !== 'node') continue;
    if (event.event === 'requested' || event.event === 'added')
      launch.set(event.name, launch.get(event.name) ?? event.t);
    else gone.set(event.name, gone.get(event.name) ?? event.t);
  }
  return [...launch].map(([name, at]) => ({ name, launch: at, end: gone.get(name) ?? end, open: !gone.has(name) }));
};

/** The decisions about the deployment that serves (a run may hold other HPAs, e.g. of the API server), in time order. */
export const servingDecisions = (run: RunRecord): readonly Decision[] => {
  const name = run.header.platform.hpa?.name;
  const own = run.decisions.filter((d) => d.hpa === name || d.hpa.endsWith(`/${name ?? ''}`));
  return own.length > 0 ? own : run.decisions;
};

export interface ReplicaCurves {
  /** spec.replicas. */
  readonly desired: StepFunction;
  /** Pods that exist and are not being deleted. */
  readonly created: StepFunction;
  /** Pods Ready and not being deleted: the supply s(t). */
  readonly ready: StepFunction;
}

export const replicaCurves = (run: RunRecord, pods: readonly PodLife[]): ReplicaCurves => {
  const born = pods.map((pod) => pod.first.created ?? 0);
  const gone = pods.flatMap((pod) => pod.first.deleting ?? pod.first.gone ?? []);
  const { endMillis } = run.header;
  const readySpans = pods.flatMap((pod) => pod.ready);
  const decisions = servingDecisions(run);
  const initial = decisions[0]?.current ?? pods.filter((pod) => (pod.first.created ?? 0) <= 0).length;
  return {
    desired: stepFunction([[0, initial], ...decisions.filter((d) => d.scaled).map((d) => [d.t, d.desired] as const)]),
    created: countOf(born, gone),
    // A pod that is Ready when the run ends stays so: its closing change lies at the end and is cut.
    ready: countOf(
      readySpans.map(([from]) => from).filter((at) => at < endMillis),
      readySpans.map(([, to]) => to).filter((at) => at < endMillis),
    ),
  };
};
