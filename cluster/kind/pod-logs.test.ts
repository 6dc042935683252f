import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../kube/client.ts';
import { PodLogs } from './pod-logs.ts';

const paths: string[] = [];
const apiSaying = (...lines: readonly string[]): KubeClient => ({
  server: '',
  raw: () => Promise.reject(new Error('not asked')),
  get: () => Promise.reject(new Error('not asked')),
  create: () => Promise.reject(new Error('not asked')),
  replace: () => Promise.reject(new Error('not asked')),
  patch: () => Promise.reject(new Error('not asked')),
  remove: () => Promise.reject(new Error('not asked')),
  lines: async function* (path: string) {
    paths.push(path);
    await Promise.resolve();
    yield* lines;
  },
  close: () => Promise.resolve(),
});

const pod = {
  metadata: { name: 'asr-1' },
  status: { containerStatuses: [{ containerID: 'containerd://a', state: { running: {} } }] },
};
const told = '{"what":"served","monotonicMillis":9000,"rows":[7,1,0,8500,8600,8900,8901,null,null]}';
const row = {
  row: 7,
  attempt: 1,
  isLive: false,
  arrivedMillis: 8500,
  admittedMillis: 8600,
  doneMillis: 8900,
  endedMillis: 8901,
  receivedSeconds: NaN,
  droppedTailSeconds: NaN,
};

describe('the log of an emulated pod', () => {
  it('is followed once per container: model loaded, requests met; what is no JSON is passed over', async () => {
    const logs = new PodLogs(
      apiSaying('(node:1) Warning: x', '{"what":"loaded","monotonicMillis":8010.5}', told, '{"what":"drained"}'),
      'asr',
    );
    paths.length = 0;
    logs.seen(3, { metadata: pod.metadata, status: { phase: 'Pending' } });
    logs.seen(3, pod);
    logs.seen(3, pod);
    expect(await logs.allServed()).toEqual(new Map([[3, { rows: [row], isWhole: true }]]));
    expect(logs.loadedMonotonicMillis).toEqual(new Map([['asr-1', 8010.5]]));
    expect(paths).toEqual(['/api/v1/namespaces/asr/pods/asr-1/log?follow=true']);
  });

  it('is not whole where it ends before the pod has drained', async () => {
    const logs = new PodLogs(apiSaying(told), 'asr');
    logs.seen(3, pod);
    expect(await logs.allServed()).toEqual(new Map([[3, { rows: [row], isWhole: false }]]));
  });
});
