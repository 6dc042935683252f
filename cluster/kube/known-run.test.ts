import { describe, expect, it } from 'vitest';
import type { LifeEvent } from '../../model/record.ts';
import { millis, seconds } from '../../model/units.ts';
import type { AuditCall } from './audit-log.ts';
import type { PodState } from './audited-objects.ts';
import { HPA_CONTROLLER } from './hpa-syncs.ts';
import type { HpaSync, TimedCall } from './hpa-syncs.ts';
import { knownDraws, scaleChanges } from './known-draws.ts';
import { knownSyncs } from './known-run.ts';

const EPOCH = Date.parse('2026-11-27T10:00:00Z');
const pod = (
  t: number,
  ordinal: number,
  event: Extract<LifeEvent, { subject: 'pod' }>['event'],
  node: string | null = null,
) => ({ t: millis(t), subject: 'pod', name: `p${ordinal}`, ordinal, event, node, cause: '' }) as const;
const node = (t: number, name: string, event: Extract<LifeEvent, { subject: 'node' }>['event']) =>
  ({ t: millis(t), subject: 'node', name, event, cause: '' }) as const;

/** One pod from the start; at 30 s two more are wanted: one on the free node, one on a node that has to come. */
const LIFE: readonly LifeEvent[] = [
  node(0, 'n0', 'added'),
  node(0, 'n1', 'added'),
  pod(0, 0, 'created'),
  pod(0, 0, 'scheduled', 'n0'),
  pod(0, 0, 'running', 'n0'),
  pod(0, 0, 'ready', 'n0'),
  pod(0, 0, 'endpoint-ready', 'n0'),
  pod(30_012, 1, 'created'),
  pod(30_018, 1, 'scheduled', 'n1'),
  pod(30_025, 2, 'created'),
  pod(30_031, 2, 'unschedulable'),
  pod(31_518, 1, 'container-started', 'n1'),
  pod(31_918, 1, 'running', 'n1'),
  node(35_000, 'n2', 'requested'),
  pod(39_518, 1, 'model-ready', 'n1'),
  // Ticks each 5 s from 31.918 s on: the probe of 41.918 s was answered 9 ms later.
  pod(41_927, 1, 'ready', 'n1'),
  pod(41_941, 1, 'endpoint-ready', 'n1'),
  node(65_000, 'n2', 'added'),
  pod(65_009, 2, 'scheduled', 'n2'),
  pod(90_010, 1, 'deleting', 'n1'),
  pod(90_018, 1, 'endpoint-gone', 'n1'),
  pod(91_200, 1, 'container-exited', 'n1'),
  pod(91_650, 1, 'gone', 'n1'),
];

const STATES = new Map<string, readonly PodState[]>([
  [
    'p0',
    [
      {
        atMillis: EPOCH - 5000,
        pod: {
          metadata: { name: 'p0', uid: 'u0', creationTimestamp: '2026-11-27T09:59:50Z' },
          status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-27T09:59:55Z' }] },
        },
      },
    ],
  ],
]);

const write = (at: number, replicas: number, more: Partial<AuditCall> = {}): AuditCall => ({
  receivedMillis: EPOCH + at - 3,
  answeredMillis: EPOCH + at,
  user: HPA_CONTROLLER,
  verb: 'update',
  uri: '',
  group: 'apps',
  resource: 'deployments',
  subresource: 'scale',
  namespace: 'default',
  name: 'asr',
  code: 200,
  message: '',
  request: null,
  response: { metadata: { name: 'asr' }, spec: { replicas } },
  ...more,
});

describe('changes of the scale', () => {
  it('are accepted writes of another count, whoever made them; a status and other workloads are none', () => {
    const calls = [
      write(-9000, 1, { verb: 'create', subresource: '', name: '', code: 201, user: 'admin' }),
      write(30_000, 3),
      write(40_000, 3),
      write(45_000, 9, { code: 409 }),
      write(46_000, 9, { subresource: 'status' }),
      write(47_000, 9, { response: { metadata: { name: 'api' }, spec: { replicas: 9 } } }),
      write(90_000, 2, { verb: 'patch', user: 'somebody' }),
    ];
    expect(scaleChanges(calls, { namespace: 'default', name: 'asr' }, EPOCH)).toEqual([
      { atMillis: -9000, replicas: 1, by: 'admin' },
      { atMillis: 30_000, replicas: 3, by: HPA_CONTROLLER },
      { atMillis: 90_000, replicas: 2, by: 'somebody' },
    ]);
  });
});

describe('draws of a real run', () => {
  const probe = {
    initialDelay: seconds(5),
    period: seconds(5),
    timeout: seconds(1),
    successThreshold: 1,
    failureThreshold: 3,
  };
  const input = {
    life: LIFE,
    pods: STATES,
    changes: [
      { atMillis: -9000, replicas: 1, by: 'admin' },
      { atMillis: 30_000, replicas: 3, by: HPA_CONTROLLER },
      { atMillis: 90_000, replicas: 2, by: HPA_CONTROLLER },
    ],
    probes: { readiness: probe, startup: null },
    epochMillis: EPOCH,
    killed: [],
  };

  it('are the delays between the events of each pod and node', () => {
    expect(knownDraws(input)).toEqual({
      pods: [
        { name: 'p0', uid: 'u0', createdMillis: -10_000, readySinceMillis: -5000, node: 'n0', endpointMillis: 0 },
        {
          name: 'p1',
          createdMillis: 30_012,
          node: 'n1',
          containerStartMillis: [1500],
          modelLoadMillis: [8000],
          noticeMillis: [400],
          scheduleMillis: 6,
          endpointMillis: 23,
          endpointGoneMillis: 8,
          podGoneMillis: 450,
        },
        // It waited for a node: its delay is the node's.
        {
          name: 'p2',
          createdMillis: 30_025,
          node: 'n2',
          containerStartMillis: [],
          modelLoadMillis: [],
          noticeMillis: [],
        },
      ],
      nodes: [{ name: 'n0' }, { name: 'n1' }, { name: 'n2', provisionMillis: 30_000 }],
      replicaSetMillis: [12, 10],
      deletions: [1],
    });
  });

  it('leave the ReplicaSet to chance where a pod was killed: it woke for that as well', () => {
    const draws = knownDraws({ ...input, killed: [1] });
    expect(draws.replicaSetMillis).toEqual([]);
    expect(draws.deletions).toEqual([]);
  });
});

describe('known syncs', () => {
  const call = (at: number, took: number): TimedCall => ({
    sentMillis: EPOCH + at,
    answeredMillis: EPOCH + at + took,
    code: 200,
    message: '',
  });
  const sync = (at: number, puts: HpaSync['puts']): HpaSync => ({
    startMillis: EPOCH + at,
    endMillis: EPOCH + at + 20,
    scale: { ...call(at, 2), specReplicas: 1, statusReplicas: 1, selector: '' },
    metrics: [{ ...call(at + 3, 9), uri: '', adapter: null, values: null }],
    puts,
    status: null,
  });

  it('begin at the origin and have the instants of their calls; the last write counts', () => {
    const conflict = { ...call(30_015, 3), code: 409, replicas: 2 };
    expect(
      knownSyncs(
        [sync(-15_000, []), sync(10, []), sync(30_000, [conflict, { ...call(30_020, 4), replicas: 2 }])],
        EPOCH,
      ),
    ).toEqual([
      { startMillis: 10, scaleMillis: 12, metrics: [{ queriedMillis: 20, answeredMillis: 22 }] },
      {
        startMillis: 30_000,
        scaleMillis: 30_002,
        metrics: [{ queriedMillis: 30_010, answeredMillis: 30_012 }],
        putMillis: 30_024,
      },
    ]);
  });
});
