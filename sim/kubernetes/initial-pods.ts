// The pods a run begins with: either Ready and in the balancer at once (a service that has been up for ten minutes), or
// created now and starting quickly. Later pods are replica-set.ts's.

import { newPod } from './replica-set.ts';
import { enqueue, place } from './scheduler.ts';
import type { ClusterState, Pod } from './state.ts';
import { emit, move } from './state.ts';

const BEFORE_MILLIS = -600_000;
const CAUSE = 'there at the start of the run';

export const addInitialPods = (c: ClusterState): void => {
  for (let i = 0; i < c.config.initialReplicas; i++) {
    const ready = c.config.initialPods === 'ready';
    const created = c.config.recorded?.pods[i]?.createdMillis ?? (ready ? c.now + BEFORE_MILLIS : c.now);
    const pod = newPod(c, created);
    move(c, pod, 'created', CAUSE);
    // A pod that no node takes is not Ready, whatever was asked for: it waits like any other.
    if (ready && place(c, pod)) makeReady(c, pod);
    else enqueue(c, pod);
  }
};

const makeReady = (c: ClusterState, pod: Pod): void => {
  const node = pod.node!;
  node.imageAtMillis = c.now;
  node.modelAtMillis = c.now;
  c.modelAtMillis = c.now;
  pod.admittedMillis = pod.createdMillis;
  pod.containerStartMillis = pod.createdMillis;
  pod.modelLoadMillis = 0;
  pod.readyChangedMillis = c.config.recorded?.pods[pod.ordinal]?.readySinceMillis ?? pod.createdMillis;
  pod.phase = 'Running';
  pod.discovered = true;
  for (const prober of [pod.probers.startup, pod.probers.readiness, pod.probers.liveness]) prober.passed = true;
  move(c, pod, 'scheduled', CAUSE);
  move(c, pod, 'container-started', CAUSE);
  emit(c, { kind: 'container', pod: pod.ordinal, state: 'loading', cause: CAUSE });
  move(c, pod, 'model-ready', CAUSE);
  emit(c, { kind: 'container', pod: pod.ordinal, state: 'loaded', cause: CAUSE });
  move(c, pod, 'running', CAUSE);
  emit(c, { kind: 'target-added', pod: pod.ordinal, name: pod.name, ip: pod.ip, node: node.name });
  move(c, pod, 'ready', CAUSE);
  move(c, pod, 'endpoint-ready', CAUSE);
  emit(c, { kind: 'join', pod: pod.ordinal });
};
