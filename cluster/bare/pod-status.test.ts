import { describe, expect, it } from 'vitest';
import { millis, seconds } from '../../model/units.ts';
import { exampleCluster } from '../../sim/kubernetes/example-cluster.test-support.ts';
import type { KubeletInput } from './kubelet-machine.ts';
import { KubeletMachine } from './kubelet-machine.ts';
import type { ContainerFacts } from './pod-status.ts';
import { apiText, podStatus } from './pod-status.ts';

/** Unix time of zero: 2023-11-14T22:13:20Z. */
const CONFIG = exampleCluster({ cluster: { initialReplicas: 0, containers: 'real' } });

const FACTS: ContainerFacts = { address: '10.128.0.0', hostIp: '127.0.0.1', processId: 4242, ended: null };
const POD: readonly (readonly [number, KubeletInput])[] = [
  [0, { kind: 'nodes-of-the-start' }],
  [1500, { kind: 'pod-created', name: 'a', uid: 'u', cause: 'a test' }],
  [1700, { kind: 'pod-bound', pod: 0, node: 'asr-gpu-0' }],
];
const RUNNING: typeof POD = [
  ...POD,
  [2700, { kind: 'container-started', pod: 0 }],
  [3200, { kind: 'timer', timer: { of: 'notice-start', pod: 0, life: 0 } }],
];
const READY: typeof POD = [
  ...RUNNING,
  [6700, { kind: 'model-ready', pod: 0 }],
  [13_200, { kind: 'probe-result', pod: 0, probe: 'readiness', ok: true }],
];

const after = (inputs: typeof POD, facts: Partial<ContainerFacts> = {}) => {
  const machine = new KubeletMachine(CONFIG);
  for (const [at, input] of inputs) machine.step(input, millis(at));
  const now = inputs.at(-1)![0];
  return podStatus(CONFIG, machine.alive(0)!, { ...FACTS, ...facts }, new Map(), now);
};

const conditions = (status: ReturnType<typeof after>) =>
  status!.conditions.map(({ type, status: holds, reason }) => `${type} ${holds} ${reason ?? ''}`.trim());

describe('the status that a kubelet writes', () => {
  it('says nothing of a pod that no node has', () => {
    expect(after(POD.slice(0, 2))).toBeNull();
  });

  it('says at admission: Pending, the container is being created, no address yet', () => {
    expect(after(POD)).toEqual({
      phase: 'Pending',
      // Whole seconds, rounded down.
      startTime: '2023-11-14T22:13:21Z',
      hostIP: '127.0.0.1',
      hostIPs: [{ ip: '127.0.0.1' }],
      conditions: [
        {
          type: 'PodReadyToStartContainers',
          status: 'False',
          lastTransitionTime: '2023-11-14T22:13:21Z',
          reason: null,
          message: null,
        },
        {
          type: 'Initialized',
          status: 'True',
          lastTransitionTime: '2023-11-14T22:13:21Z',
          reason: null,
          message: null,
        },
        {
          type: 'Ready',
          status: 'False',
          lastTransitionTime: '2023-11-14T22:13:21Z',
          reason: 'ContainersNotReady',
          message: 'containers with unready status: [asr]',
        },
        {
          type: 'ContainersReady',
          status: 'False',
          lastTransitionTime: '2023-11-14T22:13:21Z',
          reason: 'ContainersNotReady',
          message: 'containers with unready status: [asr]',
        },
      ],
      containerStatuses: [
        {
          name: 'asr',
          image: 'asr:1',
          imageID: '',
          ready: false,
          started: false,
          restartCount: 0,
          state: { waiting: { reason: 'ContainerCreating' } },
          lastState: {},
        },
      ],
    });
  });

  it('says Running with an address when it saw the container, Ready when the probe passed', () => {
    const running = after(RUNNING);
    expect([running?.phase, running?.podIP, running?.podIPs]).toEqual([
      'Running',
      '10.128.0.0',
      [{ ip: '10.128.0.0' }],
    ]);
    expect(running?.containerStatuses[0]).toMatchObject({
      state: { running: { startedAt: '2023-11-14T22:13:22Z' } },
      started: true,
      ready: false,
      containerID: 'process://4242',
    });
    expect(conditions(after(READY))).toEqual([
      'PodReadyToStartContainers True',
      'Initialized True',
      'Ready True',
      'ContainersReady True',
    ]);
  });

  it('keeps the time of a condition that did not change', () => {
    const machine = new KubeletMachine(CONFIG);
    for (const [at, input] of READY) machine.step(input, millis(at));
    const times = new Map([
      ['Initialized', { status: 'True', since: 'before' }],
      ['Ready', { status: 'False', since: 'before' }],
    ] as const);
    const status = podStatus(CONFIG, machine.alive(0)!, FACTS, times, 13_200);
    expect(status?.conditions.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      '2023-11-14T22:13:33Z',
      'before',
      '2023-11-14T22:13:33Z',
      '2023-11-14T22:13:33Z',
    ]);
  });

  it('says nothing of a crash before it noticed, then back-off with the end of the container before', () => {
    const crashed: typeof POD = [...READY, [30_000, { kind: 'container-died', pod: 0, cause: 'crash' }]];
    const ended = { exitCode: 1, startedMillis: 2700, endedMillis: 30_000 };
    expect(after(crashed, { ended })).toBeNull();
    const noticed: typeof POD = [
      ...crashed,
      [30_500, { kind: 'timer', timer: { of: 'notice-exit', pod: 0, life: 0 } }],
    ];
    const status = after(noticed, { ended, processId: null });
    expect(status?.containerStatuses[0]).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: {
        terminated: {
          exitCode: 1,
          reason: 'Error',
          startedAt: '2023-11-14T22:13:22Z',
          finishedAt: '2023-11-14T22:13:50Z',
        },
      },
    });
    expect(conditions(status)).toContain('Ready False ContainersNotReady');
  });

  it('ends a drained pod as Succeeded, a killed one as Failed', () => {
    const over: typeof POD = [
      ...READY,
      [30_000, { kind: 'pod-deleting', pod: 0, grace: seconds(30), cause: 'scaled down' }],
      [30_050, { kind: 'container-exited', pod: 0 }],
    ];
    const end = (exitCode: number) => after(over, { ended: { exitCode, startedMillis: 2700, endedMillis: 30_050 } });
    expect([end(0)?.phase, end(137)?.phase]).toEqual(['Succeeded', 'Failed']);
    expect(end(0)?.containerStatuses[0]?.state).toEqual({
      terminated: {
        exitCode: 0,
        reason: 'Completed',
        startedAt: '2023-11-14T22:13:22Z',
        finishedAt: '2023-11-14T22:13:50Z',
      },
    });
    expect(conditions(end(0))).toContain('Ready False PodCompleted');
  });

  it('writes times in whole seconds, rounded down', () => {
    expect(apiText({ epochMillis: 1_700_000_000_999 }, 0.9)).toBe('2023-11-14T22:13:20Z');
  });
});
