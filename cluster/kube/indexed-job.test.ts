import { describe, expect, it } from 'vitest';
import type { KubeClient } from './client.ts';
import type { IndexedWork } from './indexed-job.ts';
import { RESULT_MARK, resultIn, runIndexed } from './indexed-job.ts';

interface FakePod {
  readonly completion: number;
  readonly phase: string;
  readonly log: string;
}

/** A cluster whose Jobs are over at once; `podsOf` says what the pods of a round did. */
const fakeCluster = (podsOf: (round: number, indexes: readonly number[]) => readonly FakePod[]) => {
  const rounds: number[][] = [];
  const paths: string[] = [];
  const pods = (): readonly FakePod[] => podsOf(rounds.length, rounds.at(-1)!);
  const api: KubeClient = {
    server: 'fake',
    create: <T>(path: string, body: unknown): Promise<T> => {
      paths.push(`create ${path}`);
      const job = body as { spec?: { template: { spec: { containers: { env: { value: string }[] }[] } } } };
      const env = job.spec?.template.spec.containers[0]?.env[0]?.value;
      if (env !== undefined) rounds.push(env.split(',').map(Number));
      return Promise.resolve({} as T);
    },
    get: <T>(path: string): Promise<T> =>
      Promise.resolve(
        (path.includes('/jobs/')
          ? { status: { conditions: [{ type: 'Complete', status: 'True' }] } }
          : {
              items: pods().map(({ completion, phase }, i) => ({
                metadata: {
                  name: `pod-${rounds.length}-${i}`,
                  annotations: { 'batch.kubernetes.io/job-completion-index': String(completion) },
                },
                status: { phase },
              })),
            }) as T,
      ),
    raw: (_, path) => {
      const i = Number(/pod-\d+-(\d+)\/log/.exec(path)?.[1]);
      return Promise.resolve({ status: 200, text: pods()[i]!.log });
    },
    remove: (path) => {
      paths.push(`remove ${path}`);
      return Promise.resolve();
    },
    replace: () => Promise.reject(new Error('unused')),
    patch: () => Promise.reject(new Error('unused')),
    lines: async function* () {
      await Promise.reject(new Error('unused'));
    },
    close: () => Promise.resolve(),
  };
  return { api, rounds, paths };
};

const work: IndexedWork = {
  namespace: 'work',
  name: 'sweep',
  image: 'i',
  files: { 'task.json': '{}' },
  indexes: [0, 1, 2],
  parallelism: 2,
  patienceMillis: 1000,
};

const play = async (podsOf: Parameters<typeof fakeCluster>[0]) => {
  const { api, rounds, paths } = fakeCluster(podsOf);
  const results: [number, string][] = [];
  const told: string[] = [];
  await runIndexed(api, work, {
    signal: new AbortController().signal,
    tell: (text) => void told.push(text),
    result: (index, text) => {
      results.push([index, text]);
      return Promise.resolve();
    },
  });
  return { results, rounds, paths, told };
};

const done = (completion: number, text: string): FakePod => ({
  completion,
  phase: 'Succeeded',
  log: `loading\n${RESULT_MARK}${text}\n`,
});

describe('work split by index', () => {
  it('counts each index once, whoever else worked on it, and leaves nothing on the cluster', async () => {
    const { results, rounds, paths } = await play(() => [
      { completion: 1, phase: 'Failed', log: '' },
      done(0, 'a'),
      done(1, 'b'),
      done(1, 'b again'),
      done(2, 'c'),
    ]);
    expect(results).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(rounds).toEqual([[0, 1, 2]]);
    expect(paths).toEqual([
      'remove /api/v1/namespaces/work/configmaps/sweep',
      'create /api/v1/namespaces/work/configmaps',
      'create /apis/batch/v1/namespaces/work/jobs',
      'remove /apis/batch/v1/namespaces/work/jobs/sweep-1',
      'remove /api/v1/namespaces/work/configmaps/sweep',
    ]);
  });

  it('asks again for an index whose log was lost, and for that alone', async () => {
    const { results, rounds, told } = await play((round) =>
      round === 1 ? [done(0, 'a'), { completion: 1, phase: 'Succeeded', log: '' }, done(2, 'c')] : [done(0, 'b')],
    );
    expect(rounds).toEqual([[0, 1, 2], [1]]);
    expect(results).toEqual([
      [0, 'a'],
      [2, 'c'],
      [1, 'b'],
    ]);
    expect(told).toEqual(['index 1: the log of pod-1-1 has no result; once more']);
  });

  it('names the indexes that the Job tried in vain, and does not ask again', async () => {
    const failing = play((round) =>
      round === 1 ? [done(0, 'a'), { completion: 1, phase: 'Failed', log: '' }, done(2, 'c')] : [],
    );
    await expect(failing).rejects.toThrow(/^indexes 1 gave no result$/);
  });

  it('takes the last result of a log, and none from words that look like one', () => {
    expect(resultIn(`${RESULT_MARK}old\nx\n${RESULT_MARK}new\n`)).toBe('new');
    expect(resultIn(`told of ${RESULT_MARK}x`)).toBeNull();
  });
});
