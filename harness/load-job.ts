// The load as an Indexed Job: pod i sends the rows whose index mod N = i, from one instant on, and everything it tells comes
// back over its link and is merged as that of forked workers. Creates one Job and removes it; a pod that is lost is not tried
// again, since its rows had their instant: they count as lost by the generator.

import { setTimeout as pause } from 'node:timers/promises';
import type { ClockOffset } from '../cluster/existing/clock-offset.ts';
import type { KubeConnection, KubeList, KubeObject } from '../cluster/kube/client.ts';
import { INDEX, indexedJob, jobsPath, lastWords, podsOfJob } from '../cluster/kube/job-object.ts';
import { TestbedError } from '../model/errors.ts';
import type { ValidityCheck } from '../model/record.ts';
import type { Schedule } from '../model/schedule.ts';
import type { JobPlace } from './job-place.ts';
import { LOAD_PORT, PodLink, linkPath } from './load-job-link.ts';
import { WORKER_FLAGS } from './replay/forked-worker.ts';
import type { LoadSettings } from './replay/load-engine.ts';
import type { WorkersReport } from './replay/load-workers.ts';
import { LoadWorkers } from './replay/load-workers.ts';
import type { LoadChoice, LoadRunContext, RunningLoad } from './replay/running-load.ts';

export interface LoadJobSettings {
  readonly namespace: string;
  readonly workers: number;
  /** Ends the name of the Job. */
  readonly id: string;
  /** Whoever calls the pods has to know it. */
  readonly token: string;
  /** Asked when the load is to start: a cluster may have been made for the run. */
  readonly place: () => Promise<JobPlace>;
  readonly tell: (text: string) => void;
}

const LOOK_MILLIS = 300;
/** From the Job to all of its pods running: images are pulled meanwhile. */
const PODS_MILLIS = 180_000;
/** From a running container to a server in it. */
const CALL_MILLIS = 20_000;
const SPARE_SECONDS = 120;
/** What a finished Job that nobody removed stays for. */
const FINISHED_SECONDS = 60;
/** Half of what the schedule delay may be at p99 (validity.ts): that of a pod is only known to its clock. */
export const CLOCK_MILLIS = 25;

interface PodShown extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly running?: object;
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
      };
    }[];
  };
}

/** Reasons that waiting does not mend. */
const HOPELESS = /^(ErrImage|ImagePull|InvalidImage|CreateContainer)/;

export const loadJobObject = (
  { namespace, workers, id, token }: LoadJobSettings,
  image: string,
  latestMillis: number,
) =>
  indexedJob({
    namespace,
    name: `surgelab-load-${id}`,
    image,
    completions: workers,
    parallelism: workers,
    retries: 0,
    env: { SURGELAB_LINK: token, NODE_OPTIONS: WORKER_FLAGS.join(' ') },
    spec: {
      activeDeadlineSeconds: Math.ceil((latestMillis + PODS_MILLIS + CALL_MILLIS) / 1000) + SPARE_SECONDS,
      ttlSecondsAfterFinished: FINISHED_SECONDS,
      podReplacementPolicy: 'Failed',
    },
  });

const stateOf = ({ status }: PodShown) => status?.containerStatuses?.[0]?.state;

/** Why a pod is not running, as the cluster says it. */
const whyNot = (pod: PodShown): string => {
  const waiting = stateOf(pod)?.waiting;
  const unbound = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const why = waiting === undefined ? unbound?.message : [waiting.reason, waiting.message].join(' ');
  return `${pod.metadata.name} is ${pod.status?.phase ?? 'new'}${why === undefined ? '' : `: ${why.slice(0, 200)}`}`;
};

/** What became of a pod whose link broke. */
const fate = (pod: PodShown | undefined): string => {
  if (pod === undefined) return 'it is gone';
  const over = stateOf(pod)?.terminated;
  const how = over === undefined ? '' : `, ${over.reason ?? ''} with exit code ${String(over.exitCode)}`;
  return `${pod.metadata.name} is ${pod.status?.phase ?? 'unknown'}${how}`;
};

const byIndex = async (api: KubeConnection, namespace: string, job: string): Promise<ReadonlyMap<number, PodShown>> => {
  const { items } = await api.get<KubeList<PodShown>>(podsOfJob(namespace, job));
  return new Map(items.map((pod) => [Number(pod.metadata.annotations?.[INDEX]), pod]));
};

/** Resolves with the pods by index when all of them run. Throws TARGET_FAILED, INTERRUPTED. */
const runningPods = async (
  { api }: JobPlace,
  { namespace, workers }: LoadJobSettings,
  job: string,
  signal: AbortSignal,
): Promise<readonly PodShown[]> => {
  const until = performance.now() + PODS_MILLIS;
  for (;;) {
    const pods = await byIndex(api, namespace, job);
    const running = [...Array(workers).keys()].flatMap((index) => {
      const pod = pods.get(index);
      return pod !== undefined && stateOf(pod)?.running !== undefined ? [pod] : [];
    });
    if (running.length === workers) return running;
    const others = [...pods.values()].filter((pod) => !running.includes(pod));
    const failed = others.find(({ status }) => status?.phase === 'Failed');
    const hopeless = others.find((pod) => HOPELESS.test(stateOf(pod)?.waiting?.reason ?? ''));
    const late = performance.now() > until;
    if (failed !== undefined || hopeless !== undefined || late) {
      const log =
        failed === undefined
          ? ''
          : (await api.raw('GET', `/api/v1/namespaces/${namespace}/pods/${failed.metadata.name}/log`)).text;
      const told = failed === undefined ? others.map(whyNot) : [`${fate(failed)}: ${lastWords(log)}`];
      throw new TestbedError(
        'TARGET_FAILED',
        `${running.length} of ${workers} load pods run${late ? ` after ${PODS_MILLIS / 1000} s` : ''}: ${told.join('; ')}`,
        { hint: 'room for 250m CPU and 256 MiB a pod, and an image that the nodes have or can pull' },
      );
    }
    if (signal.aborted) throw new TestbedError('INTERRUPTED', 'interrupted before anything was sent');
    await pause(LOOK_MILLIS);
  }
};

/** Calls a pod until its server takes the call. Throws TARGET_FAILED. */
const call = async (api: KubeConnection, path: string, name: string): Promise<PodLink> => {
  const until = performance.now() + CALL_MILLIS;
  for (;;) {
    try {
      return new PodLink(await api.socket(path), name);
    } catch (cause) {
      if (performance.now() > until)
        throw new TestbedError('TARGET_FAILED', `${name} does not take the call: ${(cause as Error).message}`, {
          hint: 'the API server has to reach port 7171 of pods, with a user who may get pods/proxy; is --image of this version?',
          cause,
        });
      await pause(LOOK_MILLIS);
    }
  }
};

/** How far a pod's clock may have been off at any moment: what was not known of it, and what it moved. */
export const clockError = (before: ClockOffset, after: ClockOffset): number =>
  after.uncertainMillis === Infinity
    ? before.uncertainMillis
    : Math.max(before.uncertainMillis, after.uncertainMillis + Math.abs(after.aheadMillis - before.aheadMillis));

export const clockCheck = (errors: readonly number[]): ValidityCheck => {
  const value = Math.max(...errors);
  return {
    name: 'clock of a load pod off by at most',
    value,
    unit: 'ms',
    bound: `< ${CLOCK_MILLIS}`,
    pass: value < CLOCK_MILLIS,
  };
};

/** The Job with its links while it sends. */
interface Sending {
  readonly place: JobPlace;
  readonly settings: LoadJobSettings;
  readonly job: string;
  readonly pods: readonly PodShown[];
  readonly links: readonly PodLink[];
  readonly clocks: readonly ClockOffset[];
  readonly workers: LoadWorkers;
}

const removeJob = async ({ api }: JobPlace, { namespace, tell }: LoadJobSettings, job: string): Promise<void> => {
  try {
    await api.remove(`${jobsPath(namespace)}/${job}`, { propagationPolicy: 'Background' });
  } catch (error) {
    tell(`Job ${namespace}/${job} could not be removed (${(error as Error).message}): kubectl delete it`);
  } finally {
    await api.close();
  }
};

/** Ends the workers, hears the clocks and what became of lost pods, removes the Job. */
const endJob = async (sending: Sending, endMillis: number): Promise<WorkersReport> => {
  const { place, settings, job, pods, links, clocks, workers } = sending;
  const { namespace } = settings;
  const lost = [...links.keys()].filter((index) => !links[index]!.isOpen);
  try {
    const later = await Promise.all(links.map((link) => link.clock()));
    const report = await workers.stop(endMillis);
    const now = lost.length === 0 ? new Map<number, PodShown>() : await byIndex(place.api, namespace, job);
    const errors = clocks.map((before, index) => clockError(before, later[index]!));
    const nodes = [...new Set(pods.map(({ spec }) => spec?.nodeName ?? 'unknown'))];
    return {
      ...report,
      checks: [clockCheck(errors)],
      notes: [
        `the load came from ${pods.length} pods of Job ${namespace}/${job} (${place.image}) on ${nodes.join(', ')}`,
        `clocks of the load pods, known to: ${errors.map((error) => `${error.toFixed(2)} ms`).join(', ')}`,
        ...report.notes,
        ...lost.map((index) => `load pod ${index} was lost and not tried again: ${fate(now.get(index))}`),
      ],
    };
  } finally {
    await removeJob(place, settings, job);
  }
};

const startJob = async (
  settings: LoadJobSettings,
  schedule: Schedule,
  load: LoadSettings,
  { scheduleHash, latestMillis, signal }: LoadRunContext,
): Promise<RunningLoad> => {
  const { namespace, token, tell } = settings;
  const place = await settings.place();
  const { api, image } = place;
  const object = loadJobObject(settings, image, latestMillis);
  const job = object.metadata.name;
  const links: PodLink[] = [];
  try {
    await api.create(jobsPath(namespace), object);
    tell(`Job ${namespace}/${job}: waiting for ${settings.workers} load pods, at most ${PODS_MILLIS / 1000} s`);
    const pods = await runningPods(place, settings, job, signal);
    for (const { metadata } of pods) {
      const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}:${LOAD_PORT}/proxy${linkPath(token)}`;
      links.push(await call(api, path, metadata.name));
    }
    await Promise.all(links.map((link) => link.handOut(schedule, scheduleHash)));
    const clocks = await Promise.all(links.map((link) => link.clock()));
    const workers = await LoadWorkers.start(schedule, load, links.length, (index, listener) =>
      links[index]!.worker(listener, clocks[index]!.aheadMillis),
    );
    let over: Promise<WorkersReport> | null = null;
    return {
      processIds: [],
      join: workers.join,
      leave: workers.leave,
      census: workers.census,
      begin: (clock) => workers.begin(clock),
      run: () => workers.run(),
      stop: (endMillis) => (over ??= endJob({ place, settings, job, pods, links, clocks, workers }, endMillis)),
    };
  } catch (error) {
    for (const link of links) link.close();
    await removeJob(place, settings, job);
    throw error;
  }
};

/** What `settings` create on their cluster, a sentence. */
export const loadJobText = ({
  namespace,
  workers,
  id,
}: Pick<LoadJobSettings, 'namespace' | 'workers' | 'id'>): string =>
  `Job ${namespace}/surgelab-load-${id} with ${workers} pods that send the load; removed at the end`;

export const loadJobChoice = (settings: LoadJobSettings): LoadChoice => ({
  reality: `Node engine in ${settings.workers} pods of an Indexed Job, real HTTP and WebSocket`,
  versions: {},
  creates: [loadJobText(settings)],
  start: (schedule, load, context) => startJob(settings, schedule, load, context),
});
