import { describe, expect, it } from 'vitest';
import type { KubeConnection } from '../cluster/kube/client.ts';
import { KubeError } from '../cluster/kube/client.ts';
import { poissonSchedule } from '../cluster/local/small-world.test-support.ts';
import { chooseLoad } from './choose-load.ts';
import type { LoadOptions } from './choose-load.ts';
import type { LoadJobSettings } from './load-job.ts';
import { loadJobChoice, loadJobObject } from './load-job.ts';
import { testLoad } from './replay/load-settings.test-support.ts';

const SETTINGS: LoadJobSettings = {
  namespace: 'load',
  workers: 2,
  id: 'abcd',
  token: 'secret',
  place: () => Promise.reject(new Error('unused')),
  tell: () => undefined,
};

const unused = (): Promise<never> => Promise.reject(new Error('unused'));

/** A cluster on which a Job gets these pods at once; gives what was asked of it beside looking. */
const startedOn = async (pods: readonly object[], { aborted = false, forbidden = false } = {}) => {
  const asked: string[] = [];
  const api: KubeConnection = {
    server: 'fake',
    create: <T>(path: string): Promise<T> => {
      asked.push(`create ${path}`);
      return forbidden ? Promise.reject(new KubeError(403, 'Forbidden', 'not yours')) : Promise.resolve({} as T);
    },
    get: <T>(): Promise<T> => Promise.resolve({ items: pods } as T),
    raw: () => Promise.resolve({ status: 200, text: 'loading\nerror: no such module\n' }),
    remove: (path) => {
      asked.push(`remove ${path}`);
      return Promise.resolve();
    },
    close: () => {
      asked.push('close');
      return Promise.resolve();
    },
    replace: unused,
    patch: unused,
    socket: unused,
    lines: async function* () {
      await unused();
    },
  };
  const choice = loadJobChoice({ ...SETTINGS, place: () => Promise.resolve({ api, image: 'i:1' }) });
  const abort = new AbortController();
  if (aborted) abort.abort();
  const context = { timeScale: 1, scheduleHash: 'h', latestMillis: 1000, signal: abort.signal };
  const error = await choice
    .start(poissonSchedule(1, 1, 1, 1), testLoad(), context)
    .then(() => null)
    .catch((cause: unknown) => cause as Error);
  return { asked, message: error?.message };
};

const pod = (index: number, status: object) => ({
  metadata: {
    name: `surgelab-load-abcd-${index}-x`,
    annotations: { 'batch.kubernetes.io/job-completion-index': String(index) },
  },
  status,
});
const RUNNING = { phase: 'Running', containerStatuses: [{ state: { running: {} } }] };
const TAKEN_AWAY = [
  'create /apis/batch/v1/namespaces/load/jobs',
  'remove /apis/batch/v1/namespaces/load/jobs/surgelab-load-abcd',
  'close',
];

describe('the Job of a load', () => {
  it('tries no index twice, ends by itself, and runs as nobody with nothing of the cluster', () => {
    expect(loadJobObject(SETTINGS, 'i:1', 420_000)).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'surgelab-load-abcd', namespace: 'load', labels: { app: 'surgelab-load-abcd' } },
      spec: {
        completionMode: 'Indexed',
        completions: 2,
        parallelism: 2,
        backoffLimitPerIndex: 0,
        activeDeadlineSeconds: 740,
        ttlSecondsAfterFinished: 60,
        podReplacementPolicy: 'Failed',
        template: {
          metadata: { labels: { app: 'surgelab-load-abcd' } },
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            containers: [
              {
                name: 'work',
                image: 'i:1',
                imagePullPolicy: 'IfNotPresent',
                env: [
                  { name: 'SURGELAB_LINK', value: 'secret' },
                  { name: 'NODE_OPTIONS', value: '--max-semi-space-size=64' },
                ],
                resources: { requests: { cpu: '250m', memory: '256Mi' } },
                securityContext: {
                  runAsNonRoot: true,
                  runAsUser: 65_534,
                  readOnlyRootFilesystem: true,
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                  seccompProfile: { type: 'RuntimeDefault' },
                },
              },
            ],
          },
        },
      },
    });
  });

  it('is taken away with the reason when a pod fails or can never start, or when nobody wants it any more', async () => {
    const failed = {
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { reason: 'Error', exitCode: 1 } } }],
    };
    expect(await startedOn([pod(0, RUNNING), pod(1, failed)])).toEqual({
      asked: TAKEN_AWAY,
      message: '1 of 2 load pods run: surgelab-load-abcd-1-x is Failed, Error with exit code 1: error: no such module',
    });
    const unpulled = {
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }],
    };
    expect(await startedOn([pod(0, unpulled), pod(1, RUNNING)])).toEqual({
      asked: TAKEN_AWAY,
      message: '1 of 2 load pods run: surgelab-load-abcd-0-x is Pending: ImagePullBackOff no such image',
    });
    expect(await startedOn([pod(0, RUNNING)], { aborted: true })).toEqual({
      asked: TAKEN_AWAY,
      message: 'interrupted before anything was sent',
    });
  });
});

describe('a Job that the API server refuses', () => {
  it('is no defect of ours, and nothing has to be taken away', async () => {
    expect(await startedOn([], { forbidden: true })).toEqual({
      asked: ['create /apis/batch/v1/namespaces/load/jobs', 'close'],
      message: 'not yours',
    });
  });
});

describe('who sends the load', () => {
  const options: LoadOptions = { engine: 'node', on: 'k8s', profile: 'kind', dialect: 'probe', image: 'i:1' };
  const context = { signal: new AbortController().signal, tell: () => undefined };
  const chosen = (change: Partial<LoadOptions>) => chooseLoad({ ...options, ...change }, 3, context);

  it('is pods that make one Job, or processes of this machine', async () => {
    const { engine } = await chosen({ namespace: 'load' });
    expect(engine?.creates).toEqual([
      expect.stringMatching(/^Job load\/surgelab-load-[0-9a-f]{8} with 3 pods that send the load; removed at the end$/),
    ]);
    expect(engine?.reality).toBe('Node engine in 3 pods of an Indexed Job, real HTTP and WebSocket');
    expect(await chosen({ on: 'local' })).toEqual({ engine: null, notes: [] });
  });

  it.each<[string, Partial<LoadOptions>]>([
    ['--on k8s with --engine k6', { engine: 'k6' }],
    ['--on k8s with --clips: pods do not have your files', { clips: 'mine' }],
    ['--on k8s with --profile bare: its pods are processes of this machine', { profile: 'bare' }],
    [
      '--on k8s without --dialect: an address inside the cluster cannot be probed from here',
      { profile: 'local', target: 'http://asr.prod.svc:7100' },
    ],
  ])('is refused: %s', async (message, change) => {
    await expect(chosen(change)).rejects.toThrow(message);
  });

  it('creates nothing unasked on a cluster that is not ours', async () => {
    const target = { profile: 'local', target: 'http://asr.prod.svc:7100', dialect: 'onprem-v1' };
    await expect(chosen(target)).rejects.toThrow(/^Job default\/surgelab-load-\w{8} with 3 pods that send the load/);
    expect((await chosen({ ...target, yes: true })).engine).not.toBeNull();
  });
});
