// GPU money and what it was spent on (scoring.md section 6). A node costs from launch to termination in whole billing
// quanta; where the run knows no nodes, each pod stands for its own.

import type { RunRecord } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Figure } from './figure.ts';
import { figure } from './figure.ts';
import type { PodLife } from './pods.ts';
import { nodeLives } from './pods.ts';
import type { Intervals } from '../stats/union-length.ts';
import { unionLength } from '../stats/union-length.ts';
import { lawOf, scenarioOf } from './scenario-of.ts';
import { kindOf } from './calls.ts';
import { requestWeight } from '../../model/service-time.ts';

/** One paid machine; times in seconds. */
export interface PaidSpan {
  readonly launch: number;
  /** First pod Ready on it; null if none ever was. */
  readonly ready: number | null;
  /** End of the last useful work; null if it did none. */
  readonly lastWork: number | null;
  readonly end: number;
  /** Termination was in the run; a span that was cut by the end of the run has no drain tail. */
  readonly terminated: boolean;
}

/** Σ price · q · ceil(up/q), with the price per hour and the quantum in seconds. */
export const spanMoney = (spans: readonly PaidSpan[], pricePerHour: number, quantumSeconds: number): number =>
  spans.reduce((sum, s) => sum + Math.ceil((s.end - s.launch) / quantumSeconds - 1e-9) * quantumSeconds, 0) *
  (pricePerHour / 3600);

/** Σ (ready − launch): paid before the first request; a span that never got Ready is waste in full. */
export const startupWaste = (spans: readonly PaidSpan[]): number =>
  spans.reduce((sum, s) => sum + (s.ready ?? s.end) - s.launch, 0);

/** Σ (termination − end of last useful work), from Ready on where there was no work. */
export const drainTail = (spans: readonly PaidSpan[]): number =>
  spans.reduce((sum, s) => (s.ready === null || !s.terminated ? sum : sum + s.end - (s.lastWork ?? s.ready)), 0);

export interface GpuCost {
  readonly basis: 'nodes' | 'pods';
  /** Spans of machines. */
  readonly machines: number;
  readonly gpusPerMachine: number;
  readonly pricePerHour: number;
  readonly quantumSeconds: number;
  readonly gpuHours: Figure;
  readonly money: Figure;
  readonly moneyPerHour: Figure;
  /** Share of Ready replica time in which no call was in service on the replica. */
  readonly idleShare: Figure;
  /** GPU time of answered calls (service law) ÷ Ready replica time. */
  readonly gpuUsedShare: Figure;
  /** GPU-seconds. */
  readonly startupWaste: Figure;
  readonly drainTail: Figure;
  readonly readyReplicaSeconds: number;
}

/** Adds the parts of [from, to) in which the pod was Ready. A function of its own: within the loop over all requests V8 keeps deoptimising it. */
const addReadyParts = (pod: PodLife, from: number, to: number, parts: Intervals): void => {
  for (const [start, end] of pod.ready) {
    if (to > start && from < end) {
      parts.from.push(Math.max(from, start));
      parts.to.push(Math.min(to, end));
    }
  }
};

/** Seconds in which at least one call was in service on a Ready pod, over all pods. */
const busySeconds = (run: RunRecord, pods: readonly PodLife[]): number => {
  const { requests } = run;
  const inService = pods.map((): Intervals => ({ from: [], to: [] }));
  const rowOf = new Map(pods.map((pod, row) => [pod.ordinal, row]));
  for (let i = 0; i < requests.count; i++) {
    const row = rowOf.get(requests.pod[i]!);
    const from = requests.admittedMillis[i]!;
    if (row === undefined || Number.isNaN(from)) continue;
    const done = requests.doneMillis[i]!;
    addReadyParts(pods[row]!, from, Number.isNaN(done) ? run.header.endMillis : done, inService[row]!);
  }
  return inService.reduce((sum, parts) => sum + unionLength(parts), 0) / 1000;
};

const usedGpuSeconds = (run: RunRecord): number | null => {
  const law = lawOf(run);
  if (law === null) return null;
  const ok = OUTCOMES.indexOf('ok');
  let sum = 0;
  for (let i = 0; i < run.requests.count; i++) {
    if (run.requests.outcome[i] !== ok || kindOf(run, i) === 'stream') continue;
    sum += law.batch.b * requestWeight(law.batch, run.schedule.audioSeconds[i]!, run.schedule.seed[i]!);
  }
  return sum;
};

/** End of the last useful work per pod ordinal, milliseconds. */
const lastWorkOf = (run: RunRecord): ReadonlyMap<number, number> => {
  const ok = OUTCOMES.indexOf('ok');
  const last = new Map<number, number>();
  for (let i = 0; i < run.requests.count; i++) {
    const pod = run.requests.pod[i]!;
    if (run.requests.outcome[i] === ok) last.set(pod, Math.max(last.get(pod) ?? 0, run.requests.doneMillis[i]!));
  }
  return last;
};

/** The machines that were paid for, of nodes if the run knows any, else of pods. */
export const paidSpans = (run: RunRecord, pods: readonly PodLife[]): readonly PaidSpan[] => {
  const end = run.header.endMillis;
  const work = lastWorkOf(run);
  const span = (launch: number, stop: number, terminated: boolean, on: readonly PodLife[]): PaidSpan => {
    const least = (values: number[]): number | null => (values.length === 0 ? null : Math.min(...values) / 1000);
    const ready = least(on.flatMap((pod) => pod.first.ready ?? []));
    const done = least(on.flatMap((pod) => work.get(pod.ordinal) ?? []).map((t) => -t));
    return { launch: launch / 1000, ready, lastWork: done === null ? null : -done, end: stop / 1000, terminated };
  };
  const nodes = nodeLives(run.life, end);
  return nodes.length > 0
    ? nodes.map((node) =>
        span(
          node.launch,
          node.end,
          !node.open,
          pods.filter((pod) => pod.node === node.name),
        ),
      )
    : pods.map((pod) => span(pod.first.created ?? 0, pod.first.gone ?? end, pod.first.gone !== undefined, [pod]));
};

export const gpuCost = (run: RunRecord, pods: readonly PodLife[]): GpuCost => {
  const { nodes } = scenarioOf(run);
  const known = nodeLives(run.life, run.header.endMillis).length > 0;
  const spans = paidSpans(run, pods);
  const perMachine = known ? nodes.gpusPerNode : Math.max(1, run.header.platform.deployment.gpusPerPod);
  const none = 'the run shows no node and no pod';
  const of = (g: () => number): Figure => figure(spans.length === 0 ? null : g(), none);
  const up = spans.reduce((sum, s) => sum + s.end - s.launch, 0);
  const pricePerSpan = known ? nodes.pricePerHour : (nodes.pricePerHour * perMachine) / Math.max(1, nodes.gpusPerNode);
  const ready = pods.reduce((sum, pod) => sum + pod.ready.reduce((s, [from, to]) => s + to - from, 0), 0) / 1000;
  const used = usedGpuSeconds(run);
  const money = spanMoney(spans, pricePerSpan, nodes.billingQuantum);
  return {
    basis: known ? 'nodes' : 'pods',
    machines: spans.length,
    gpusPerMachine: perMachine,
    pricePerHour: pricePerSpan,
    quantumSeconds: nodes.billingQuantum,
    gpuHours: of(() => (up * perMachine) / 3600),
    money: of(() => money),
    moneyPerHour: of(() => money / (run.header.endMillis / 3_600_000)),
    idleShare: figure(ready === 0 ? null : 1 - busySeconds(run, pods) / ready, 'no pod was ever Ready'),
    gpuUsedShare: figure(
      ready === 0 || used === null ? null : used / ready,
      used === null ? 'the calibration is not known to this build' : 'no pod was ever Ready',
    ),
    startupWaste: of(() => startupWaste(spans) * perMachine),
    drainTail: of(() => drainTail(spans) * perMachine),
    readyReplicaSeconds: ready,
  };
};
