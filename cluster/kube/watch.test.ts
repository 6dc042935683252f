import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeClient, KubeObject } from './client.ts';
import { KubeError } from './client.ts';
import { watchKubernetes } from './watch.ts';

const pod = (name: string, resourceVersion: number): KubeObject => ({
  metadata: { name, uid: `uid-${name}`, resourceVersion: String(resourceVersion) },
});
const line = (type: string, object: unknown): string => JSON.stringify({ type, object });

/** A server that answers the lists and streams it was given, in order; a stream that is an error breaks. */
const scripted = (lists: readonly object[], streams: readonly (readonly string[] | Error)[]) => {
  const asked: string[] = [];
  const queue = { lists: [...lists], streams: [...streams] };
  const api = {
    get: (path: string) => {
      asked.push(path);
      return Promise.resolve(queue.lists.shift());
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- the generator of a stream that is already there
    lines: async function* (path: string): AsyncGenerator<string> {
      asked.push(path);
      const next = queue.streams.shift();
      if (next === undefined) throw new Error('the script is over');
      if (next instanceof Error) throw next;
      yield* next;
    },
  } as unknown as KubeClient;
  return { api, asked };
};

const list = (resourceVersion: string, ...items: readonly KubeObject[]) => ({ metadata: { resourceVersion }, items });

const watched = async (api: KubeClient): Promise<{ seen: string[]; troubles: number }> => {
  const abort = new AbortController();
  const seen: string[] = [];
  let troubles = 0;
  const watching = watchKubernetes(api, {
    path: '/pods?labelSelector=a',
    signal: abort.signal,
    changed: (change) =>
      seen.push(
        change.kind === 'listed'
          ? `listed${change.gap ? ' after a gap' : ''}`
          : `${change.kind} ${change.object.metadata.name}@${change.object.metadata.resourceVersion!}${change.kind === 'present' && change.known ? ' again' : ''}`,
      ),
    trouble: (error) => {
      troubles += 1;
      if (error instanceof Error && error.message === 'the script is over') abort.abort();
    },
  });
  await vi.advanceTimersByTimeAsync(10_000);
  await watching;
  return { seen, troubles };
};

describe('a watch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('resumes a stream that ended where it stopped, bookmarks included', async () => {
    const { api, asked } = scripted(
      [list('5', pod('a', 3))],
      [
        [line('MODIFIED', pod('a', 6)), line('BOOKMARK', { metadata: { name: '', resourceVersion: '9' } })],
        [line('ADDED', pod('b', 10)), line('DELETED', pod('a', 11))],
      ],
    );
    expect(await watched(api)).toEqual({
      seen: ['present a@3', 'listed', 'present a@6 again', 'present b@10', 'gone a@11'],
      troubles: 1,
    });
    const query = '/pods?labelSelector=a&watch=true&allowWatchBookmarks=true&resourceVersion=';
    expect(asked).toEqual(['/pods?labelSelector=a', `${query}5`, `${query}9`, `${query}11`]);
  });

  it('resumes after a broken connection without listing', async () => {
    const { api, asked } = scripted(
      [list('5')],
      [new KubeError(0, '', 'connection reset'), [line('ADDED', pod('a', 7))]],
    );
    expect((await watched(api)).seen).toEqual(['listed', 'present a@7']);
    expect(asked.filter((path) => !path.includes('watch'))).toHaveLength(1);
  });

  it('lists anew when the server has forgotten, and tells what differs and that there was a gap', async () => {
    const expired = line('ERROR', { code: 410, reason: 'Expired', message: 'too old resource version' });
    const { api } = scripted(
      [list('5', pod('a', 3), pod('b', 4), pod('c', 5)), list('20', pod('b', 4), pod('c', 12), pod('d', 15))],
      [[expired]],
    );
    expect((await watched(api)).seen).toEqual([
      ...['present a@3', 'present b@4', 'present c@5', 'listed'],
      ...['gone a@3', 'present c@12 again', 'present d@15', 'listed after a gap'],
    ]);
  });

  it('ends with the error of whoever is told', async () => {
    const { api } = scripted([list('5', pod('a', 3))], []);
    const watching = watchKubernetes(api, {
      path: '/pods',
      signal: new AbortController().signal,
      changed: () => {
        throw new Error('cannot use this');
      },
    });
    await expect(watching).rejects.toThrow('cannot use this');
  });
});
