// The Deployment's single ReplicaSet: makes the number of active pods equal to spec.replicas. Creates in slow-start
// batches (1, 2, 4, …), deletes all victims at once, replaces pods that were taken away. Delays are drawn; what becomes of
// a created pod is left to scheduler.ts, of a deleted one to drain.ts. hpa.md section 13.

import { stream } from '../../model/rng.ts';
import { deletePod } from './drain.ts';
import { NEWBORN } from './lifecycle.ts';
import { nameSuffix, podIp, podUid } from './names.ts';
import { enqueue } from './scheduler.ts';
import type { ClusterState, Pod, Prober } from './state.ts';
import { activePods, apiTime, move, setTimer } from './state.ts';
import type { VictimView } from './victims.ts';
import { deletionOrder } from './victims.ts';

/** Most pods created or deleted in one sync. */
const BURST_REPLICAS = 500;

/** Something the ReplicaSet reacts to has happened; `reason` is what the record will say. */
export const wakeReplicaSet = (c: ClusterState, reason: string): void => {
  c.reason = reason;
  const rs = c.replicaSet;
  // A queued sync, or the one after the last batch, will see the newest spec anyway: one key, one entry in the work queue.
  if (rs.syncPending || rs.creating) return;
  rs.syncPending = true;
  setTimer(c, c.now + c.draws.replicaSet(rs.syncs++), { of: 'replica-set' });
};

export const syncReplicaSet = (c: ClusterState): void => {
  c.replicaSet.syncPending = false;
  const active = activePods(c);
  const missing = c.specReplicas - active.length;
  if (missing > 0) createBatch(c, 1, Math.min(missing, BURST_REPLICAS));
  if (missing < 0) deleteVictims(c, active, Math.min(-missing, BURST_REPLICAS));
};

/** Creates `size` of the `left` missing pods; the next batch, twice as large, follows when this one is answered. */
export const createBatch = (c: ClusterState, size: number, left: number): void => {
  const from = c.pods.length;
  for (let i = 0; i < Math.min(size, left); i++) createPod(c);
  const remaining = left - size;
  c.replicaSet.creating = remaining > 0;
  const answered = c.now + c.draws.createBatch(c.replicaSet.syncs, from, c.pods.length);
  if (remaining > 0) setTimer(c, answered, { of: 'create-batch', size: size * 2, left: remaining });
  else if (activePods(c).length !== c.specReplicas) wakeReplicaSet(c, c.reason);
};

const createPod = (c: ClusterState): void => {
  const pod = newPod(c, c.now);
  move(c, pod, 'created', c.reason);
  enqueue(c, pod);
};

const newProber = (): Prober => ({ generation: 0, run: 0, passed: false });

/** Makes the object of the next pod; named, but nowhere yet. */
export const newPod = (c: ClusterState, createdMillis: number): Pod => {
  const ordinal = c.pods.length;
  const recorded = c.config.recorded?.pods[ordinal];
  const pod: Pod = {
    ordinal,
    name: recorded?.name ?? newName(c, ordinal),
    uid: recorded?.uid ?? podUid(stream(c.config.seed, 'podUid', ordinal)),
    ip: podIp(ordinal),
    createdMillis,
    state: NEWBORN,
    phase: 'Pending',
    node: null,
    admittedMillis: NaN,
    containerStartMillis: NaN,
    modelLoadMillis: NaN,
    readyChangedMillis: null,
    restarts: 0,
    crashes: 0,
    stopping: null,
    discovered: false,
    probers: { startup: newProber(), readiness: newProber(), liveness: newProber() },
  };
  c.pods.push(pod);
  c.alive.add(pod);
  return pod;
};

const newName = (c: ClusterState, ordinal: number): string => {
  const rng = stream(c.config.seed, 'podName', ordinal);
  const prefix = `${c.config.deployment.name}-${c.templateHash}-`;
  let name = prefix + nameSuffix(rng);
  while (c.names.has(name)) name = prefix + nameSuffix(rng);
  c.names.add(name);
  return name;
};

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** What the victim comparison knows of `pods`, times as the API has them. */
const victimViews = (c: ClusterState, pods: readonly Pod[]): (VictimView & { readonly pod: Pod })[] => {
  const perNode = new Map<string, number>();
  const nodeOf = (pod: Pod): string => pod.node?.name ?? '';
  for (const pod of pods) perNode.set(nodeOf(pod), (perNode.get(nodeOf(pod)) ?? 0) + 1);
  return pods.map((pod) => ({
    pod,
    uid: pod.uid,
    assigned: pod.node !== null,
    phase: pod.phase,
    ready: pod.state.ready,
    deletionCost: Number(c.config.deployment.podAnnotations[DELETION_COST] ?? 0),
    coLocated: perNode.get(nodeOf(pod))!,
    readySinceMillis: pod.readyChangedMillis === null ? null : apiTime(c, pod.readyChangedMillis),
    restarts: pod.restarts,
    createdMillis: apiTime(c, pod.createdMillis),
  }));
};

const deleteVictims = (c: ClusterState, active: readonly Pod[], count: number): void => {
  const reason = c.reason;
  const own = deletionOrder(victimViews(c, active), c.now).map(({ pod }) => pod);
  for (const pod of recordedVictims(c, active, count) ?? own.slice(0, count))
    deletePod(c, pod, c.config.deployment.terminationGrace, reason);
};

const recordedVictims = (c: ClusterState, active: readonly Pod[], count: number): readonly Pod[] | null => {
  const ordinals = c.config.recorded?.deletions?.slice(c.recordedDeletions, c.recordedDeletions + count) ?? [];
  const victims = active.filter((pod) => ordinals.includes(pod.ordinal));
  c.recordedDeletions += ordinals.length;
  return victims.length === count ? victims : null;
};
