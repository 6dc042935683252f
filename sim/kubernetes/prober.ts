// The kubelet's prober: when startup, readiness and liveness probes run, and what their answers do. Virtual containers
// answer at once; real ones are asked by a `probe` output. hpa.md section 13 ("Readiness").

import { stopContainer } from './drain.ts';
import { wakeEndpoints } from './endpoints.ts';
import type { ProbeKind } from './cluster-interface.ts';
import type { Probe } from '../../model/platform.ts';
import type { ClusterState, Pod } from './state.ts';
import { apiTime, emit, inSeconds, move, setTimer } from './state.ts';

const KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];

/** Restarts all probers of a container that the kubelet has just seen running; a pod without readiness probe is Ready. */
export const startProbing = (c: ClusterState, pod: Pod): void => {
  for (const kind of KINDS) {
    const prober = pod.probers[kind];
    prober.generation++;
    prober.run = 0;
    prober.passed = false;
  }
  const { startup, readiness, liveness } = c.config.deployment;
  if (startup !== null) trigger(c, pod, 'startup', startup);
  if (readiness !== null) trigger(c, pod, 'readiness', readiness);
  else becomeReady(c, pod, 'no readiness probe: ready when running');
  // The liveness worker keeps its own ticks from admission in every version: nothing triggers it.
  if (liveness !== null) tickAt(c, pod, 'liveness', gridAfter(c, pod, liveness));
};

/** A probe outside the grid, which from 1.29 moves the grid to itself even if the probe is skipped. */
const trigger = (c: ClusterState, pod: Pod, kind: ProbeKind, probe: Probe): void => {
  const next = c.config.probeGrid === 'admission' ? gridAfter(c, pod, probe) : c.now + probe.period * 1000;
  tickAt(c, pod, kind, next);
  probeNow(c, pod, kind, probe);
};

/** First tick after now of the grid that counts from admission. */
const gridAfter = (c: ClusterState, pod: Pod, probe: Probe): number => {
  const period = probe.period * 1000;
  return pod.admittedMillis + (Math.floor((c.now - pod.admittedMillis) / period) + 1) * period;
};

/** `nominal` is kept in the timer: ticks are absolute and do not inherit the lateness of a wall clock. */
const tickAt = (c: ClusterState, pod: Pod, kind: ProbeKind, nominal: number): void => {
  const { generation } = pod.probers[kind];
  setTimer(c, nominal, { of: 'probe', pod: pod.ordinal, life: pod.restarts, probe: kind, generation, nominal });
};

export const probeTick = (c: ClusterState, pod: Pod, kind: ProbeKind, generation: number, nominal: number): void => {
  const probe = c.config.deployment[kind];
  if (probe === null || generation !== pod.probers[kind].generation || !probing(pod) || settled(c, pod, kind)) return;
  tickAt(c, pod, kind, nominal + probe.period * 1000);
  probeNow(c, pod, kind, probe);
};

/** Probing ends with the container, and when it is being stopped. */
const probing = (pod: Pod): boolean => pod.state.container === 'up' && pod.state.seen && pod.stopping === null;

/** Whether later answers cannot differ: a virtual container with its model loaded goes on answering; a startup probe ends. */
const settled = (c: ClusterState, pod: Pod, kind: ProbeKind): boolean =>
  pod.probers[kind].passed &&
  (kind === 'startup' || (c.config.containers === 'virtual' && pod.state.model === 'loaded'));

const probeNow = (c: ClusterState, pod: Pod, kind: ProbeKind, probe: Probe): void => {
  if (kind !== 'startup' && c.config.deployment.startup !== null && !pod.probers.startup.passed) return;
  // The kubelet knows the container's start in whole seconds and compares whole seconds.
  const wholeSeconds = Math.floor((c.now - apiTime(c, pod.containerStartMillis)) / 1000);
  if (wholeSeconds < probe.initialDelay) return;
  if (c.config.containers === 'real') emit(c, { kind: 'probe', pod: pod.ordinal, probe: kind });
  else probeAnswered(c, pod, kind, virtualAnswer(c, pod, kind));
};

const virtualAnswer = (c: ClusterState, pod: Pod, kind: ProbeKind): boolean =>
  pod.state.model === 'loaded' || (kind !== 'readiness' && c.config.healthWhileLoading);

export const probeAnswered = (c: ClusterState, pod: Pod, kind: ProbeKind, ok: boolean): void => {
  const probe = c.config.deployment[kind];
  if (probe === null || !probing(pod)) return;
  const prober = pod.probers[kind];
  prober.run = ok ? Math.max(prober.run, 0) + 1 : Math.min(prober.run, 0) - 1;
  if (ok && prober.run >= probe.successThreshold) succeed(c, pod, kind);
  if (!ok && -prober.run >= probe.failureThreshold) fail(c, pod, kind, -prober.run);
};

const succeed = (c: ClusterState, pod: Pod, kind: ProbeKind): void => {
  const prober = pod.probers[kind];
  if (prober.passed) return;
  prober.passed = true;
  if (kind === 'readiness')
    becomeReady(
      c,
      pod,
      `readiness probe succeeded ${inSeconds(c.now - pod.containerStartMillis)} after its container started`,
    );
  // The change of status triggers the readiness worker, which was waiting for it.
  const { readiness } = c.config.deployment;
  if (kind === 'startup' && readiness !== null) {
    pod.probers.readiness.generation++;
    trigger(c, pod, 'readiness', readiness);
  }
};

const fail = (c: ClusterState, pod: Pod, kind: ProbeKind, failures: number): void => {
  pod.probers[kind].passed = false;
  if (kind === 'readiness') {
    if (!pod.state.ready) return;
    move(c, pod, 'not-ready', `${failures} readiness probes failed in a row`);
    pod.readyChangedMillis = c.now;
    wakeEndpoints(c, pod);
    return;
  }
  const loading = pod.state.model === 'loading' ? ' while its model was loading' : '';
  stopContainer(
    c,
    pod,
    'restart',
    c.config.deployment.terminationGrace,
    `${failures} ${kind} probes failed in a row${loading}`,
  );
};

const becomeReady = (c: ClusterState, pod: Pod, cause: string): void => {
  move(c, pod, 'ready', cause);
  pod.readyChangedMillis = c.now;
  wakeEndpoints(c, pod);
};
