import { describe, expect, it } from 'vitest';
import type { Facts } from './facts.ts';
import { known } from './facts.ts';
import { HPA, POD, SUBJECT, WORKLOAD, advice, fixOf, seen } from './healthy-facts.test-support.ts';

type Row = readonly [claim: string, change: Partial<Facts>, expected: readonly (string | null)[]];

const hpa = (change: object): Partial<Facts> => ({ hpas: known([{ ...HPA, ...change }]) });
const workload = (change: object): Partial<Facts> => ({ deployments: known([{ ...WORKLOAD, ...change }]) });
const conditions = (type: string, reason: string, message: string): object => ({
  conditions: [{ type, status: 'False', reason, message }],
});

describe('rung 11, the scale target', () => {
  const bounds = 'lightning-asr: Deployment/lightning-asr, 1 to 10';
  it.each<Row>([
    ['is sane', {}, ['ok', `${bounds}, now 1`]],
    ['has no HPA', { hpas: known([]) }, ['broken', 'no HPA lightning-asr in asr; there: none', null]],
    [
      'needs no HPA',
      { hpas: known([]), subject: { ...SUBJECT, hpa: null, wanted: [] } },
      ['ok', 'no HPA: a fixed number of replicas'],
    ],
    [
      'does not exist',
      hpa({ target: { kind: 'Deployment', name: 'lightning' } }),
      ['broken', 'lightning-asr: Deployment/lightning, 1 to 10; there is no such Deployment in asr', null],
    ],
    [
      'is another workload',
      {
        ...hpa({ target: { kind: 'Deployment', name: 'api-server' } }),
        deployments: known([WORKLOAD, { ...WORKLOAD, name: 'api-server' }]),
      },
      ['broken', 'lightning-asr: Deployment/api-server, 1 to 10', null],
    ],
    [
      'cannot be read',
      hpa(conditions('AbleToScale', 'FailedGetScale', 'no matches for kind')),
      ['broken', `${bounds}; FailedGetScale: no matches for kind`, null],
    ],
    [
      'is scaled by two HPAs',
      { hpas: known([HPA, { ...HPA, name: 'rival' }]) },
      ['broken', '2 HPAs: lightning-asr, rival', null],
    ],
    ['is scaled to 0', workload({ replicas: 0 }), ['broken', `${bounds}; scaled to 0`, null]],
  ])('%s', (_, change, expected) => expect(seen(11, change)).toEqual(expected));

  it('advises the near name of a missing target', () => {
    expect(fixOf(11, hpa({ target: { kind: 'Deployment', name: 'lightning-asrr' } }))).toBe(
      'scaleTargetRef.name: lightning-asr',
    );
  });

  it('warns of a paused rollout, of the maximum, and of replicas that somebody else wrote (A4)', () => {
    expect(advice(11, workload({ paused: true, replicas: 12 })).map((text) => text.slice(0, 40))).toEqual([
      'the rollout is paused: pods are made fro',
      'A4: 12 replicas are outside 1 to 10: som',
      'at its maximum of 10: more load is not a',
    ]);
  });

  it('warns of a metric made of the workload’s own replicas (T34)', () => {
    const rule = {
      seriesQuery: 'kube_deployment_status_replicas',
      resources: { overrides: { namespace: { resource: 'namespace' } } },
      name: { as: 'own' },
      metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>,deployment="lightning-asr"})',
    };
    const wanted = [{ kind: 'external', name: 'own', series: rule.seriesQuery, selector: null }] as const;
    const said = advice(11, {
      subject: { ...SUBJECT, wanted },
      adapter: known({ from: 'cluster', config: { externalRules: [rule] } }),
    });
    expect(said).toEqual([
      'T34: own: an external metric made of the workload’s own replicas is a loop on its own output: 6 → 8 → 13 → maximum',
    ]);
  });
});

describe('rung 12, what the HPA reads', () => {
  const other = { type: 'Pods', pods: { ...HPA.metrics[0]!.pods!, metric: { name: 'asr_active_request' } } };
  it.each<Row>([
    ['is read', {}, ['ok', 'asr_active_requests 2']],
    [
      'is not served',
      hpa(conditions('ScalingActive', 'FailedGetPodsMetric', 'unable to get metric')),
      ['broken', 'FailedGetPodsMetric: unable to get metric', null],
    ],
    [
      'is CPU without requests (A7)',
      hpa(conditions('ScalingActive', 'FailedGetResourceMetric', 'missing request for cpu')),
      ['broken', 'FailedGetResourceMetric: missing request for cpu', 'A7'],
    ],
    [
      'is another name',
      hpa({ metrics: [other], ...conditions('ScalingActive', 'FailedGetPodsMetric', 'x') }),
      ['broken', 'FailedGetPodsMetric: x', null],
    ],
    [
      'is not asked for',
      hpa({ metrics: [], read: [] }),
      ['broken', 'reads none; does not ask for asr_active_requests', null],
    ],
    ['was not read last', hpa({ read: [] }), ['broken', 'reads none; no value of asr_active_requests', null]],
    [
      'was never asked for',
      hpa({ conditions: [] }),
      ['unknown', 'lightning-asr has no condition yet: its first sync is still to come (up to 15 s)'],
    ],
  ])('%s', (_, change, expected) => expect(seen(12, change)).toEqual(expected));

  it('advises the name that the metric path delivers', () => {
    expect(fixOf(12, hpa({ metrics: [other], ...conditions('ScalingActive', 'FailedGetPodsMetric', 'x') }))).toBe(
      'metric.name: asr_active_requests',
    );
  });

  it('knows the half minute after an outage of the adapter', () => {
    const message = 'no known available metric versions found';
    expect(fixOf(12, hpa(conditions('ScalingActive', 'FailedGetPodsMetric', message)))).toBe(
      'wait: it reads again 21 to 32 s after the adapter answers',
    );
  });
});

describe('rung 13, the nodes', () => {
  const pending = (reason: string): Partial<Facts> => ({
    pods: known([POD, { ...POD, name: 'asr-2', ready: false, phase: 'Pending', reason }]),
  });
  it.each<Row>([
    ['have room', {}, ['ok', '1 of 1 nodes usable, 1 cards']],
    [
      'have no card left',
      pending('Unschedulable: 0/1 nodes: 1 Insufficient nvidia.com/gpu.'),
      [
        'broken',
        '1 pods pending; 1 of 1 nodes usable, 1 cards; Unschedulable: 0/1 nodes: 1 Insufficient nvidia.com/gpu.',
        null,
      ],
    ],
    [
      'are not what a pod that loads its image waits for',
      pending('ImagePullBackOff'),
      ['ok', '1 of 1 nodes usable, 1 cards'],
    ],
  ])('%s', (_, change, expected) => expect(seen(13, change)).toEqual(expected));

  it('tells a missing card from a taint', () => {
    expect(fixOf(13, pending('Unschedulable: 1 Insufficient nvidia.com/gpu.'))).toMatch(/^maximum and state/);
    expect(fixOf(13, pending('Unschedulable: 1 node(s) had untolerated taint {x: y}.'))).toMatch(/^tolerations/);
  });

  it('warns of pods that request no card (A5)', () => {
    expect(advice(13, workload({ gpusPerPod: 0 }))[0]).toMatch(/^A5: the pods request no nvidia\.com\/gpu: /);
  });
});
