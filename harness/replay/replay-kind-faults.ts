// What the faults of a scenario are on a kind cluster: a pod's containers are killed on their node, Deployments of the metric
// path have no pods for a while, the process of the API server is stopped. And what of them cannot be done here, told before
// anything begins.

import { metricsServed } from '../../cluster/kind/apply.ts';
import { bringBack, freezeApiServer, killContainers, takeOut } from '../../cluster/kind/breaks.ts';
import type { PodFollower } from '../../cluster/kind/pod-follower.ts';
import { refuseScrapes } from '../../cluster/kind/pod-words.ts';
import type { UpCluster } from '../../cluster/kind/up.ts';
import { prometheusAnswers } from '../../cluster/kind/workload-up.ts';
import { patiently } from '../../cluster/patience.ts';
import { TestbedError } from '../../model/errors.ts';
import type { Fault } from '../../scenarios/scenario.ts';
import type { FaultTarget } from './cluster-faults.ts';

/** After it the node controller takes kubelets that could not report for lost, and with them every pod. */
const LONGEST_FREEZE_SECONDS = 40;
const BACK = { patienceMillis: 60_000, lookMillis: 50 };

/** Throws USAGE. */
export const refuseFaults = (faults: readonly Fault[]): void => {
  for (const fault of faults)
    if (fault.kind === 'api-server-frozen' && fault.for > LONGEST_FREEZE_SECONDS)
      throw new TestbedError(
        'USAGE',
        `fault api-server-frozen at ${fault.at} s lasts ${fault.for} s; expected at most ${LONGEST_FREEZE_SECONDS} s on the kind profile: real kubelets that cannot report for longer are taken for lost`,
        { hint: 'shorten it, or use --profile bare' },
      );
};

const untilBack = async (what: string, missing: () => Promise<string | null>): Promise<void> => {
  const why = await patiently(BACK, missing);
  if (why !== null)
    throw new TestbedError('TARGET_FAILED', `${what} is not back after ${BACK.patienceMillis / 1000} s: ${why}`);
};

export const kindFaultTarget = (
  { api, workload }: UpCluster,
  follower: PodFollower,
  prometheusUrl: string,
): FaultTarget => {
  const { hpa, deployment } = workload.platform;
  return {
    oldestReady: () => follower.oldestReady,
    kill: async ({ name }) => {
      const pod = follower.present.find((each) => each.name === name);
      const { nodeName } = pod?.shown.spec ?? {};
      const uid = pod?.shown.metadata.uid;
      await Promise.all([
        api.remove(`/api/v1/namespaces/${deployment.namespace}/pods/${name}`, { gracePeriodSeconds: 0 }),
        // A kubelet grants two seconds and the pre-stop hook even to a pod that is deleted without grace.
        nodeName === undefined || uid === undefined ? undefined : killContainers(nodeName, uid),
      ]);
    },
    refuseScrapes: async ({ ordinal }, refuse) => {
      const origin = follower.serving.get(ordinal);
      if (origin !== undefined) await refuseScrapes(origin, refuse);
    },
    takeDown: (component) => takeOut(api, component === 'adapter' ? 'prometheus-adapter' : 'prometheus'),
    bringBack: async (component) => {
      if (component === 'prometheus') {
        await bringBack(api, 'prometheus');
        await untilBack('Prometheus', () => prometheusAnswers(prometheusUrl));
        return;
      }
      await bringBack(api, 'prometheus-adapter');
      await untilBack('the adapter', () => (hpa === null ? Promise.resolve(null) : metricsServed(api, hpa)));
    },
    freezeApiServer,
  };
};
