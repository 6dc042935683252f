// When a terminating virtual container may exit: at the first 50 ms poll, at least 200 ms after its end began, at which
// nothing is in service and no new request can come (golden/closed-loop README, "Kubelet's part"). The exit is drain.ts's.

import type { ClusterState, Pod } from './state.ts';
import { emit, setTimer } from './state.ts';

const POLL_MILLIS = 50;
const SOONEST_MILLIS = 200;

/** Asks once, after SIGTERM and after the balancer let go of the pod (a restarting container does not wait for that). */
export const awaitIdle = (c: ClusterState, pod: Pod): void => {
  const stopping = pod.stopping;
  if (c.config.containers === 'real' || stopping?.termSentMillis == null || stopping.idleAsked) return;
  if (stopping.purpose === 'delete' && pod.state.endpoint === 'in') return;
  stopping.idleAsked = true;
  emit(c, { kind: 'await-idle', pod: pod.ordinal });
};

/** Nothing is in service now: the container exits at the next poll. An answer nobody waits for is ignored. */
export const becameIdle = (c: ClusterState, pod: Pod): void => {
  const stopping = pod.stopping;
  if (stopping?.idleAsked !== true || stopping.termSentMillis === null || pod.state.container !== 'up') return;
  const polls = Math.ceil((c.now - stopping.termSentMillis) / POLL_MILLIS);
  const exitMillis = stopping.termSentMillis + Math.max(SOONEST_MILLIS, polls * POLL_MILLIS);
  setTimer(c, exitMillis, { of: 'drained', pod: pod.ordinal, life: pod.restarts });
};
