// Waiting for the metric path of a bare cluster before its run begins: until Prometheus has a sample of every target of the
// pods that serve, until the adapter lists the metrics of the HPA. Gives null, or a sentence on what is missing: a broken
// metric path is something a run shows, not something that keeps it from starting.

import type { Hpa, Platform } from '../../model/platform.ts';
import type { KubeClient } from '../../cluster/kube/client.ts';
import { patiently } from '../../cluster/patience.ts';
import { scrapeJobs } from '../../sim/hops/discovery.ts';

const LOOK_MILLIS = 200;
/** Discovery may take 5 s, a first scrape the interval after it. */
const DISCOVERY_MILLIS = 10_000;
const LIST_MILLIS = 10_000;

interface InstantAnswer {
  readonly data?: { readonly result?: readonly { readonly value?: readonly [number, string] }[] };
}

/** One number of an instant query; 0 if there is none. */
const queryNumber = async (prometheusUrl: string, query: string): Promise<number> => {
  const answer = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as InstantAnswer;
  return Number(data?.result?.[0]?.value?.[1] ?? 0);
};

/** @param pods how many serve */
export const untilScraped = async (prometheusUrl: string, platform: Platform, pods: number): Promise<string | null> => {
  const anyPod = { name: 'any', ip: '10.0.0.1', node: 'any' };
  const targets = scrapeJobs(platform).flatMap(({ targetsOf }) => targetsOf(anyPod));
  if (targets.length === 0) return 'no monitor of the platform selects the pods: nothing of theirs is scraped';
  const slowest = Math.max(...targets.map(({ intervalSeconds }) => intervalSeconds));
  const wanted = targets.length * pods;
  const query = `count(up{namespace="${platform.deployment.namespace}",pod=~"${platform.deployment.name}-.*"} == 1)`;
  const patience = { patienceMillis: DISCOVERY_MILLIS + 2 * slowest * 1000, lookMillis: LOOK_MILLIS };
  return patiently(patience, async () => {
    const scraped = await queryNumber(prometheusUrl, query);
    return scraped >= wanted
      ? null
      : `only ${scraped} of the ${wanted} targets of the pods of the start had been scraped when the run began`;
  });
};

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

/** How the names end under which either API lists the metrics that an HPA reads. */
const listedNames = ({ spec }: Hpa): readonly (readonly [api: string, end: string])[] =>
  (spec.metrics ?? []).flatMap((metric): readonly (readonly [string, string])[] => {
    const custom = metric.pods?.metric.name ?? metric.object?.metric.name;
    if (custom !== undefined) return [['custom.metrics.k8s.io', `/${custom}`]];
    const external = metric.external?.metric.name;
    return external === undefined ? [] : [['external.metrics.k8s.io', external]];
  });

export const untilMetricsListed = async (api: KubeClient, hpa: Hpa): Promise<string | null> => {
  const wanted = listedNames(hpa);
  const lists = async (group: string, end: string): Promise<boolean> => {
    const { status, text } = await api.raw('GET', `/apis/${group}/v1beta1`);
    return (
      status === 200 && ((JSON.parse(text) as ResourceList).resources ?? []).some(({ name }) => name.endsWith(end))
    );
  };
  return patiently({ patienceMillis: LIST_MILLIS, lookMillis: LOOK_MILLIS }, async () => {
    for (const [group, end] of wanted)
      if (!(await lists(group, end)))
        return `the adapter did not list every metric of HPA ${hpa.name} when the run began`;
    return null;
  });
};
