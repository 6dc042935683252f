// The pods of a load's Job: waited for until all of them run, called until they answer, and asked what became of them.

import type { KubeConnection, KubeList } from '../cluster/kube/client.ts';
import { INDEX, lastWords, podsOfJob } from '../cluster/kube/job-object.ts';
import type { PodShown } from '../cluster/kube/observed-life.ts';
import { patiently } from '../cluster/patience.ts';
import { TestbedError } from '../model/errors.ts';
import { LOAD_PORT, PodLink, linkPath } from './load-job-link.ts';

/** A Job of ours, on its cluster. */
export interface MadeJob {
  readonly api: KubeConnection;
  readonly namespace: string;
  readonly name: string;
}

const LOOK_MILLIS = 300;
/** From the Job to all of its pods running: images are pulled meanwhile. */
export const PODS_MILLIS = 180_000;
/** From a running container to a server in it. */
export const CALL_MILLIS = 20_000;

/** Reasons that waiting does not mend. */
const HOPELESS = /^(ErrImageNeverPull|ImagePullBackOff|InvalidImage|CreateContainer)/;

const stateOf = ({ status }: PodShown) => status?.containerStatuses?.[0]?.state;

/** Why a pod is not running, as the cluster says it. */
const whyNot = (pod: PodShown): string => {
  const waiting = stateOf(pod)?.waiting;
  const unbound = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const why = waiting === undefined ? unbound?.message : [waiting.reason, waiting.message].join(' ');
  return `${pod.metadata.name} is ${pod.status?.phase ?? 'new'}${why === undefined ? '' : `: ${why.slice(0, 200)}`}`;
};

/** What became of a pod whose link broke. */
export const fate = (pod: PodShown | undefined): string => {
  if (pod === undefined) return 'it is gone';
  const over = stateOf(pod)?.terminated;
  const how = over === undefined ? '' : `, ${over.reason ?? ''} with exit code ${String(over.exitCode)}`;
  return `${pod.metadata.name} is ${pod.status?.phase ?? 'unknown'}${how}`;
};

export const podsByIndex = async ({ api, namespace, name }: MadeJob): Promise<ReadonlyMap<number, PodShown>> => {
  const { items } = await api.get<KubeList<PodShown>>(podsOfJob(namespace, name));
  return new Map(items.map((pod) => [Number(pod.metadata.annotations?.[INDEX]), pod]));
};

const pathOf = ({ namespace }: MadeJob, { metadata }: PodShown): string =>
  `/api/v1/namespaces/${namespace}/pods/${metadata.name}`;

const logOf = async (job: MadeJob, pod: PodShown): Promise<string> =>
  (await job.api.raw('GET', `${pathOf(job, pod)}/log`)).text;

const notAll = (running: number, workers: number, late: string, told: string): TestbedError =>
  new TestbedError('TARGET_FAILED', `${running} of ${workers} load pods run${late}: ${told}`, {
    hint: 'room for 250m CPU and 256 MiB a pod, and an image that the nodes have or can pull',
  });

/** Resolves with the pods by index when all of them run. Throws TARGET_FAILED, INTERRUPTED. */
export const runningPods = async (job: MadeJob, workers: number, signal: AbortSignal): Promise<readonly PodShown[]> => {
  let running: readonly PodShown[] = [];
  const missing = await patiently({ patienceMillis: PODS_MILLIS, lookMillis: LOOK_MILLIS }, async () => {
    const pods = await podsByIndex(job);
    running = [...Array(workers).keys()].flatMap((index) => {
      const pod = pods.get(index);
      return pod !== undefined && stateOf(pod)?.running !== undefined ? [pod] : [];
    });
    if (running.length === workers) return null;
    const others = [...pods.values()].filter((pod) => !running.includes(pod));
    const failed = others.find(({ status }) => status?.phase === 'Failed');
    if (failed !== undefined)
      throw notAll(running.length, workers, '', `${fate(failed)}: ${lastWords(await logOf(job, failed))}`);
    const hopeless = others.filter((pod) => HOPELESS.test(stateOf(pod)?.waiting?.reason ?? ''));
    if (hopeless.length > 0) throw notAll(running.length, workers, '', hopeless.map(whyNot).join('; '));
    if (signal.aborted) throw new TestbedError('INTERRUPTED', 'interrupted before anything was sent');
    return others.map(whyNot).join('; ');
  });
  if (missing !== null) throw notAll(running.length, workers, ` after ${PODS_MILLIS / 1000} s`, missing);
  return running;
};

/** Calls a pod until its server takes the call. Throws TARGET_FAILED. @param token of the Job */
export const callPod = async (job: MadeJob, pod: PodShown, token: string): Promise<PodLink> => {
  const { name } = pod.metadata;
  const path = `${pathOf(job, pod)}:${LOAD_PORT}/proxy${linkPath(token)}`;
  const links: PodLink[] = [];
  let cause: unknown;
  const refused = await patiently({ patienceMillis: CALL_MILLIS, lookMillis: LOOK_MILLIS }, async () => {
    try {
      links.push(new PodLink(await job.api.socket(path), name));
      return null;
    } catch (error) {
      cause = error;
      return (error as Error).message;
    }
  });
  const [link] = links;
  if (link === undefined)
    throw new TestbedError('TARGET_FAILED', `${name} does not take the call: ${refused}`, {
      hint: `the API server has to reach port ${LOAD_PORT} of pods, with a user who may get pods/proxy; is --image of this version?`,
      cause,
    });
  return link;
};
