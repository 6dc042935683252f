// The node autoscaler: looks at fixed intervals, requests nodes for pods that found no card and to keep its reserve, removes
// nodes that stayed empty, keeps within its minimum and quota. Spot nodes may be taken away and are replaced.
// Laws: golden/closed-loop README ("Nodes"); the reserve is what low-priority placeholder pods do in a real cluster.

import { loseContainerOfLostNode } from './drain.ts';
import { wakeReplicaSet } from './replica-set.ts';
import { podsPerNode, poolMismatch, wakeScheduler } from './scheduler.ts';
import type { ClusterState, Node } from './state.ts';
import { inSeconds, recordNode, setTimer } from './state.ts';

const newNode = (c: ClusterState, state: Node['state']): Node => {
  const index = c.nodes.length;
  const name = c.config.recorded?.nodes[index]?.name ?? `${c.config.deployment.name}-gpu-${index}`;
  const node: Node = {
    index,
    name,
    state,
    pods: new Set(),
    emptySinceMillis: c.now,
    imageAtMillis: null,
    modelAtMillis: null,
  };
  c.nodes.push(node);
  return node;
};

const startSpotLife = (c: ClusterState, node: Node): void => {
  const { spotLife } = c.config.nodes;
  if (spotLife !== null)
    setTimer(c, c.now + c.draws.spotLife(node.index, spotLife), { of: 'node-spot-end', node: node.index });
};

/** The nodes there are before anything happens: those configured, or more if the initial pods need them. */
export const addInitialNodes = (c: ClusterState): void => {
  const { nodes, initialReplicas } = c.config;
  const needed = poolMismatch(c) === null ? Math.ceil(initialReplicas / podsPerNode(c)) : 0;
  const count = Math.max(nodes.initial, needed, nodes.autoscale ? nodes.min : 0, 1);
  for (let i = 0; i < count; i++) {
    const node = newNode(c, 'up');
    recordNode(c, node, 'added', 'there at the start of the run');
    startSpotLife(c, node);
  }
  if (nodes.autoscale) setTimer(c, nodes.scanPhase * 1000, { of: 'node-scan' });
};

export const scanNodes = (c: ClusterState): void => {
  const { scan, scanPhase } = c.config.nodes;
  c.scans++;
  setTimer(c, (scanPhase + c.scans * scan) * 1000, { of: 'node-scan' });
  const waiting = [...c.alive].filter((pod) => pod.state.place === 'unschedulable' && !pod.state.deleting);
  if (waiting.length === 0) removeIdleNodes(c);
  requestNodes(c, waiting.filter((pod) => c.now - pod.createdMillis >= c.config.nodes.podHold * 1000).length);
};

/** Nodes to ask for, and why; `waiting` pods have waited long enough to count. */
const wantedNodes = (c: ClusterState, waiting: number): { wanted: number; why: string } => {
  const { min, spare = 0 } = c.config.nodes;
  const perNode = podsPerNode(c);
  const up = c.nodes.filter((node) => node.state === 'up');
  const underWay = c.nodes.filter((node) => node.state === 'requested').length;
  // Pods for which a card is free already are only waiting for the scheduler's next attempt.
  const free = up.reduce((sum, node) => sum + perNode - node.pods.size, 0);
  const forPods = Math.ceil(Math.max(waiting - free, 0) / perNode);
  const empty = up.filter((node) => node.pods.size === 0).length;
  // Waiting pods may take empty nodes first: what is left of those is the reserve.
  const forReserve = Math.max(0, spare - Math.max(0, empty - Math.ceil(waiting / perNode)));
  const forMinimum = min - up.length;
  const wanted = Math.max(forPods + forReserve, forMinimum) - underWay;
  if (forPods > underWay) return { wanted, why: `${waiting} pod${waiting === 1 ? '' : 's'} without a card` };
  return forReserve > 0
    ? { wanted, why: `keeps ${spare} spare` }
    : { wanted, why: `${up.length + underWay} of at least ${min} nodes are there` };
};

const requestNodes = (c: ClusterState, waiting: number): void => {
  // A new node that would not take the pods either is not asked for.
  if (poolMismatch(c) !== null) return;
  const { wanted, why } = wantedNodes(c, waiting);
  const { max } = c.config.nodes;
  const granted = Math.min(wanted, max - c.nodes.filter((node) => node.state !== 'gone').length);
  const quota = granted < wanted ? `; quota of ${max} nodes leaves ${Math.max(granted, 0)} of ${wanted}` : '';
  for (let i = 0; i < granted; i++) {
    const node = newNode(c, 'requested');
    recordNode(c, node, 'requested', `${why}${quota}`);
    setTimer(c, c.now + c.draws.provision(node.index), { of: 'node-added', node: node.index });
  }
};

export const nodeAdded = (c: ClusterState, node: Node): void => {
  if (node.state !== 'requested') return;
  node.state = 'up';
  recordNode(c, node, 'added', `schedulable ${inSeconds(c.now - node.emptySinceMillis)} after it was requested`);
  node.emptySinceMillis = c.now;
  startSpotLife(c, node);
  wakeScheduler(c);
};

/** Newest first, so that the nodes of the start stay; the reserve stays too. */
const removeIdleNodes = (c: ClusterState): void => {
  const { idleRemove, min, spare = 0 } = c.config.nodes;
  let left = c.nodes.filter((node) => node.state !== 'gone').length;
  let empty = c.nodes.filter((node) => node.state === 'up' && node.pods.size === 0).length;
  for (const node of c.nodes.toReversed()) {
    if (left <= min || empty <= spare) return;
    if (node.state !== 'up' || node.pods.size > 0 || c.now - node.emptySinceMillis < idleRemove * 1000) continue;
    node.state = 'gone';
    left--;
    empty--;
    recordNode(c, node, 'removed', `empty for ${inSeconds(c.now - node.emptySinceMillis)}`);
  }
};

/** The machine goes away: its containers die at once, its pods are deleted and replaced. */
export const loseNode = (c: ClusterState, node: Node, cause: string): void => {
  if (node.state !== 'up') return;
  node.state = 'gone';
  recordNode(c, node, 'lost', cause);
  const pods = [...node.pods];
  for (const pod of pods) loseContainerOfLostNode(c, pod, `node ${node.name} lost: ${cause}`);
  if (pods.length > 0)
    wakeReplicaSet(c, `replaces ${pods.length === 1 ? 'the pod' : `${pods.length} pods`} of lost node ${node.name}`);
};
