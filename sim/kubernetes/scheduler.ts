// The scheduler: binds waiting pods to nodes with free cards, in the order of their creation, or says why it cannot.
// Nodes come from node-pool.ts; what a bound pod does is left to kubelet.ts, until its object is gone and the cards are free. A pod that asks for no GPU is placed without
// regard to cards (metrics-path.md trap A5).

import { stream } from '../../model/rng.ts';
import { leaveDiscovery } from './drain.ts';
import { admit } from './kubelet.ts';
import type { ClusterState, Node, Pod } from './state.ts';
import { move, setTimer } from './state.ts';

/** Pods of this Deployment that fit on one node of the pool; Infinity if they ask for no card. */
export const podsPerNode = (c: ClusterState): number => {
  const { gpusPerPod } = c.config.deployment;
  return gpusPerPod === 0 ? Infinity : Math.floor(c.config.nodes.gpusPerNode / gpusPerPod);
};

/** Why no node of the pool would ever take the Deployment's pods, in the scheduler's words; null if one would. */
export const poolMismatch = (c: ClusterState): string | null => {
  const { deployment, nodes } = c.config;
  for (const [key, value] of Object.entries(deployment.nodeSelector))
    if (nodes.labels[key] !== value) return `node(s) didn't match Pod's node affinity/selector (${key}=${value})`;
  for (const taint of nodes.taints) {
    if (taint.effect === 'PreferNoSchedule') continue;
    // A toleration without a key tolerates everything; one without an effect, every effect.
    const tolerated = deployment.tolerations.some(
      (t) => (t.key === '' || t.key === taint.key) && (t.effect === '' || t.effect === taint.effect),
    );
    if (!tolerated) return `node(s) had untolerated taint {${taint.key}}`;
  }
  if (podsPerNode(c) === 0)
    return `Insufficient nvidia.com/gpu (${deployment.gpusPerPod} asked, a node has ${nodes.gpusPerNode})`;
  return null;
};

/**
 * Puts the pod before the scheduler. Attempts keep the order of the queue. No back-off: since 1.33 an idle scheduler takes
 * pods out of the back-off queue early, and recorded pods were bound 18 ms after a failed attempt.
 */
export const enqueue = (c: ClusterState, pod: Pod): void => {
  c.schedulerMillis = Math.max(c.schedulerMillis, c.now + c.draws.schedule(pod.ordinal));
  setTimer(c, c.schedulerMillis, { of: 'schedule', pod: pod.ordinal });
};

/** A card became free or a node appeared: unschedulable pods are tried again, oldest first. */
export const wakeScheduler = (c: ClusterState): void => {
  for (const pod of c.alive) if (pod.state.place === 'unschedulable' && !pod.state.deleting) enqueue(c, pod);
};

export const attempt = (c: ClusterState, pod: Pod): void => {
  if (pod.state.place === 'bound' || pod.state.deleting || pod.state.gone) return;
  if (place(c, pod)) {
    admit(c, pod, pod.node!);
    return;
  }
  if (pod.state.place === 'unschedulable') return;
  const up = c.nodes.filter((n) => n.state === 'up').length;
  const why = poolMismatch(c) ?? (up === 0 ? 'no nodes in the pool' : `${up} Insufficient nvidia.com/gpu`);
  move(c, pod, 'unschedulable', `0/${up} nodes are available: ${why}`);
};

/** Takes cards for the pod on a node that has them free; false if there is none. */
export const place = (c: ClusterState, pod: Pod): boolean => {
  const node = poolMismatch(c) === null ? chooseNode(c, pod) : null;
  if (node === null) return false;
  pod.node = node;
  node.pods.add(pod);
  return true;
};

/** Nodes on which other waiting pods were recorded: which of several waiting pods a node takes is the scheduler's chance. */
const recordedForOthers = (c: ClusterState, pod: Pod): ReadonlySet<string> => {
  const names = new Set<string>();
  const recorded = c.config.recorded?.pods;
  if (recorded === undefined) return names;
  for (const other of c.alive) {
    const { node } = recorded[other.ordinal] ?? {};
    if (other !== pod && node !== undefined && other.state.place === 'unschedulable' && !other.state.deleting)
      names.add(node);
  }
  return names;
};

/**
 * The emptiest node with room, as the default scoring (least allocated, spread over hosts) prefers; the real scheduler
 * draws among equals, and so does this one, by the pod's own stream. A recorded placement is kept while it has room.
 */
const chooseNode = (c: ClusterState, pod: Pod): Node | null => {
  const room = podsPerNode(c);
  const all = c.nodes.filter((node) => node.state === 'up' && node.pods.size < room);
  const recorded = c.config.recorded?.pods[pod.ordinal]?.node;
  const placed = all.find((node) => node.name === recorded);
  if (placed !== undefined) return placed;
  const taken = recordedForOthers(c, pod);
  const open = all.filter(({ name }) => !taken.has(name));
  const fewest = Math.min(...open.map((node) => node.pods.size));
  const best = open.filter((node) => node.pods.size === fewest);
  if (best.length <= 1) return best[0] ?? null;
  return best[Math.floor(stream(c.config.seed, 'placement', pod.ordinal).uniform() * best.length)]!;
};

/** The object of a stopped pod leaves the API; its cards are free. */
export const vanish = (c: ClusterState, pod: Pod): void => {
  if (pod.state.gone) return;
  move(c, pod, 'gone', pod.stopping?.cause ?? 'object deleted');
  c.alive.delete(pod);
  c.draws.forget(pod.ordinal);
  leaveDiscovery(c, pod);
  if (pod.node === null) return;
  pod.node.pods.delete(pod);
  if (pod.node.pods.size === 0) pod.node.emptySinceMillis = c.now;
  wakeScheduler(c);
};
