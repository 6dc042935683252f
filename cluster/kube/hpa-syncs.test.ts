import { describe, expect, it } from 'vitest';
import { auditCall, auditCalls, unixMillis } from './audit-log.ts';
import { hpaEdits, podStates, podsAt } from './audited-objects.ts';
import type { HpaIdentity } from './hpa-syncs.ts';
import { HPA_CONTROLLER, hpaSyncs } from './hpa-syncs.ts';

const ASR: HpaIdentity = { namespace: 'a', name: 'asr', target: 'lightning-asr', metrics: ['asr_active_requests'] };

/** A line of the log; `at` in microseconds after 10:00:00, `took` microseconds. */
const line = (at: number, took: number, fields: Record<string, unknown>): string => {
  const stamp = (us: number): string => `2026-11-27T10:00:${(us / 1e6).toFixed(6).padStart(9, '0')}Z`;
  return JSON.stringify({
    kind: 'Event',
    stage: 'ResponseComplete',
    user: { username: HPA_CONTROLLER },
    requestReceivedTimestamp: stamp(at),
    stageTimestamp: stamp(at + took),
    responseStatus: { code: 200 },
    ...fields,
  });
};
const SCALE = {
  apiGroup: 'apps',
  resource: 'deployments',
  subresource: 'scale',
  namespace: 'a',
  name: 'lightning-asr',
};
const HPA = { apiGroup: 'autoscaling', resource: 'horizontalpodautoscalers', namespace: 'a', name: 'asr' };
const METRIC = { apiGroup: 'custom.metrics.k8s.io', resource: 'pods', namespace: 'a', name: '*' };
const METRIC_URI =
  '/apis/custom.metrics.k8s.io/v1beta2/namespaces/a/pods/%2A/asr_active_requests?labelSelector=app%3Dx';

const getScale = (at: number, spec: number): string =>
  line(at, 2000, {
    verb: 'get',
    objectRef: SCALE,
    responseObject: { spec: { replicas: spec }, status: { replicas: 2, selector: 'app=x' } },
  });
const getMetric = (at: number, code = 200): string =>
  line(at, 9000, { verb: 'get', requestURI: METRIC_URI, objectRef: METRIC, responseStatus: { code, message: 'why' } });
const putScale = (at: number, replicas: number, code = 200): string =>
  line(at, 3000, {
    verb: 'update',
    objectRef: SCALE,
    requestObject: { spec: { replicas } },
    responseStatus: { code, message: code === 409 ? 'conflict' : '' },
  });
const putStatus = (at: number, desired: number): string =>
  line(at, 2500, {
    verb: 'update',
    objectRef: { ...HPA, subresource: 'status' },
    requestObject: {
      status: {
        currentReplicas: 2,
        desiredReplicas: desired,
        conditions: [{ type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message: '…' }],
      },
    },
  });
const ADAPTER_ANSWER = line(1_004_200, 6000, {
  verb: 'list',
  requestURI: '/apis/custom.metrics.k8s.io/v1beta2/namespaces/a/pods/*/asr_active_requests?labelSelector=app%3Dx',
  objectRef: METRIC,
  responseObject: {
    kind: 'MetricValueList',
    items: [
      { describedObject: { kind: 'Pod', name: 'p0' }, metric: { name: 'asr_active_requests' }, value: '7' },
      { describedObject: { kind: 'Pod', name: 'p1' }, metric: { name: 'asr_active_requests' }, value: '6500m' },
    ],
  },
});

const EPOCH = Date.parse('2026-11-27T10:00:00Z');

describe('the audit log', () => {
  it('keeps the microseconds that Date drops', () => {
    expect(unixMillis('2026-11-27T10:00:01.000250Z') - EPOCH).toBe(1000.25);
    expect(unixMillis('2026-11-27T12:00:01+02:00') - EPOCH).toBe(1000);
    expect(unixMillis('yesterday')).toBeNaN();
  });

  it('leaves out other stages, calls without an object and a last line that was cut off', () => {
    const whole = getScale(1_000_000, 2);
    expect(auditCall(whole.replace('ResponseComplete', 'ResponseStarted'))).toBeNull();
    expect(auditCall(line(0, 1, { verb: 'get', requestURI: '/readyz' }))).toBeNull();
    expect(auditCall(whole.slice(0, 80))).toBeNull();
    expect(auditCalls([whole, '', whole.slice(0, 80)])).toHaveLength(1);
  });
});

describe('the syncs of an HPA', () => {
  it('begin with GET scale and hold each call with the values that only the adapter logs', () => {
    const calls = auditCalls([
      putScale(1_014_000, 3),
      getScale(1_000_000, 2),
      getMetric(1_003_000),
      putStatus(1_018_000, 3),
      getScale(16_030_000, 3),
      getMetric(16_033_000, 503),
      // Another HPA's target, another metric, and a person's write.
      line(2_000_000, 1, { verb: 'get', objectRef: { ...SCALE, name: 'api' } }),
      line(2_000_001, 1, { verb: 'get', requestURI: METRIC_URI.replace('active', 'total'), objectRef: METRIC }),
      line(2_000_002, 1, { verb: 'update', objectRef: SCALE, user: { username: 'admin' } }),
    ]);
    expect(hpaSyncs(calls, auditCalls([ADAPTER_ANSWER]), ASR)).toEqual([
      {
        startMillis: EPOCH + 1000,
        endMillis: EPOCH + 1020.5,
        scale: {
          sentMillis: EPOCH + 1000,
          answeredMillis: EPOCH + 1002,
          code: 200,
          message: '',
          specReplicas: 2,
          statusReplicas: 2,
          selector: 'app=x',
        },
        metrics: [
          {
            sentMillis: EPOCH + 1003,
            answeredMillis: EPOCH + 1012,
            code: 200,
            message: 'why',
            uri: METRIC_URI,
            adapter: { receivedMillis: EPOCH + 1004.199951171875, answeredMillis: EPOCH + 1010.199951171875 },
            values: [
              ['p0', '7'],
              ['p1', '6500m'],
            ],
          },
        ],
        puts: [{ sentMillis: EPOCH + 1014, answeredMillis: EPOCH + 1017, code: 200, message: '', replicas: 3 }],
        status: {
          sentMillis: EPOCH + 1018,
          answeredMillis: EPOCH + 1020.5,
          code: 200,
          message: '',
          currentReplicas: 2,
          desiredReplicas: 3,
          conditions: [['AbleToScale', 'True', 'SucceededRescale']],
        },
      },
      {
        startMillis: EPOCH + 16_030,
        endMillis: EPOCH + 16_042,
        scale: {
          sentMillis: EPOCH + 16_030,
          answeredMillis: EPOCH + 16_032,
          code: 200,
          message: '',
          specReplicas: 3,
          statusReplicas: 2,
          selector: 'app=x',
        },
        metrics: [
          {
            sentMillis: EPOCH + 16_033,
            answeredMillis: EPOCH + 16_042,
            code: 503,
            message: 'why',
            uri: METRIC_URI,
            adapter: null,
            values: null,
          },
        ],
        puts: [],
        status: null,
      },
    ]);
  });

  it('takes a fresh GET after a conflict as part of the same sync', () => {
    const calls = auditCalls([
      getScale(1_000_000, 2),
      getMetric(1_003_000),
      putScale(1_014_000, 3, 409),
      getScale(1_018_000, 2),
      putScale(1_021_000, 3),
    ]);
    const [sync, ...others] = hpaSyncs(calls, [], ASR);
    expect(others).toEqual([]);
    expect(sync!.puts.map(({ code, replicas }) => [code, replicas])).toEqual([
      [409, 3],
      [200, 3],
    ]);
    expect(sync!.metrics[0]!.values).toBeNull();
  });
});

const POD = { apiGroup: '', resource: 'pods', namespace: 'a', name: 'p0' };
const podBody = (metadata: object, status: object): object => ({
  kind: 'Pod',
  metadata: { name: 'p0', uid: 'u0', creationTimestamp: '2026-11-27T10:00:01Z', labels: { app: 'x' }, ...metadata },
  status,
});

describe('objects of the log', () => {
  const calls = auditCalls([
    line(1_000_000, 2000, {
      verb: 'create',
      objectRef: { ...POD, apiGroup: undefined, name: undefined },
      responseStatus: { code: 201 },
      responseObject: podBody({}, { phase: 'Pending' }),
    }),
    line(3_000_000, 2000, {
      verb: 'patch',
      objectRef: { ...POD, subresource: 'status' },
      responseObject: podBody(
        {},
        {
          phase: 'Running',
          startTime: '2026-11-27T10:00:01Z',
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-27T10:00:03Z' }],
        },
      ),
    }),
    line(4_000_000, 2000, { verb: 'delete', objectRef: POD, responseStatus: { code: 404 } }),
    line(5_000_000, 2000, {
      verb: 'delete',
      objectRef: POD,
      responseObject: podBody(
        { deletionTimestamp: '2026-11-27T10:00:35Z', deletionGracePeriodSeconds: 30 },
        { phase: 'Running' },
      ),
    }),
    line(7_000_000, 2000, {
      verb: 'delete',
      objectRef: POD,
      responseObject: podBody(
        { deletionTimestamp: '2026-11-27T10:00:07Z', deletionGracePeriodSeconds: 0 },
        { phase: 'Running' },
      ),
    }),
    line(8_000_000, 2000, {
      verb: 'create',
      user: { username: 'admin' },
      objectRef: HPA,
      responseStatus: { code: 201 },
      responseObject: { metadata: { name: 'asr', generation: 1 }, spec: { maxReplicas: 4 } },
    }),
    line(8_500_000, 2000, {
      verb: 'update',
      objectRef: { ...HPA, subresource: 'status' },
      responseObject: { metadata: { name: 'asr', generation: 1 }, spec: { maxReplicas: 4 } },
    }),
    line(9_000_000, 2000, {
      verb: 'patch',
      user: { username: 'admin' },
      objectRef: HPA,
      responseObject: { metadata: { name: 'asr', generation: 2 }, spec: { maxReplicas: 6 } },
    }),
  ]);

  it('are pods as a controller lists them, from creation to the end of the object', () => {
    const states = podStates(calls, 'a');
    const seen = (second: number): unknown => podsAt(states, EPOCH + second * 1000, ({ app }) => app === 'x');
    const pod = { name: 'p0', phase: 'Running', ready: null, readyTransitionMillis: null, startMillis: null };
    expect(seen(1)).toEqual([]);
    expect(seen(2)).toEqual([{ ...pod, phase: 'Pending', terminating: false }]);
    expect(seen(4)).toEqual([
      {
        ...pod,
        ready: 'True',
        readyTransitionMillis: EPOCH + 3000,
        startMillis: EPOCH + 1000,
        terminating: false,
      },
    ]);
    expect(seen(6)).toEqual([{ ...pod, terminating: true }]);
    expect(seen(8)).toEqual([]);
    expect(podsAt(states, EPOCH + 4000, () => false)).toEqual([]);
  });

  it('are the specs of an HPA, without its status writes', () => {
    expect(hpaEdits(calls, 'a', 'asr')).toEqual([
      { atMillis: EPOCH + 8002, generation: 1, spec: { maxReplicas: 4 } },
      { atMillis: EPOCH + 9002, generation: 2, spec: { maxReplicas: 6 } },
    ]);
  });
});
