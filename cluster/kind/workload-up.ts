// Puts the scenario's workload on a cluster and waits until its metric path works: pods Ready, every target scraped, the
// adapter started on what Prometheus has. The HPA is created by whoever wants it to decide from then on.

import type { Hpa } from '../../model/platform.ts';
import { initialReplicas } from '../../sim/kubernetes/index.ts';
import { hpaObject, serviceObject } from '../bare/platform-objects.ts';
import type { KubeClient } from '../kube/client.ts';
import { apply, applyAll, metricsServed, podLabels, podsReady } from './apply.ts';
import { adapterObjects, prometheusObjects } from './monitoring.ts';
import { CONTROL_PLANE, MONITORING, PROMETHEUS_HOST_PORT } from './names.ts';
import { cardsThere, nodeAddress } from './nodes.ts';
import type { Ladder } from './rungs.ts';
import { need, waitFor } from './rungs.ts';
import type { UpCluster } from './up.ts';
import { loadService, workloadObjects } from './workload.ts';
import { untilScraped } from './scraped.ts';

/** A rung of the metric path that stayed broken: a run shows what follows, `cluster up` fails at it. */
export interface BrokenRung {
  readonly rung: string;
  /** What was expected, and what was found. */
  readonly found: string;
  readonly hint: string;
}

export interface WorkloadUp {
  readonly prometheusUrl: string;
  readonly replicas: number;
  /** From the pods up; the HPA's metric may be served all the same. */
  readonly broken: readonly BrokenRung[];
  readonly isServed: boolean;
  readonly notes: readonly string[];
}

const POD_SECONDS = 180;
const CARD_SECONDS = 60;
const PROMETHEUS_SECONDS = 60;
const ADAPTER_SECONDS = 60;

export const prometheusUrl = async (): Promise<string> =>
  `http://${await nodeAddress(CONTROL_PLANE)}:${PROMETHEUS_HOST_PORT}`;

export const prometheusAnswers = async (url: string): Promise<string | null> => {
  try {
    const { status } = await fetch(`${url}/-/ready`);
    return status === 200 ? null : `it answers ${status}`;
  } catch {
    return 'no answer yet';
  }
};

/** Throws TARGET_FAILED, INTERRUPTED. A metric path that stays broken is a note: a run shows it. */
export const workloadUp = async ({ api, images, workload, warm }: UpCluster, ladder: Ladder): Promise<WorkloadUp> => {
  const { platform, doors } = workload;
  const { namespace, selector } = platform.deployment;
  const notes: string[] = [];
  const broken: BrokenRung[] = [];
  const replicas = initialReplicas(platform);
  await applyAll(api, workloadObjects({ ...workload, replicas }));
  const { service, isOwn } = loadService(platform, doors);
  if (isOwn) {
    notes.push(`no Service selects the pods: one named ${service.name} was added for the callers`);
    await apply(api, serviceObject(service));
  }
  await need(
    {
      what: 'the pods of the start',
      patienceSeconds: POD_SECONDS,
      check: () => podsReady(api, namespace, selector, replicas),
    },
    ladder,
  );
  await need({ what: 'the cards', patienceSeconds: CARD_SECONDS, check: () => cardsThere(api, warm) }, ladder);
  const url = await prometheusUrl();
  const prometheus = podLabels(prometheusObjects(platform, images), 'prometheus');
  await need(
    {
      what: 'Prometheus',
      patienceSeconds: PROMETHEUS_SECONDS,
      check: async () => {
        const [answers, pods] = [await prometheusAnswers(url), await podsReady(api, MONITORING, prometheus, 1)];
        return answers === null && pods === null ? null : `${answers ?? 'it answers'}; pods: ${pods ?? 'Ready'}`;
      },
      hint: "a rule or scrape setting that Prometheus refuses is named in its pod's log, which is among the evidence",
    },
    ladder,
  );
  const scraped = await untilScraped(url, platform, replicas, ladder);
  if (scraped !== null)
    broken.push({
      rung: 'scrapes',
      found: `expected a scrape of every target of the pods, found ${scraped}`,
      hint: 'the monitor has to select the Service and name its port: surgelab lint MANIFESTS',
    });
  const objects = adapterObjects(platform, images);
  await applyAll(api, objects);
  const adapter = await waitFor(
    {
      what: 'the adapter',
      patienceSeconds: ADAPTER_SECONDS,
      check: () => podsReady(api, MONITORING, podLabels(objects, 'prometheus-adapter'), 1),
    },
    ladder,
  );
  if (adapter !== null)
    broken.push({
      rung: 'adapter',
      found: `expected its pod Ready after ${ADAPTER_SECONDS} s, found ${adapter}`,
      hint: 'its log is among the evidence',
    });
  const missing = platform.hpa === null ? null : await untilServed(api, platform.hpa, ladder);
  if (missing !== null)
    broken.push({
      rung: "HPA's metric",
      found: `expected a value after ${ADAPTER_SECONDS} s, found ${missing}`,
      hint: "an adapter rule has to find a series that Prometheus has and rename it to the HPA's metric: surgelab lint MANIFESTS",
    });

  return { prometheusUrl: url, replicas, broken, isServed: missing === null, notes };
};

const untilServed = (api: KubeClient, hpa: Hpa, ladder: Ladder): Promise<string | null> =>
  waitFor({ what: "the HPA's metric", patienceSeconds: ADAPTER_SECONDS, check: () => metricsServed(api, hpa) }, ladder);

/** They decide from here on. */
export const createHpas = async ({ api, workload }: UpCluster): Promise<void> => {
  const { hpa, otherHpas } = workload.platform;
  for (const each of hpa === null ? otherHpas : [hpa, ...otherHpas]) await apply(api, hpaObject(each));
};
