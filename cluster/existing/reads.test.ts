import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../kube/client.ts';
import { examplePlatform } from '../kube/observe.test-support.ts';
import { ClusterObserver } from '../kube/observe.ts';
import { readText, readsOf } from './reads.ts';

/** Answers empty lists and watches that last until they are aborted; remembers what it was asked. */
const listener = (): { readonly api: KubeClient; readonly asked: Set<string> } => {
  const asked = new Set<string>();
  const api = {
    get: (path: string) => {
      asked.add(`list ${path}`);
      return Promise.resolve({ metadata: { resourceVersion: '1' }, items: [] });
    },
    lines: async function* (path: string, signal: AbortSignal) {
      asked.add(`watch ${path.replace(/[?&]watch=true.*$/, '')}`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
    },
  } as unknown as KubeClient;
  return { api, asked };
};

const observed = async (platform: typeof examplePlatform): Promise<string[]> => {
  const { api, asked } = listener();
  const observer = new ClusterObserver(api, platform, () => 0);
  await new Promise((resolve) => setImmediate(resolve));
  await observer.stop();
  return [...asked].sort();
};

const listed = (platform: typeof examplePlatform): string[] =>
  readsOf(platform, null)
    .flatMap(({ verbs, path }) => verbs.map((verb) => `${verb} ${path}`))
    .sort();

describe('the reads that are told beforehand', () => {
  it('are those that the observer makes, no more and no fewer', async () => {
    const calls = await observed(examplePlatform);
    expect(calls).toHaveLength(12);
    expect(listed(examplePlatform)).toEqual(calls);
  });

  it('are fewer without an HPA, as the observer makes fewer', async () => {
    const platform = { ...examplePlatform, hpa: null };
    const calls = await observed(platform);
    expect(calls).toHaveLength(8);
    expect(listed(platform)).toEqual(calls);
  });

  it('have the proxy to Prometheus where it is a Service', () => {
    const place = { kind: 'service', namespace: 'monitoring', service: 'prometheus-operated', port: '9090' } as const;
    expect(readText(readsOf(examplePlatform, place).at(-1)!)).toBe(
      'get /api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy\n    samples that Prometheus stored, and what it costs',
    );
    expect(readsOf(examplePlatform, { kind: 'address', url: 'http://127.0.0.1:9090' })).toHaveLength(6);
  });
});
