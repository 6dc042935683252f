import { describe, expect, it } from 'vitest';
import type { Facts, PageFacts } from './facts.ts';
import { known, unknown } from './facts.ts';
import { POD, SUBJECT, WORKLOAD, advice, fixOf, seen, valueOf } from './healthy-facts.test-support.ts';

describe('rung 1, the API server', () => {
  const [api] = [valueOf('api')];
  it.each<[string, Facts['api'], readonly (string | null)[]]>([
    ['answers', known(api), ['ok', 'https://10.0.0.1, v1.37.2']],
    ['does not answer', unknown('ECONNREFUSED'), ['broken', 'ECONNREFUSED', null]],
    [
      'has no such namespace',
      known({ ...api, namespaceExists: false }),
      ['broken', 'https://10.0.0.1 answers (v1.37.2); it has no namespace asr', null],
    ],
    [
      'forbids to read pods',
      known({ ...api, forbidden: ['pods', 'nodes'] }),
      ['broken', 'https://10.0.0.1 answers (v1.37.2) and forbids: pods, nodes', null],
    ],
  ])('%s', (_, fact, expected) => expect(seen(1, { api: fact })).toEqual(expected));

  it('names what else may not be read, without being broken', () => {
    expect(advice(1, { api: known({ ...api, forbidden: ['nodes'] }) })).toEqual([
      'not allowed to read nodes: what needs them stays undecided',
    ]);
  });
});

describe('rung 2, the pods', () => {
  const waiting = { ...POD, name: 'asr-2', ready: false, phase: 'Pending', reason: 'ImagePullBackOff' };
  it.each<[string, Partial<Facts>, readonly (string | null)[]]>([
    [
      'one of two is ready',
      { pods: known([POD, waiting]), deployments: known([{ ...WORKLOAD, replicas: 2 }]) },
      ['ok', '1 of 2 pods ready, 2 wanted'],
    ],
    [
      'none is ready',
      { pods: known([waiting]) },
      ['broken', '0 of 1 pods ready, 1 wanted; asr-2 Pending: ImagePullBackOff', null],
    ],
    [
      'none is made',
      { pods: known([]), deployments: known([{ ...WORKLOAD, trouble: 'exceeded quota' }]) },
      ['broken', '0 of 0 pods ready, 1 wanted; exceeded quota', null],
    ],
    [
      'scaled to 0',
      { pods: known([]), deployments: known([{ ...WORKLOAD, replicas: 0 }]) },
      ['broken', '0 of 0 pods ready, 0 wanted: scaled to 0', null],
    ],
    [
      'the Deployment has another name',
      { deployments: known([{ ...WORKLOAD, name: 'lightning-asr-v2' }]) },
      ['broken', 'no Deployment lightning-asr in asr; there: lightning-asr-v2', null],
    ],
    [
      'the Deployment is in another namespace (T12)',
      { deployments: known([]), elsewhere: ['speech'] },
      ['broken', 'no Deployment lightning-asr in asr; there: none; one is in speech', 'T12'],
    ],
    ['pods may not be read', { pods: unknown('403') }, ['unknown', '403']],
  ])('%s', (_, change, expected) => expect(seen(2, change)).toEqual(expected));

  it('says who is not ready and who was restarted', () => {
    expect(advice(2, { pods: known([{ ...POD, restarts: 3 }, waiting]) })).toEqual([
      'not ready: asr-2 Pending: ImagePullBackOff',
      'restarted: asr-1 3×',
    ]);
  });
});

describe('rung 3, the page of metrics', () => {
  const [page] = valueOf('pages') as readonly [PageFacts];
  const answering = (...names: string[]): Partial<Facts> => ({
    pages: known([{ ...page, answer: { kind: 'page', names, samples: 9, reservedLabels: [] } }]),
  });
  it.each<[string, Partial<Facts>, readonly (string | null)[]]>([
    ['answers', {}, ['ok', 'port 9090 of 1 pods answers through the API server: 2 names, 20 samples']],
    [
      'no port answers (T8)',
      {
        pages: known([
          { ...page, answer: { kind: 'refused', why: 'ECONNREFUSED' } },
          { ...page, port: 2269, answer: { kind: 'refused', why: '404 not found' } },
        ]),
      },
      [
        'broken',
        'no metrics from 1 of 1 pods: asr-1:9090/metrics ECONNREFUSED, asr-1:2269/metrics 404 not found',
        'T8',
      ],
    ],
    [
      'the name is another one (T35)',
      answering('asr_batch_queue_depth', 'asr_active_request'),
      ['broken', 'asr-1:9090/metrics answers without asr_active_requests; it has asr_active_request', 'T35'],
    ],
    [
      'the client library appended _total (T36)',
      answering('asr_active_requests_total'),
      ['broken', 'asr-1:9090/metrics answers without asr_active_requests; it has asr_active_requests_total', 'T36'],
    ],
  ])('%s', (_, change, expected) => expect(seen(3, change)).toEqual(expected));

  it('warns of labels that belong to the target (T37)', () => {
    const answer = { kind: 'page', names: ['asr_active_requests'], samples: 1, reservedLabels: ['pod'] } as const;
    expect(advice(3, { pages: known([{ ...page, answer }]) })[0]).toMatch(/^T37: the page exposes pod: /);
  });
});

describe('rung 4, the Service', () => {
  const [service] = valueOf('services');
  const port = (change: object): Partial<Facts> => ({
    services: known([{ ...service!, ports: [{ ...service!.ports[0]!, ...change }] }]),
  });
  it.each<[string, Partial<Facts>, readonly (string | null)[]]>([
    ['leads to the port that answers', {}, ['ok', 'lightning-asr-metrics: metrics 9090→metrics']],
    [
      'selects other pods (T13)',
      { services: known([{ ...service!, selector: { app: 'asr' } }]) },
      ['broken', 'none of 1 Services selects the pods (app=lightning-asr): lightning-asr-metrics wants app=asr', 'T13'],
    ],
    [
      'leads to the port of the guide (T8)',
      port({ targetPort: 2269 }),
      ['broken', 'no port leads there: lightning-asr-metrics metrics 9090→2269', 'T8'],
    ],
    ['has another port name', port({ name: 'http' }), ['broken', 'lightning-asr-metrics http 9090→metrics', null]],
  ])('%s', (_, change, expected) => expect(seen(4, change)).toEqual(expected));

  it('advises the name that the monitor wants', () => {
    expect(fixOf(4, port({ name: 'http' }))).toBe(
      'name the port metrics in the Service, or write http into the monitor',
    );
  });

  it('is not needed where a PodMonitor reads the pods', () => {
    const monitoring = valueOf('monitoring');
    const [monitor] = monitoring.monitors;
    const podMonitor = {
      ...monitor!,
      kind: 'PodMonitor',
      spec: { selector: { matchLabels: WORKLOAD.podLabels } },
    } as const;
    expect(seen(4, { services: known([]), monitoring: known({ ...monitoring, monitors: [podMonitor] }) })).toEqual([
      'ok',
      'a PodMonitor reads the pods without a Service',
    ]);
  });
});

describe('rung 5, the monitor', () => {
  const monitoring = valueOf('monitoring');
  const [monitor] = monitoring.monitors;
  const [taker] = monitoring.prometheuses;
  const prometheus = valueOf('prometheus')!;
  it.each<[string, Partial<Facts>, readonly (string | null)[]]>([
    ['selects, and is taken', {}, ['ok', 'serviceMonitor/asr/lightning-asr/0: 1 targets of 1 ready pods']],
    [
      'wants a label that the Service lacks (T38)',
      { services: known([{ ...valueOf('services')[0]!, labels: { app: 'lightning-asr' } }]) },
      [
        'broken',
        'ServiceMonitor lightning-asr wants app=lightning-asr,metrics=true; lightning-asr-metrics has app=lightning-asr',
        'T38',
      ],
    ],
    [
      'looks into another namespace',
      {
        monitoring: known({
          ...monitoring,
          monitors: [{ ...monitor!, spec: { ...monitor!.spec, namespaceSelector: { matchNames: ['default'] } } }],
        }),
      },
      [
        'broken',
        'ServiceMonitor lightning-asr wants app=lightning-asr,metrics=true; lightning-asr-metrics has app=lightning-asr,metrics=true; none looks into asr',
        null,
      ],
    ],
    [
      'has not the label that Prometheus wants (T32)',
      { monitoring: known({ ...monitoring, monitors: [{ ...monitor!, labels: {} }] }) },
      ['broken', 'lightning-asr has (no labels); Prometheus stack takes release=stack', 'T32'],
    ],
    [
      'is in a namespace that Prometheus does not look into (T32)',
      {
        monitoring: known({
          ...monitoring,
          prometheuses: [{ ...taker!, monitors: { selector: {}, namespaces: null } }],
        }),
      },
      ['broken', 'lightning-asr has release=stack; Prometheus stack takes (everything)', 'T32'],
    ],
    [
      'did not reach the configuration',
      { prometheus: known({ ...prometheus, jobs: [{ name: 'node', sampleLimit: 0 }], targets: [] }) },
      ['broken', 'Prometheus has no job serviceMonitor/asr/lightning-asr/0; its jobs: node', null],
    ],
    [
      'finds no target',
      { prometheus: known({ ...prometheus, targets: [] }) },
      ['broken', 'none of 7 targets is one of these pods; jobs: serviceMonitor/asr/lightning-asr/0', null],
    ],
    [
      'nobody answers for Prometheus',
      { prometheus: known(null) },
      ['broken', 'no answer from Prometheus at http://prometheus:9090', null],
    ],
    ['Prometheus was not found', { prometheus: unknown('no Service') }, ['unknown', 'no Service']],
    [
      'without an operator and manifests the targets speak',
      { monitoring: unknown('none') },
      ['ok', 'serviceMonitor/asr/lightning-asr/0: 1 targets of 1 ready pods'],
    ],
  ])('%s', (_, change, expected) => expect(seen(5, change)).toEqual(expected));

  it('says which pods have no target yet', () => {
    expect(
      advice(5, { pods: known([POD, { ...POD, name: 'asr-2' }]), pages: known(valueOf('pages')), subject: SUBJECT }),
    ).toEqual(['no target yet for asr-2: discovery takes up to 5 s']);
  });
});
