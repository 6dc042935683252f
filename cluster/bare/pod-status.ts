// The status of a pod as a kubelet writes it: phase, the conditions that are the kubelet's, container status, addresses,
// start time. Pure: the machine's pod in, a strategic merge patch out; PodScheduled stays the scheduler's.

import type { ClusterConfig } from '../../sim/kubernetes/index.ts';
import type { Pod } from '../../sim/kubernetes/state.ts';

export interface PodCondition {
  readonly type: 'PodReadyToStartContainers' | 'Initialized' | 'Ready' | 'ContainersReady';
  readonly status: 'True' | 'False';
  readonly lastTransitionTime: string;
  readonly reason: string | null;
  readonly message: string | null;
}

type ContainerState =
  | { readonly running: { readonly startedAt: string } }
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly terminated: Terminated };

interface Terminated {
  readonly exitCode: number;
  readonly reason: 'Completed' | 'Error';
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly startTime: string;
  readonly hostIP: string;
  readonly hostIPs: readonly { readonly ip: string }[];
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly conditions: readonly PodCondition[];
  readonly containerStatuses: readonly {
    readonly name: string;
    readonly image: string;
    readonly imageID: string;
    readonly ready: boolean;
    readonly started: boolean;
    readonly restartCount: number;
    readonly state: ContainerState;
    readonly lastState: ContainerState | Record<string, never>;
    readonly containerID?: string;
  }[];
}

/** What is known of the pod's processes beside the machine's state. */
export interface ContainerFacts {
  readonly address: string;
  readonly hostIp: string;
  readonly processId: number | null;
  /** How the container before this one, or this one if it is over, ended. */
  readonly ended: { readonly exitCode: number; readonly startedMillis: number; readonly endedMillis: number } | null;
}

/** What the kubelet remembers of its last write, for the transition times of conditions. */
export type ConditionTimes = ReadonlyMap<
  PodCondition['type'],
  { readonly status: PodCondition['status']; readonly since: string }
>;

/** A time as the API has it: whole seconds, rounded down. */
export const apiText = (config: Pick<ClusterConfig, 'epochMillis'>, millis: number): string =>
  `${new Date(Math.floor((config.epochMillis + millis) / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** All that will ever run in the pod has run. */
const isOver = (pod: Pod): boolean => pod.state.deleting && pod.state.container === 'exited';

/** An exit that the kubelet has not noticed yet. */
const isUnnoticed = (pod: Pod): boolean => pod.state.container === 'exited' && pod.state.ready && !pod.state.deleting;

/** Null when the kubelet has nothing to write: before admission, and while it has not noticed what happened. */
export const podStatus = (
  config: ClusterConfig,
  pod: Pod,
  facts: ContainerFacts,
  before: ConditionTimes,
  nowMillis: number,
): PodStatus | null => {
  if (Number.isNaN(pod.admittedMillis) || isUnnoticed(pod)) return null;
  const { deployment } = config;
  const time = (millis: number): string => apiText(config, millis);
  const { state } = pod;
  const over = isOver(pod);
  const condition = (
    type: PodCondition['type'],
    holds: boolean,
    reason: string | null = null,
    message: string | null = null,
  ): PodCondition => {
    const status = holds ? 'True' : 'False';
    const last = before.get(type);
    return {
      type,
      status,
      lastTransitionTime: last?.status === status ? last.since : time(nowMillis),
      reason: holds ? null : reason,
      message: holds ? null : message,
    };
  };
  const ready = state.ready && !over;
  const unready = `containers with unready status: [${deployment.container}]`;
  const why = over && facts.ended?.exitCode === 0 ? 'PodCompleted' : 'ContainersNotReady';
  const terminated = facts.ended === null ? null : terminatedOf(facts.ended, time);
  return {
    phase: over ? (facts.ended?.exitCode === 0 ? 'Succeeded' : 'Failed') : pod.phase,
    startTime: time(pod.admittedMillis),
    hostIP: facts.hostIp,
    hostIPs: [{ ip: facts.hostIp }],
    ...(pod.discovered ? { podIP: facts.address, podIPs: [{ ip: facts.address }] } : {}),
    conditions: [
      condition('PodReadyToStartContainers', pod.discovered && !over),
      condition('Initialized', true),
      condition('Ready', ready, why, unready),
      condition('ContainersReady', ready, why, unready),
    ],
    containerStatuses: [
      {
        name: deployment.container,
        image: deployment.image,
        imageID: '',
        ready,
        started: state.seen && (deployment.startup === null || pod.probers.startup.passed),
        restartCount: pod.restarts,
        state: containerState(pod, terminated, time),
        lastState: terminated !== null && !over ? { terminated } : {},
        ...(state.seen && facts.processId !== null ? { containerID: `process://${facts.processId}` } : {}),
      },
    ],
  };
};

const terminatedOf = (ended: NonNullable<ContainerFacts['ended']>, time: (millis: number) => string): Terminated => ({
  exitCode: ended.exitCode,
  reason: ended.exitCode === 0 ? 'Completed' : 'Error',
  startedAt: time(ended.startedMillis),
  finishedAt: time(ended.endedMillis),
});

/** A container that runs unseen is, to the kubelet, still being created. */
const containerState = (pod: Pod, terminated: Terminated | null, time: (millis: number) => string): ContainerState => {
  if (pod.state.seen) return { running: { startedAt: time(pod.containerStartMillis) } };
  if (isOver(pod) && terminated !== null) return { terminated };
  if (pod.restarts === 0 && pod.state.container !== 'exited') return { waiting: { reason: 'ContainerCreating' } };
  return { waiting: { reason: 'CrashLoopBackOff', message: `back-off restarting failed container of ${pod.name}` } };
};
