// Work split by index on a cluster: an Indexed Job whose pods print their result as one line of their log, collected while
// the Job runs. An index that fails is tried again by the Job, one whose log was lost by another round of it; each index
// counts once, whoever else printed it too. Needs rights on jobs, pods, their logs and one ConfigMap in one namespace.

import { setTimeout as pause } from 'node:timers/promises';
import { TestbedError } from '../../model/errors.ts';
import type { KubeClient, KubeCondition, KubeList, KubeObject } from './client.ts';
import { KubeError } from './client.ts';
import { INDEX, indexedJob, jobsPath, lastWords, podsOfJob } from './job-object.ts';
import { WORK_RIGHTS, rightsInWords } from './job-rights.ts';

export interface IndexedWork {
  readonly namespace: string;
  /** Of Jobs and ConfigMap; rounds are numbered. */
  readonly name: string;
  readonly image: string;
  /** Path below /etc/surgelab, where it is mounted, to text. At most 1 MB in all. */
  readonly files: Readonly<Record<string, string>>;
  readonly indexes: readonly number[];
  readonly parallelism: number;
  readonly patienceMillis: number;
}

export interface JobListener {
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
  /** Called once per index. */
  readonly result: (index: number, text: string) => Promise<void>;
}

export const RESULT_MARK = 'surgelab-result ';
/** Retries of one index by the Job itself, and rounds of the Job. */
const RETRIES = 2;
const ROUNDS = 3;
const LOOK_MILLIS = 500;
const MOST_BYTES = 1_000_000;

interface PodShown extends KubeObject {
  readonly status?: { readonly phase?: string };
}

interface JobShown extends KubeObject {
  readonly status?: { readonly conditions?: readonly KubeCondition[] };
}

const keyOf = (index: number): string => `file-${index}`;

/** The n-th completion of a round works on `indexes[n]`. */
const roundOf = (
  { name, namespace, image, files, parallelism }: IndexedWork,
  round: number,
  indexes: readonly number[],
) =>
  indexedJob(
    {
      namespace,
      name: `${name}-${round}`,
      image,
      completions: indexes.length,
      parallelism: Math.min(parallelism, indexes.length),
      retries: RETRIES,
      env: { SURGELAB_INDEXES: indexes.join(',') },
      // Keys of a ConfigMap have no folders.
      volume: { configMap: { name, items: Object.keys(files).map((path, i) => ({ key: keyOf(i), path })) } },
    },
    name,
  );

/** The last result of a log; null = it has none. */
export const resultIn = (log: string): string | null => {
  const line = log.split('\n').findLast((each) => each.startsWith(RESULT_MARK));
  return line === undefined ? null : line.slice(RESULT_MARK.length).trim();
};

const isOver = ({ status }: JobShown): boolean =>
  status?.conditions?.some(
    ({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True',
  ) === true;

/** What a Job of ours begins with, which the API server may refuse. Throws TARGET_FAILED with its words. */
export const orRefused = async <T>(asked: Promise<T>, rights: string): Promise<T> => {
  try {
    return await asked;
  } catch (cause) {
    if (!(cause instanceof KubeError)) throw cause;
    throw new TestbedError('TARGET_FAILED', cause.message, { hint: `needed: ${rights}`, cause });
  }
};

const RIGHTS = rightsInWords(WORK_RIGHTS);

class Round {
  private readonly api: KubeClient;
  private readonly work: IndexedWork;
  private readonly listener: JobListener;
  readonly missing: Set<number>;
  private readonly looked = new Set<string>();
  /** Indexes that were done and whose log is gone. */
  readonly lost = new Set<number>();

  constructor(api: KubeClient, work: IndexedWork, listener: JobListener, missing: Set<number>) {
    this.api = api;
    this.work = work;
    this.listener = listener;
    this.missing = missing;
  }

  /** Until the Job is over and its pods were looked at, or nothing is missing. */
  async run(round: number, untilMillis: number): Promise<void> {
    const { namespace } = this.work;
    const indexes = [...this.missing].sort((a, b) => a - b);
    const jobs = jobsPath(namespace);
    const job = roundOf(this.work, round, indexes);
    const path = `${jobs}/${job.metadata.name}`;
    await orRefused(this.api.create(jobs, job), RIGHTS);
    try {
      for (;;) {
        const over = isOver(await this.api.get<JobShown>(path));
        await this.collect(job.metadata.name, indexes);
        if (over || this.missing.size === 0) return;
        if (this.listener.signal.aborted) throw new TestbedError('INTERRUPTED', 'interrupted; what was done is kept');
        if (performance.now() > untilMillis)
          throw new TestbedError('TARGET_FAILED', `${this.missing.size} indexes are not done in time`, {
            hint: `kubectl -n ${namespace} describe job ${job.metadata.name}`,
          });
        await pause(LOOK_MILLIS);
      }
    } finally {
      await this.api.remove(path, { propagationPolicy: 'Background' });
    }
  }

  private async collect(job: string, indexes: readonly number[]): Promise<void> {
    const pods = `/api/v1/namespaces/${this.work.namespace}/pods`;
    const { items } = await this.api.get<KubeList<PodShown>>(podsOfJob(this.work.namespace, job));
    for (const { metadata, status } of items) {
      const index = indexes[Number(metadata.annotations?.[INDEX] ?? NaN)];
      const phase = status?.phase ?? '';
      if (index === undefined || !this.missing.has(index) || (phase !== 'Succeeded' && phase !== 'Failed')) continue;
      if (this.looked.has(metadata.name)) continue;
      this.looked.add(metadata.name);
      const { text } = await this.api.raw('GET', `${pods}/${metadata.name}/log`);
      const result = phase === 'Failed' ? null : resultIn(text);
      if (phase === 'Failed') this.listener.tell(`index ${index}: ${metadata.name} failed: ${lastWords(text)}`);
      else if (result === null) {
        this.listener.tell(`index ${index}: the log of ${metadata.name} has no result; once more`);
        this.lost.add(index);
      } else {
        await this.listener.result(index, result);
        this.missing.delete(index);
        this.lost.delete(index);
      }
    }
  }
}

/** Resolves when every index has given its result. Throws TARGET_FAILED with those that did not, USAGE, INTERRUPTED. */
export const runIndexed = async (api: KubeClient, work: IndexedWork, listener: JobListener): Promise<void> => {
  const bytes = Object.values(work.files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES)
    throw new TestbedError('USAGE', `the task is ${bytes} bytes: a ConfigMap holds ${MOST_BYTES}`);
  const maps = `/api/v1/namespaces/${work.namespace}/configmaps`;
  await orRefused(api.remove(`${maps}/${work.name}`), RIGHTS);
  const data = Object.fromEntries(Object.values(work.files).map((text, i) => [keyOf(i), text]));
  await orRefused(api.create(maps, { metadata: { name: work.name, namespace: work.namespace }, data }), RIGHTS);
  const missing = new Set(work.indexes);
  const until = performance.now() + work.patienceMillis;
  try {
    // What the Job itself tried in vain is not tried again: only what was done and lost.
    let asked = missing;
    for (let round = 1; round <= ROUNDS && asked.size > 0; round++) {
      const made = new Round(api, work, listener, new Set(asked));
      await made.run(round, until);
      for (const index of asked) if (!made.missing.has(index)) missing.delete(index);
      asked = made.lost;
    }
  } finally {
    await api.remove(`${maps}/${work.name}`);
  }
  if (missing.size > 0)
    throw new TestbedError('TARGET_FAILED', `indexes ${[...missing].join(', ')} gave no result`, {
      hint: 'what their pods said is above; the same command again asks for those alone',
    });
};
