// Stage check: fed with the recorded scale writes, failures and per-pod draws, the cluster machine must do what the
// recorded cluster did, event by event: ReplicaSet, scheduler, node pool, kubelet, probes, endpoints, drain.

import type { LifeEvent } from '../../model/record.ts';
import { drive } from '../../sim/kubernetes/drive.ts';
import type { LoopFolder, LoopPodLine } from './closed-loop-types.ts';
import { clusterInputs, clusterOfRecording, idleTimes, linesByPod } from './loop-cluster.ts';
import type { ConformMismatch, SetTally } from './result.ts';

type Compared = Exclude<LoopPodLine['ev'], 'event' | 'failure' | 'ready'>;

/** Our name of a recorded event, and the largest difference that its recorded spread explains (README, "Measured stages"). */
interface Stage {
  readonly ours: LifeEvent['event'];
  /** The recorded instant that the difference is counted from: null = none, absolute time. */
  readonly from: Compared | null;
  readonly boundMillis: number;
}

const STAGES: Readonly<Record<Compared, Stage>> = {
  // PUT scale done → first pod created: up to 153 ms at the API server, and the recorder saw one 185 ms after it.
  created: { ours: 'created', from: null, boundMillis: 300 },
  unschedulable: { ours: 'unschedulable', from: 'created', boundMillis: 80 },
  scheduled: { ours: 'scheduled', from: 'created', boundMillis: 200 },
  'container-started': { ours: 'container-started', from: 'scheduled', boundMillis: 10 },
  // Lateness of the recorder's own timers: 2–8 ms at 99 %, once 62 ms.
  'model-ready': { ours: 'model-ready', from: 'container-started', boundMillis: 80 },
  running: { ours: 'running', from: 'container-started', boundMillis: 10 },
  'probe-ok': { ours: 'ready', from: 'running', boundMillis: 10 },
  // Once the EndpointSlice controller took its full second.
  'endpoint-ready': { ours: 'endpoint-ready', from: 'probe-ok', boundMillis: 1020 },
  deleting: { ours: 'deleting', from: null, boundMillis: 200 },
  'endpoint-unready': { ours: 'endpoint-gone', from: 'deleting', boundMillis: 80 },
  // Service ends and polls each 50 ms are offset against each other by the deletion's own difference.
  'container-exited': { ours: 'container-exited', from: 'deleting', boundMillis: 60 },
  gone: { ours: 'gone', from: 'container-exited', boundMillis: 20 },
};

const isCompared = (line: LoopPodLine): line is Extract<LoopPodLine, { ev: Compared }> => line.ev in STAGES;

/** The plant also reports an exit for pods that never had a container. */
const isNoEvent = (line: LoopPodLine, lines: readonly LoopPodLine[]): boolean =>
  line.ev === 'container-exited' && !lines.some(({ ev }) => ev === 'scheduled');

/** Instants of one pod's events, by our name, in order. */
const instantsOf = (life: readonly LifeEvent[], pod: number): ReadonlyMap<string, readonly number[]> => {
  const instants = new Map<string, number[]>();
  for (const e of life) {
    if (e.subject !== 'pod' || e.ordinal !== pod || e.t <= 0) continue;
    instants.set(e.event, [...(instants.get(e.event) ?? []), e.t]);
  }
  return instants;
};

const comparePod = (
  id: string,
  pod: number,
  lines: readonly LoopPodLine[],
  ours: ReadonlyMap<string, readonly number[]>,
  add: (differences: readonly ConformMismatch[]) => void,
): void => {
  const counts: Record<string, number> = {};
  const shift = new Map<string, number>();
  for (const line of lines.filter(isCompared)) {
    if (line.t < 0 || isNoEvent(line, lines)) continue;
    const stage = STAGES[line.ev];
    const occurrence = counts[line.ev] ?? 0;
    counts[line.ev] = occurrence + 1;
    const where = `pod ${pod}: ${line.ev}${occurrence === 0 ? '' : ` (${occurrence + 1})`}`;
    const got = ours.get(stage.ours)?.[occurrence];
    if (got === undefined) {
      add([{ id, where, expected: `at ${line.t} ms`, got: 'never' }]);
      continue;
    }
    // The tick a probe belongs to is recorded beside its lateness.
    const at = line.ev === 'probe-ok' ? line.nominal : line.t;
    const difference = got - at;
    const beyond = difference - (stage.from === null ? 0 : (shift.get(stage.from) ?? 0));
    shift.set(line.ev, difference);
    const expected = `${at} ms ± ${stage.boundMillis}`;
    add(Math.abs(beyond) <= stage.boundMillis ? [] : [{ id, where, expected, got: `${got.toFixed(0)} ms` }]);
  }
  for (const ev of ['created', 'deleting', 'gone'] as const) {
    const extra = ours.get(ev)?.[counts[ev] ?? 0];
    if (extra !== undefined)
      add([{ id, where: `pod ${pod}: ${ev}`, expected: 'never', got: `at ${extra.toFixed(0)} ms` }]);
  }
};

/** Node additions and removals: the n-th of ours against the n-th recorded; a scan of the pool may see a pod a little later. */
const NODE_BOUND_MILLIS = 250;

const compareNodes = (folder: LoopFolder, life: readonly LifeEvent[], add: SetTally['add']): void => {
  for (const ev of ['requested', 'added', 'removed'] as const) {
    const ours = life.filter((e) => e.subject === 'node' && e.event === ev && e.t > 0).map((e) => e.t);
    const theirs = folder.nodes.filter((line) => line.ev === ev && line.t > 0).map((line) => line.t);
    for (let n = 0; n < Math.max(ours.length, theirs.length); n++) {
      const got = ours[n] ?? Infinity;
      const expected = theirs[n] ?? Infinity;
      const same = Math.abs(got - expected) <= NODE_BOUND_MILLIS;
      const where = `node ${n + 1} ${ev}`;
      add(same ? [] : [{ id: folder.name, where, expected: `${expected} ms`, got: `${got.toFixed(0)} ms` }]);
    }
  }
};

/** Adds one case per recorded pod event and node event. */
export const checkKubernetes = (folder: LoopFolder, tally: SetTally): void => {
  const { life } = drive(clusterOfRecording(folder, 'recorded'), clusterInputs(folder), {
    untilMillis: folder.config.durationMs,
    idleAt: idleTimes(folder),
  });
  const add = (differences: readonly ConformMismatch[]): void => {
    tally.add(differences);
  };
  linesByPod(folder).forEach((lines, pod) => {
    comparePod(folder.name, pod, lines, instantsOf(life, pod), add);
  });
  compareNodes(folder, life, add);
};
