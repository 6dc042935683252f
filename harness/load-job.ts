// The load as an Indexed Job: pod i sends the rows whose index mod N = i, from one instant on, and everything it tells comes
// back over its link and is merged as that of forked workers. Creates one Job and removes it; a pod that is lost is not tried
// again, since its rows had their instant: they count as lost by the generator.

import type { ClockOffset } from '../cluster/existing/clock-offset.ts';
import { orRefused } from '../cluster/kube/indexed-job.ts';
import { indexedJob, jobsPath } from '../cluster/kube/job-object.ts';
import { LOAD_RIGHTS, rightsInWords } from '../cluster/kube/job-rights.ts';
import type { PodShown } from '../cluster/kube/observed-life.ts';
import type { ValidityCheck } from '../model/record.ts';
import type { Schedule } from '../model/schedule.ts';
import type { JobPlace } from './job-place.ts';
import type { PodLink } from './load-job-link.ts';
import type { MadeJob } from './load-job-pods.ts';
import { CALL_MILLIS, PODS_MILLIS, callPod, fate, podsByIndex, runningPods } from './load-job-pods.ts';
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

const SPARE_SECONDS = 120;
/** What a finished Job that nobody removed stays for. */
const FINISHED_SECONDS = 60;
/** Half of what the schedule delay may be at p99 (validity.ts): that of a pod is only known to its clock. */
export const CLOCK_MILLIS = 25;

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
  readonly job: MadeJob;
  readonly image: string;
  readonly pods: readonly PodShown[];
  readonly links: readonly PodLink[];
  readonly clocks: readonly ClockOffset[];
  readonly workers: LoadWorkers;
}

const removeJob = async ({ api, namespace, name }: MadeJob, tell: (text: string) => void): Promise<void> => {
  try {
    await api.remove(`${jobsPath(namespace)}/${name}`, { propagationPolicy: 'Background' });
  } catch (error) {
    tell(`Job ${namespace}/${name} could not be removed (${(error as Error).message}): kubectl delete it`);
  } finally {
    await api.close();
  }
};

/** Hears the clocks, ends the workers, and looks what became of lost pods. */
const endSending = async (sending: Sending, endMillis: number): Promise<WorkersReport> => {
  const { job, image, pods, links, clocks, workers } = sending;
  const lost = [...links.keys()].filter((index) => !links[index]!.isOpen);
  const later = await Promise.all(links.map((link) => link.clock()));
  const report = await workers.stop(endMillis);
  const now = lost.length === 0 ? new Map<number, PodShown>() : await podsByIndex(job);
  const errors = clocks.map((before, index) => clockError(before, later[index]!));
  const nodes = [...new Set(pods.map(({ spec }) => spec?.nodeName ?? 'unknown'))].join(', ');
  const alone = pods.length > 1 ? ', each balancing for itself where several pods serve' : '';
  return {
    ...report,
    checks: [clockCheck(errors)],
    notes: [
      `the load came from ${pods.length} pods of Job ${job.namespace}/${job.name} (${image}) on ${nodes}${alone}`,
      `clocks of the load pods, known to: ${errors.map((error) => `${error.toFixed(2)} ms`).join(', ')}`,
      ...report.notes,
      ...lost.map((index) => `load pod ${index} was lost and not tried again: ${fate(now.get(index))}`),
    ],
  };
};

const startJob = async (
  settings: LoadJobSettings,
  schedule: Schedule,
  load: LoadSettings,
  { scheduleHash, latestMillis, signal }: LoadRunContext,
): Promise<RunningLoad> => {
  const { namespace, token, tell } = settings;
  const { api, image } = await settings.place();
  const object = loadJobObject(settings, image, latestMillis);
  const job: MadeJob = { api, namespace, name: object.metadata.name };
  const links: PodLink[] = [];
  await orRefused(api.create(jobsPath(namespace), object), rightsInWords(LOAD_RIGHTS)).catch(async (error: unknown) => {
    await api.close();
    throw error;
  });
  try {
    tell(`Job ${namespace}/${job.name}: waiting for ${settings.workers} load pods, at most ${PODS_MILLIS / 1000} s`);
    const pods = await runningPods(job, settings.workers, signal);
    for (const pod of pods) links.push(await callPod(job, pod, token));
    await Promise.all(links.map((link) => link.handOut(schedule, scheduleHash)));
    const clocks = await Promise.all(links.map((link) => link.clock()));
    const workers = await LoadWorkers.start(schedule, load, links.length, (index, listener) =>
      links[index]!.worker(listener, clocks[index]!.aheadMillis),
    );
    const sending: Sending = { job, image, pods, links, clocks, workers };
    let over: Promise<WorkersReport> | null = null;
    return {
      processIds: [],
      join: workers.join,
      leave: workers.leave,
      census: workers.census,
      begin: (clock) => workers.begin(clock),
      run: () => workers.run(),
      stop: (endMillis) => (over ??= endSending(sending, endMillis).finally(() => removeJob(job, tell))),
    };
  } catch (error) {
    for (const link of links) link.close();
    await removeJob(job, tell);
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
