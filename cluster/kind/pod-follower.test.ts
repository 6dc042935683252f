import { describe, expect, it } from 'vitest';
import type { KubeClient, KubeList } from '../kube/client.ts';
import { PodFollower } from './pod-follower.ts';

const pod = {
  metadata: { name: 'asr-1', uid: 'u1', resourceVersion: '1' },
  status: { hostIP: '172.18.0.3', conditions: [{ type: 'Ready', status: 'True' }] },
};
const slice = {
  metadata: { name: 'asr-x', uid: 's1', resourceVersion: '1' },
  endpoints: [{ conditions: { ready: true }, targetRef: { kind: 'Pod', uid: 'u1' } }],
};

/** Lists what there is, then tells the changes of the pods and none of the endpoints. */
const apiTelling = (...podLines: readonly object[]): KubeClient => {
  const unasked = () => Promise.reject(new Error('not asked'));
  return {
    server: '',
    raw: unasked,
    get: <T>(path: string) =>
      Promise.resolve({
        metadata: { resourceVersion: '1' },
        items: path.includes('/pods') ? [pod] : [slice],
      } satisfies KubeList as unknown as T),
    create: unasked,
    replace: unasked,
    patch: unasked,
    remove: unasked,
    lines: async function* (path: string, signal: AbortSignal) {
      if (path.includes('/pods')) yield* podLines.map((line) => JSON.stringify(line));
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    close: () => Promise.resolve(),
  };
};

describe('the pods of a run', () => {
  it('join at the address of their node, and leave when they are gone even if their endpoint is still told', async () => {
    const told: string[] = [];
    const left = Promise.withResolvers<undefined>();
    const follower = new PodFollower({
      api: apiTelling({ type: 'DELETED', object: pod }),
      namespace: 'asr',
      selector: { app: 'asr' },
      service: 'asr',
      port: 2269,
      now: () => 0,
      join: (ordinal, origin) => {
        told.push(`join ${ordinal} ${origin}`);
      },
      leave: (ordinal) => {
        told.push(`leave ${ordinal}`);
        left.resolve(undefined);
      },
    });
    await Promise.race([left.promise, follower.broken]);
    follower.stop();
    expect(told).toEqual(['join 0 http://172.18.0.3:2269', 'leave 0']);
    expect(follower.serving).toEqual(new Map());
  });
});
