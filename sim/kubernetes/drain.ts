// The end of a container and of a pod: graceful deletion (endpoint, preStop, SIGTERM, requests finish, SIGKILL when the
// grace is over), deletion with grace 0, crash, liveness restart, loss of the node. Starting again is left to kubelet.ts.

import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import { wakeEndpoints } from './endpoints.ts';
import { awaitIdle } from './idle.ts';
import type { ClusterState, Pod, Stopping } from './state.ts';
import { emit, inSeconds, move, setTimer } from './state.ts';

/** A container that ran this long starts the back-off anew. */
const BACKOFF_RESET_MILLIS = 600_000;

/** Once per pod: Prometheus hears that it has no target there any more. */
export const leaveDiscovery = (c: ClusterState, pod: Pod): void => {
  if (pod.discovered) emit(c, { kind: 'target-removed', pod: pod.ordinal, name: pod.name });
  pod.discovered = false;
};

/** Sets the deletion timestamp. With grace 0 the container dies now and the object is gone at once. */
export const deletePod = (c: ClusterState, pod: Pod, grace: Seconds, cause: string): void => {
  if (pod.state.deleting || pod.state.gone) return;
  move(c, pod, 'deleting', cause);
  wakeEndpoints(c, pod);
  if (c.config.targetsLeave === 'deleted') leaveDiscovery(c, pod);
  if (grace === 0) {
    kill(c, pod, cause);
    setTimer(c, c.now, { of: 'gone', pod: pod.ordinal });
    return;
  }
  switch (pod.state.container) {
    case 'none': // not bound: no kubelet to wait for
      setTimer(c, c.now, { of: 'gone', pod: pod.ordinal });
      return;
    case 'starting':
      exit(c, pod, 'deleted before it started');
      return;
    case 'exited': // between crash and restart
      setTimer(c, c.now + c.draws.podGone(pod.ordinal), { of: 'gone', pod: pod.ordinal });
      return;
    case 'up':
      stopContainer(c, pod, 'delete', grace, cause);
  }
};

/** Begins the end of a running container: preStop, then SIGTERM; SIGKILL `grace` after now. */
export const stopContainer = (
  c: ClusterState,
  pod: Pod,
  purpose: Stopping['purpose'],
  grace: Seconds,
  cause: string,
): void => {
  const begun = pod.stopping;
  pod.stopping = {
    purpose,
    cause,
    termSentMillis: begun?.termSentMillis ?? null,
    idleAsked: begun?.idleAsked ?? false,
  };
  if (begun !== null) return;
  const { preStop } = c.config.deployment;
  const of = { pod: pod.ordinal, life: pod.restarts };
  if (preStop > 0) setTimer(c, c.now + preStop * 1000, { of: 'sigterm', ...of });
  else sendSigterm(c, pod);
  setTimer(c, c.now + grace * 1000, { of: 'grace-over', ...of });
};

export const sendSigterm = (c: ClusterState, pod: Pod): void => {
  if (pod.stopping === null || pod.state.container !== 'up') return;
  pod.stopping.termSentMillis = c.now;
  emit(c, { kind: 'terminate', pod: pod.ordinal });
  awaitIdle(c, pod);
};

export const graceOver = (c: ClusterState, pod: Pod): void => {
  if (pod.stopping !== null)
    kill(c, pod, `killed: grace of ${inSeconds(c.config.deployment.terminationGrace * 1000)} is over`);
};

/** SIGKILL. A virtual container is dead at once; a real one reports its exit (or is beyond caring, if its object goes). */
const kill = (c: ClusterState, pod: Pod, cause: string): void => {
  if (pod.state.container !== 'up' && pod.state.container !== 'starting') return;
  emit(c, { kind: 'kill', pod: pod.ordinal, cause });
  if (c.config.containers === 'virtual' || pod.stopping === null) exit(c, pod, cause);
};

/** The container is no more: what it served fails, and the pod goes or the container will start again. */
export const exit = (c: ClusterState, pod: Pod, cause: string): void => {
  if (pod.state.container !== 'up' && pod.state.container !== 'starting') return;
  move(c, pod, 'container-exited', cause);
  emit(c, { kind: 'container', pod: pod.ordinal, state: 'stopped', cause });
  if (pod.state.deleting) {
    setTimer(c, c.now + c.draws.podGone(pod.ordinal), { of: 'gone', pod: pod.ordinal });
    return;
  }
  const life = pod.restarts;
  const { restartBackoff } = c.config;
  if (c.now - pod.containerStartMillis >= BACKOFF_RESET_MILLIS) pod.crashes = 0;
  const backoff = restartBackoff[Math.min(pod.crashes++, restartBackoff.length - 1)] ?? 0;
  const noticed = c.now + c.draws.noticeExit(pod.ordinal);
  setTimer(c, noticed, { of: 'notice-exit', pod: pod.ordinal, life });
  // What has not been noticed is not restarted.
  setTimer(c, Math.max(noticed, c.now + backoff * 1000), { of: 'restart', pod: pod.ordinal, life });
};

/** The kubelet saw that the container is gone: Ready is False from here on. */
export const noticeExit = (c: ClusterState, pod: Pod): void => {
  if (!pod.state.ready || pod.state.deleting) return;
  move(c, pod, 'not-ready', 'its container exited');
  pod.readyChangedMillis = c.now;
  wakeEndpoints(c, pod);
};

export const loseContainerOfLostNode = (c: ClusterState, pod: Pod, cause: string): void => {
  pod.phase = 'Failed';
  if (pod.state.deleting) kill(c, pod, cause);
  else deletePod(c, pod, seconds(0), cause);
};
