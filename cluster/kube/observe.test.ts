import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { examplePlatform } from './observe.test-support.ts';
import type { KubeClient } from './client.ts';
import { KubeError } from './client.ts';
import { ClusterObserver } from './observe.ts';
import type { HpaShown } from './observed-decisions.ts';
import { ObservedDecisions } from './observed-decisions.ts';
import type { PodShown } from './observed-life.ts';
import { ObservedLife } from './observed-life.ts';

const pod = (
  status: NonNullable<PodShown['status']>,
  more: Partial<PodShown['metadata']> = {},
  nodeName = 'n1',
): PodShown => ({
  metadata: { name: 'asr-x', uid: 'u1', ...more },
  spec: { nodeName },
  status,
});
const ready = (status: string) => ({ type: 'Ready', status });
const slice = (isReady: boolean) => ({
  metadata: { name: 'asr-1' },
  endpoints: [{ conditions: { ready: isReady }, targetRef: { kind: 'Pod', uid: 'u1' } }],
});

/** [instant, what, node] of everything that was told. */
const told = ({ life }: ObservedLife): unknown =>
  life.map((e) => [e.t, e.event, e.subject === 'pod' ? e.node : e.name]);

describe('the life of a pod as watches show it', () => {
  it('passes through every transition once, from waiting for a node to the end of its object', () => {
    const seen = new ObservedLife();
    seen.node({ metadata: { name: 'n1' } }, true, 0);
    const waiting = [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }];
    seen.pod(pod({ phase: 'Pending', conditions: waiting }, {}, ''), 1000);
    seen.pod(pod({ phase: 'Pending', conditions: waiting }, {}, ''), 1500);
    seen.pod(pod({ phase: 'Pending' }), 2000);
    const running = [{ state: { running: {} }, restartCount: 0 }];
    seen.pod(pod({ phase: 'Running', containerStatuses: running, conditions: [ready('False')] }), 3000);
    seen.slice(slice(false), true, 3100);
    seen.pod(pod({ phase: 'Running', containerStatuses: running, conditions: [ready('True')] }), 9000);
    seen.slice(slice(true), true, 9050);
    const restarted = [{ state: { running: {} }, restartCount: 1 }];
    seen.pod(pod({ phase: 'Running', containerStatuses: restarted, conditions: [ready('False')] }), 20_000);
    seen.slice(slice(false), true, 20_050);
    const leaving = { deletionTimestamp: '2026-11-27T10:00:00Z' };
    seen.pod(pod({ phase: 'Running', containerStatuses: restarted }, leaving), 30_000);
    const ended = [{ state: { terminated: { reason: 'Completed' } }, restartCount: 1 }];
    seen.pod(pod({ phase: 'Succeeded', containerStatuses: ended }, leaving), 31_000);
    seen.podGone(pod({}, leaving), 31_400);
    seen.node({ metadata: { name: 'n1' } }, false, 40_000);
    expect(told(seen)).toEqual([
      [0, 'added', 'n1'],
      [1000, 'created', null],
      [1000, 'unschedulable', null],
      [2000, 'scheduled', 'n1'],
      [3000, 'container-started', 'n1'],
      [3000, 'running', 'n1'],
      [9000, 'ready', 'n1'],
      [9050, 'endpoint-ready', 'n1'],
      [20_000, 'restarting', 'n1'],
      [20_000, 'not-ready', 'n1'],
      [20_050, 'endpoint-gone', 'n1'],
      [30_000, 'deleting', 'n1'],
      [31_000, 'container-exited', 'n1'],
      [31_400, 'gone', 'n1'],
      [40_000, 'removed', 'n1'],
    ]);
  });

  it('joins at once if its slice was shown before it, and is not told twice after a new list', () => {
    const seen = new ObservedLife();
    seen.slice(slice(true), true, 0);
    const whole = pod({
      phase: 'Running',
      containerStatuses: [{ state: { running: {} } }],
      conditions: [ready('True')],
    });
    seen.pod(whole, 5);
    seen.pod(whole, 50_000);
    seen.slice(slice(true), true, 50_000);
    expect(told(seen)).toEqual([
      [5, 'created', null],
      [5, 'scheduled', 'n1'],
      [5, 'container-started', 'n1'],
      [5, 'running', 'n1'],
      [5, 'ready', 'n1'],
      [5, 'endpoint-ready', 'n1'],
    ]);
  });
});

describe("decisions as an HPA's status shows them", () => {
  const hpa = (status: HpaShown['status']): HpaShown => ({
    metadata: { name: 'asr' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'asr' },
      maxReplicas: 8,
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'active' }, target: { type: 'AverageValue', averageValue: '4' } } },
        { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '1500m' } } },
      ],
    },
    ...(status === undefined ? {} : { status }),
  });
  const first = {
    currentReplicas: 2,
    desiredReplicas: 2,
    currentMetrics: [
      { pods: { metric: { name: 'active' }, current: { averageValue: '3500m' } } },
      { external: { metric: { name: 'queue' }, current: { value: '2' } } },
    ],
    conditions: [
      { type: 'AbleToScale', status: 'True', reason: 'ScaleDownStabilized', message: 'recent recommendations' },
      { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange', message: 'in range' },
    ],
  };

  it('are its changes: values in units, what held the count, and whether it scaled', () => {
    const seen = new ObservedDecisions();
    seen.hpa(hpa(undefined), 0, 0);
    seen.hpa(hpa(first), 2, 1000);
    seen.hpa(hpa(first), 2, 16_000);
    seen.hpa(
      hpa({
        ...first,
        desiredReplicas: 4,
        lastScaleTime: '2026-11-27T10:00:31Z',
        currentMetrics: [first.currentMetrics[0]!],
        conditions: [{ type: 'ScalingLimited', status: 'True', reason: 'ScaleUpLimit', message: 'rate' }],
      }),
      2,
      31_000,
    );
    expect(seen.decisions).toEqual([
      {
        t: 1000,
        hpa: 'asr',
        current: 2,
        ready: 2,
        metrics: [
          { name: 'active', value: 3.5, target: 4, proposal: null, error: null, oldestSampleAgeMillis: null },
          { name: 'queue', value: 2, target: 1.5, proposal: null, error: null, oldestSampleAgeMillis: null },
        ],
        proposal: null,
        desired: 2,
        limitedBy: 'ScaleDownStabilized',
        scaled: false,
        why: 'AbleToScale ScaleDownStabilized: recent recommendations; ScalingLimited DesiredWithinRange: in range',
      },
      {
        t: 31_000,
        hpa: 'asr',
        current: 2,
        ready: 2,
        metrics: [
          { name: 'active', value: 3.5, target: 4, proposal: null, error: null, oldestSampleAgeMillis: null },
          {
            name: 'queue',
            value: null,
            target: 1.5,
            proposal: null,
            error: 'no value in the status',
            oldestSampleAgeMillis: null,
          },
        ],
        proposal: null,
        desired: 4,
        limitedBy: 'ScaleUpLimit',
        scaled: true,
        why: 'ScalingLimited ScaleUpLimit: rate',
      },
    ]);
  });
});

describe('an observer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** An API with one pod, whose first watch has forgotten its version (410) while the pod became ready. */
  const api = (): KubeClient => {
    const lists = new Map<string, number>();
    const answer = (path: string, time: number): readonly object[] => {
      if (path.includes('/pods'))
        return [
          {
            ...pod(
              { phase: 'Running', conditions: [ready(time === 1 ? 'False' : 'True')] },
              { resourceVersion: String(time) },
            ),
          },
        ];
      if (path.includes('/deployments'))
        return [{ metadata: { name: 'asr', resourceVersion: '1' }, spec: { replicas: 1 } }];
      if (path.includes('/events'))
        return [{ metadata: { name: 'e', resourceVersion: '1' }, reason: 'SuccessfulRescale', message: 'New size: 1' }];
      return [];
    };
    return {
      get: (path: string) => {
        const time = (lists.get(path) ?? 0) + 1;
        lists.set(path, time);
        return Promise.resolve({ metadata: { resourceVersion: String(time) }, items: answer(path, time) });
      },

      lines: async function* (path: string, signal: AbortSignal): AsyncGenerator<string> {
        if (path.includes('/pods') && lists.get(path.split('&watch')[0]!.split('?watch')[0]!) === 1)
          throw new KubeError(410, 'Expired', 'too old resource version');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        yield* [];
      },
    } as unknown as KubeClient;
  };

  it('lists anew after a 410, reports what differs, and says that there was a gap', async () => {
    const observer = new ClusterObserver(api(), examplePlatform, () => 7000);
    await vi.advanceTimersByTimeAsync(1000);
    const { life, scaleChanges, notes, decisions } = await observer.stop();
    expect(life.map(({ event }) => event)).toEqual(['created', 'scheduled', 'running', 'ready']);
    expect(scaleChanges).toEqual([{ atMillis: 7000, replicas: 1, by: 'unknown' }]);
    expect(decisions).toEqual([]);
    expect(notes).toEqual([
      '7.0 s: event of the HPA: SuccessfulRescale New size: 1',
      '7.0 s: watch of pods: too old resource version',
      '7.0 s: watch of pods: listed anew, what happened in between is told late',
    ]);
  });
});
