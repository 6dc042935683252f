// Stage check: at each recorded scale-down, do the victims follow from what the API knew? As a stable sort in creation order
// gives them, or as another input order of the comparison does: the real controller's input is a map.

import { stream } from '../../model/rng.ts';
import type { VictimView } from '../../sim/kubernetes/victims.ts';
import { deletionOrder } from '../../sim/kubernetes/victims.ts';
import type { LoopFolder } from './closed-loop-types.ts';
import { linesByPod, linesOf } from './loop-cluster.ts';
import type { SetTally } from './result.ts';

interface Candidate extends VictimView {
  readonly pod: number;
}

/** Deletions of one sync of the ReplicaSet lie closer together than this, those of two syncs further apart. */
const BURST_MILLIS = 300;
const SHUFFLES = 3000;

const wholeSecond = (t: number, epochMs: number): number => Math.floor((epochMs + t) / 1000) * 1000 - epochMs;

const candidatesAt = (folder: LoopFolder, now: number, gone: ReadonlySet<number>): readonly Candidate[] => {
  const { epochMs } = folder.config;
  const alive = linesByPod(folder)
    .map((lines, pod) => ({ pod, lines: lines.filter((line) => line.t < now) }))
    .filter(({ pod, lines }) => lines.some(({ ev }) => ev === 'created') && !gone.has(pod));
  const nodeOf = (lines: (typeof alive)[number]['lines']): string => linesOf(lines, 'scheduled')[0]?.node ?? '';
  return alive.map(({ pod, lines }) => {
    const [created] = linesOf(lines, 'created');
    const starts = linesOf(lines, 'container-started').length;
    // The kubelet stamps the transition when the probe succeeded.
    const readySince = linesOf(lines, 'probe-ok').at(-1);
    const lost = linesOf(lines, 'container-exited').at(-1);
    const ready = readySince !== undefined && (lost === undefined || readySince.t > lost.t);
    return {
      pod,
      uid: created!.uid,
      assigned: nodeOf(lines) !== '',
      phase: lines.some(({ ev }) => ev === 'running') ? 'Running' : 'Pending',
      ready,
      deletionCost: 0,
      coLocated: alive.filter((other) => nodeOf(other.lines) === nodeOf(lines)).length,
      readySinceMillis: readySince === undefined ? null : wholeSecond(readySince.t, epochMs),
      restarts: Math.max(0, starts - 1),
      createdMillis: Date.parse(created!.creationTimestamp) - epochMs,
    };
  });
};

interface Burst {
  /** Request of the first DELETE: the comparison was made just before. */
  readonly at: number;
  readonly pods: readonly number[];
}

const bursts = (folder: LoopFolder): readonly Burst[] => {
  const found: { at: number; last: number; pods: number[] }[] = [];
  for (const { t, who, verb, res, name, code } of folder.api) {
    if (who !== 'replicaset' || verb !== 'delete' || res !== 'pods' || typeof name !== 'number' || code !== 200)
      continue;
    const open = found.at(-1);
    if (open !== undefined && t - open.last < BURST_MILLIS) {
      open.pods.push(name);
      open.last = t;
    } else found.push({ at: t, last: t, pods: [name] });
  }
  return found;
};

const victimsOf = (order: readonly Candidate[], now: number, count: number): string =>
  deletionOrder(order, now)
    .slice(0, count)
    .map(({ pod }) => pod)
    .sort((a, b) => a - b)
    .join(' ');

/** Whether some input order gives `wanted`; tried at random, reproducibly. */
const explained = (candidates: readonly Candidate[], now: number, count: number, wanted: string): boolean => {
  const rng = stream(1, 'inputOrder', Math.round(now));
  const order = [...candidates];
  for (let n = 0; n < SHUFFLES; n++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(rng.uniform() * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    if (victimsOf(order, now, count) === wanted) return true;
  }
  return false;
};

/** Adds one case per scale-down: to `stable` if creation order gives the victims, else to `other`. */
export const checkVictims = (folder: LoopFolder, stable: SetTally, other: SetTally): void => {
  const gone = new Set<number>();
  const deleting = linesOf(folder.pods, 'deleting');
  for (const { at, pods } of bursts(folder)) {
    for (const { t, pod } of deleting) if (t < at) gone.add(pod);
    const candidates = candidatesAt(folder, at, gone);
    const wanted = [...pods].sort((a, b) => a - b).join(' ');
    const got = victimsOf(candidates, at, pods.length);
    if (got === wanted) stable.add([]);
    else if (explained(candidates, at, pods.length, wanted)) other.add([]);
    else
      other.add([
        {
          id: folder.name,
          where: `scale-down at ${at} ms`,
          expected: wanted,
          got: `${got}, or by another input order`,
        },
      ]);
  }
};
