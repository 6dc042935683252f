import { describe, expect, it } from 'vitest';
import type { AuditCall } from '../kube/audit-log.ts';
import { auditedLife } from './audited-life.ts';

const EPOCH = 1_000_000;

const call = (at: number, change: Partial<AuditCall>): AuditCall => ({
  receivedMillis: EPOCH + at - 1,
  answeredMillis: EPOCH + at,
  user: 'u',
  verb: 'patch',
  uri: '',
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'asr',
  name: '',
  code: 200,
  message: '',
  request: null,
  response: null,
  ...change,
});

const pod = (name: string, status: object, more: object = {}, spec: object = { nodeName: 'worker' }) => ({
  kind: 'Pod',
  metadata: { name, uid: `uid-${name}`, labels: { app: 'asr' }, ...more },
  spec,
  status,
});
const running = (ready: boolean) => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  containerStatuses: [{ restartCount: 0, state: { running: {} } }],
});
const slice = (...ready: readonly string[]) => ({
  kind: 'EndpointSlice',
  metadata: { name: 'asr-1', labels: { 'kubernetes.io/service-name': 'asr' } },
  endpoints: ready.map((name) => ({ conditions: { ready: true }, targetRef: { kind: 'Pod', uid: `uid-${name}` } })),
});
const node = (cards: string) => ({
  kind: 'Node',
  metadata: { name: 'worker2' },
  status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { 'nvidia.com/gpu': cards } },
});

const lifeOf = (calls: readonly AuditCall[], loaded: readonly (readonly [string, number])[] = []) =>
  auditedLife({
    calls,
    namespace: 'asr',
    selector: { app: 'asr' },
    service: 'asr',
    epochMillis: EPOCH,
    nodes: ['worker'],
    probePeriod: 5,
    loaded: new Map(loaded),
    ordinals: new Map([
      ['first', 0],
      ['second', 1],
    ]),
    requested: [],
  }).map((event) => [event.t, event.name, event.event]);

describe("life from the API server's audit log", () => {
  const born = (at: number, name: string): readonly AuditCall[] => [
    call(at, { verb: 'create', response: pod(name, { phase: 'Pending' }, {}, {}) }),
    call(at + 4, {
      verb: 'create',
      subresource: 'binding',
      name,
      request: { target: { name: 'worker' } },
      response: { kind: 'Status' },
    }),
    call(at + 900, { subresource: 'status', response: pod(name, running(false)) }),
    call(at + 10_905, { subresource: 'status', response: pod(name, running(true)) }),
    call(at + 10_920, { resource: 'endpointslices', verb: 'update', response: slice('first', name) }),
  ];

  it('has every transition at its write; running is moved to the tick of the probe, before which the model was loaded', () => {
    expect(lifeOf(born(20_000, 'second'))).toEqual([
      [0, 'worker', 'added'],
      [20_000, 'second', 'created'],
      [20_004, 'second', 'scheduled'],
      [20_900, 'second', 'container-started'],
      [20_905, 'second', 'running'],
      [30_904, 'second', 'model-ready'],
      [30_905, 'second', 'ready'],
      [30_920, 'second', 'endpoint-ready'],
    ]);
  });

  it('begins the grid of a kubelet that has just started later, never before the pod was bound', () => {
    const [create, bind] = born(20_000, 'second');
    const times = (ready: number) =>
      lifeOf([
        create!,
        bind!,
        call(20_300, { subresource: 'status', response: pod('second', running(false)) }),
        call(ready, { subresource: 'status', response: pod('second', running(true)) }),
      ]).flatMap(([t, , event]) => (event === 'running' || event === 'container-started' ? [t] : []));
    expect(times(34_000)).toEqual([20_300, 24_000]);
    expect(times(30_250)).toEqual([20_250, 20_250]);
  });

  it('has the load as the pod told it', () => {
    const events = lifeOf(born(20_000, 'second'), [['second', EPOCH + 29_000]]);
    expect(events.filter(([, , event]) => event === 'model-ready')).toEqual([[29_000, 'second', 'model-ready']]);
  });

  it('puts what was before the origin at it, and leaves out pods that were gone and pods of others', () => {
    const old = pod('old', running(true), { deletionGracePeriodSeconds: 0 });
    const other = { ...pod('other', running(true)), metadata: { name: 'other', uid: 'o', labels: { app: 'api' } } };
    const events = lifeOf([
      call(-60_000, { verb: 'create', response: pod('old', { phase: 'Pending' }) }),
      call(-50_000, { verb: 'delete', response: old }),
      call(5, { verb: 'create', response: other }),
      ...born(-30_000, 'first'),
    ]);
    expect(new Set(events.map(([, name]) => name))).toEqual(new Set(['worker', 'first']));
    expect(new Set(events.map(([t]) => t))).toEqual(new Set([0]));
  });

  it('ends with the exit and the object of a deleted pod', () => {
    const leaving = { deletionTimestamp: 'x', deletionGracePeriodSeconds: 30 };
    const exited = {
      phase: 'Succeeded',
      containerStatuses: [{ restartCount: 0, state: { terminated: { reason: 'Completed' } } }],
    };
    expect(
      lifeOf([
        ...born(-30_000, 'first'),
        call(100, { verb: 'delete', response: pod('first', running(true), leaving) }),
        call(106, { resource: 'endpointslices', verb: 'update', response: slice() }),
        call(900, { subresource: 'status', response: pod('first', exited, leaving) }),
        call(905, { verb: 'delete', response: pod('first', exited, { ...leaving, deletionGracePeriodSeconds: 0 }) }),
      ]).filter(([t]) => Number(t) > 0),
    ).toEqual([
      [100, 'first', 'deleting'],
      [106, 'first', 'endpoint-gone'],
      [900, 'first', 'not-ready'],
      [900, 'first', 'container-exited'],
      [905, 'first', 'gone'],
    ]);
  });

  it('counts a node from its card on, not from its registration', () => {
    const write = { resource: 'nodes', namespace: '', name: 'worker2' };
    expect(
      lifeOf([
        call(1000, { ...write, verb: 'create', response: node('0') }),
        call(3000, { ...write, subresource: 'status', response: node('1') }),
        call(4000, { ...write, subresource: 'status', response: node('1') }),
        call(9000, { ...write, verb: 'delete' }),
      ]),
    ).toEqual([
      [0, 'worker', 'added'],
      [3000, 'worker2', 'added'],
      [9000, 'worker2', 'removed'],
    ]);
  });
});
