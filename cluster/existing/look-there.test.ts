import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../kube/client.ts';
import { KubeError } from '../kube/client.ts';
import { examplePlatform } from '../kube/observe.test-support.ts';
import { withModelReady } from './collect.ts';
import { inNamespace, lookThere } from './look-there.ts';
import { readsOf } from './reads.ts';
import { unknownFacts } from './unknown-facts.ts';
import { millis } from '../../model/units.ts';

const list = (...specs: readonly object[]): string =>
  JSON.stringify({
    metadata: { resourceVersion: '7' },
    items: specs.map((spec, i) => ({ metadata: { name: `o${i}` }, spec })),
  });

/** By resource; what is not named is an empty list. `refuse` says which calls are forbidden. */
const clusterOf = (lists: Readonly<Record<string, string>>, refuse: (path: string) => boolean = () => false) => {
  const asked: string[] = [];
  const api = {
    server: 'https://theirs.example.test',
    raw: (method: string, path: string) => {
      asked.push(`${method} ${path}`);
      const resource = /\/([a-z]+)(\?.*)?$/.exec(path)![1]!;
      return Promise.resolve(
        refuse(path) ? { status: 403, text: '{}' } : { status: 200, text: lists[resource] ?? list() },
      );
    },
    get: () => Promise.resolve({ gitVersion: 'v1.34.4' }),
  } as unknown as KubeClient;
  return { api, asked };
};

const READS = readsOf(examplePlatform, null);
const REAL_HPA = { scaleTargetRef: { kind: 'Deployment', name: 'asr' }, minReplicas: 1, maxReplicas: 12, metrics: [] };

describe('looking at a cluster that is not ours', () => {
  it('takes replicas and HPA as they are there, and says what differs', async () => {
    const { api, asked } = clusterOf({
      deployments: list({ replicas: 3 }),
      horizontalpodautoscalers: list(REAL_HPA),
    });
    const other = { ...examplePlatform.hpa!, name: 'gateway' };
    const { platform, kubernetes, notes } = await lookThere(api, { ...examplePlatform, otherHpas: [other] }, READS);
    expect([platform.deployment.replicas, platform.hpa?.spec, platform.otherHpas, kubernetes]).toEqual([
      3,
      REAL_HPA,
      [],
      'v1.34.4',
    ]);
    expect(notes).toEqual([
      "HPA: maxReplicas 12 on the cluster, 4 in the scenario; the cluster's is recorded",
      'HPA gateway was not observed: only the one of the workload is',
    ]);
    expect(asked).toHaveLength(12);
    expect(asked.filter((call) => !call.startsWith('GET '))).toEqual([]);
  });

  it('goes without an HPA where there is none', async () => {
    const { platform, notes } = await lookThere(clusterOf({ deployments: list({}) }).api, examplePlatform, READS);
    expect([platform.deployment.replicas, platform.hpa, notes]).toEqual([
      1,
      null,
      ['no HPA default/asr on the cluster'],
    ]);
  });

  it('names each right that is missing, watching apart from listing', async () => {
    const refuse = (path: string): boolean =>
      path.startsWith('/api/v1/nodes') || (path.includes('/pods?') && path.includes('watch=true'));
    const { api } = clusterOf({ deployments: list({}) }, refuse);
    await expect(lookThere(api, examplePlatform, READS)).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: [
        'this user may not:',
        '  watch /api/v1/namespaces/default/pods?labelSelector=app%3Dasr',
        '    when pods are created, bound, started, ready, deleted',
        '  list /api/v1/nodes',
        '    when nodes come and go',
      ].join('\n'),
    });
  });

  it('says that a cluster does not answer', async () => {
    const api = {
      raw: () => Promise.reject(new KubeError(0, '', 'GET /api/v1/nodes: no answer from https://theirs.example.test')),
    } as unknown as KubeClient;
    await expect(lookThere(api, examplePlatform, READS)).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: 'GET /api/v1/nodes: no answer from https://theirs.example.test',
    });
  });

  it('refuses a namespace without the Deployment', async () => {
    const moved = inNamespace(examplePlatform, 'prod');
    expect([moved.deployment.namespace, moved.hpa?.namespace]).toEqual(['prod', 'prod']);
    await expect(lookThere(clusterOf({}).api, moved, readsOf(moved, null))).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      message: 'https://theirs.example.test has no Deployment prod/asr',
    });
  });
});

describe('what is not told', () => {
  const pod = (event: 'container-started' | 'ready' | 'not-ready', t: number) =>
    ({ t: millis(t), subject: 'pod', name: 'a', ordinal: 0, event, node: 'n', cause: '' }) as const;

  it('is a sentence each', () => {
    expect(unknownFacts({ hpa: true, prometheus: true })).toHaveLength(6);
    expect(unknownFacts({ hpa: false, prometheus: false })).toHaveLength(5);
  });

  it('of the loaded model is estimated once, half a probe before readiness but after the start of the container', () => {
    const told = (events: readonly ReturnType<typeof pod>[]) =>
      withModelReady(events, 10_000).map(({ t, event }) => [t, event]);
    expect(
      told([pod('container-started', 1000), pod('ready', 9000), pod('not-ready', 9500), pod('ready', 30_000)]),
    ).toEqual([
      [1000, 'container-started'],
      [4000, 'model-ready'],
      [9000, 'ready'],
      [9500, 'not-ready'],
      [30_000, 'ready'],
    ]);
    expect(told([pod('container-started', 7000), pod('ready', 9000)])).toEqual([
      [7000, 'container-started'],
      [7000, 'model-ready'],
      [9000, 'ready'],
    ]);
  });
});
