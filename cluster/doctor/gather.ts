// Reads everything the rungs judge, in one pass and without writing anything. Takes a client of the API and what is asked
// about; gives facts. A part that cannot be read leaves an unknown fact and the rest as it is.

import type { Platform } from '../../model/platform.ts';
import type { KubeClient } from '../kube/client.ts';
import { meantMonitors, servicesOfPods } from './chain.ts';
import type { ApiFacts, Fact, Facts, HpaFacts, Subject } from './facts.ts';
import { known, unknown } from './facts.ts';
import type { DeploymentObject, HpaObject, NodeObject, PodObject, ServiceObject } from './kube-objects.ts';
import { hpaFacts, nodeFacts, podFacts, runsProcesses, serviceFacts, workloadFacts } from './kube-objects.ts';
import type { PrometheusAt } from './prometheus-door.ts';
import { addressDoor, prometheusDoor, serviceDoor } from './prometheus-door.ts';
import { readAdapter, readMonitoring, readRuleObjects } from './read-monitoring.ts';
import { readMetricApis, readValues } from './read-metric-apis.ts';
import { portsToTry, readPages } from './read-pages.ts';
import { readPrometheusFacts, readRules, readSeries } from './read-prometheus-facts.ts';
import { Reader, itemsOr, mapFact } from './reader.ts';
import { likelyHpa, subjectOfCluster, subjectOfPlatform } from './subject.ts';

export interface DoctorQuestion {
  readonly api: Pick<KubeClient, 'raw' | 'server'>;
  /** What is expected; null = what the cluster itself says. */
  readonly platform: Platform | null;
  readonly namespace: string | null;
  /** Address of Prometheus; null = its Service, through the API server. */
  readonly prometheus: string | null;
  /** How kubectl is called in the commands that are printed. */
  readonly kubectl: string;
  readonly seriesLimit: number;
  /** For each single answer. */
  readonly patienceMillis: number;
}

/** Without a word from anybody: the namespace of the HPA that reads a speech metric. */
const namespaceOf = async (reader: Reader): Promise<string> => {
  const all = await reader.list<HpaObject>('/apis/autoscaling/v2/horizontalpodautoscalers');
  const hpas = itemsOr(all).map((hpa) => ({ ...hpaFacts(hpa), namespace: hpa.metadata.namespace ?? 'default' }));
  return likelyHpa(hpas)?.namespace ?? 'default';
};

const namespacesWith = async (reader: Reader, name: string): Promise<readonly string[]> =>
  itemsOr(
    await reader.list<DeploymentObject>(
      `/apis/apps/v1/deployments?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`,
    ),
  ).map(({ metadata }) => metadata.namespace ?? 'default');

const unread = (why: string): Omit<Facts, 'subject' | 'doors' | 'api'> => {
  const fact = unknown(why);
  return {
    deployments: fact,
    elsewhere: [],
    pods: fact,
    pages: fact,
    services: fact,
    monitoring: fact,
    prometheus: fact,
    series: fact,
    rules: fact,
    adapter: fact,
    metricApis: fact,
    values: fact,
    hpas: fact,
    nodes: fact,
  };
};

const NO_DOOR = 'no Service of a Prometheus was found: give --prometheus URL';

export const gatherFacts = async (question: DoctorQuestion): Promise<Facts> => {
  const { api, platform, patienceMillis, seriesLimit, kubectl } = question;
  const reader = new Reader(api, patienceMillis);
  const version = await reader.json<{ readonly gitVersion: string }>('/version');
  const namespace =
    question.namespace ??
    platform?.deployment.namespace ??
    (version.kind === 'answer' ? await namespaceOf(reader) : 'default');
  const assumed = (hpas: readonly HpaFacts[], deployments: readonly string[]): Subject =>
    platform === null
      ? subjectOfCluster({ namespace, hpas, deployments, ruleGroups: [], adapterConfig: {}, seriesLimit })
      : subjectOfPlatform(platform, { namespace, seriesLimit });
  const givenDoor = question.prometheus === null ? null : addressDoor(question.prometheus);
  if (version.kind !== 'answer')
    return {
      ...unread('the API server does not answer'),
      subject: assumed([], []),
      doors: { kubectl, prometheus: givenDoor },
      api: unknown(version.why),
    };

  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const core = `/api/v1/namespaces/${namespace}`;
  const [space, deployments, services, hpas, nodeObjects, monitoring, adapter, everyService] = await Promise.all([
    reader.json(core),
    reader.list<DeploymentObject>(`${apps}/deployments`),
    reader.list<ServiceObject>(`${core}/services`),
    reader.list<HpaObject>(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
    reader.list<NodeObject>('/api/v1/nodes'),
    readMonitoring(reader, platform),
    readAdapter(reader, platform),
    givenDoor === null ? reader.list<ServiceObject>('/api/v1/services') : known([]),
  ]);
  const workloads = mapFact(deployments, (all) => all.map(workloadFacts));
  const hpaList = mapFact(hpas, (all) => all.map(hpaFacts));
  const subject =
    platform === null
      ? subjectOfCluster({
          namespace,
          hpas: itemsOr(hpaList),
          deployments: itemsOr(workloads).map(({ name }) => name),
          ruleGroups: await readRuleObjects(reader, namespace),
          adapterConfig: adapter.kind === 'known' ? adapter.value.config : {},
          seriesLimit,
        })
      : assumed([], []);
  const missing = workloads.kind === 'known' && !workloads.value.some(({ name }) => name === subject.workload);
  const at: PrometheusAt | null = givenDoor ?? serviceDoor(itemsOr(everyService).map(serviceFacts), namespace);
  const facts: Facts = {
    ...unread('not read'),
    subject,
    doors: { kubectl, prometheus: at },
    api: unknown('not read'),
    deployments: workloads,
    elsewhere: missing ? await namespacesWith(reader, subject.workload) : [],
    services: mapFact(services, (all) => all.map(serviceFacts)),
    hpas: hpaList,
    nodes: mapFact(nodeObjects, (all) => all.map(nodeFacts)),
    monitoring,
    adapter,
  };
  const measured = await readMoving(facts, reader, question, itemsOr(nodeObjects).some(runsProcesses));
  const readable: ApiFacts = {
    server: api.server,
    version: version.value.gitVersion,
    namespaceExists: space.kind !== 'absent',
    forbidden: [...reader.forbidden],
  };
  return { ...facts, ...measured, api: known(readable) };
};

/** What follows from the objects: pods with their pages, Prometheus, the metric APIs. */
const readMoving = async (
  facts: Facts,
  reader: Reader,
  { patienceMillis }: DoctorQuestion,
  processes: boolean,
): Promise<Pick<Facts, 'pods' | 'pages' | 'prometheus' | 'series' | 'rules' | 'metricApis' | 'values'>> => {
  const { subject, doors } = facts;
  const workload = itemsOr(facts.deployments).find(({ name }) => name === subject.workload);
  const selector = Object.entries(workload?.selector ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const objects: Fact<readonly PodObject[]> =
    workload === undefined
      ? known([])
      : await reader.list<PodObject>(
          `/api/v1/namespaces/${subject.namespace}/pods?labelSelector=${encodeURIComponent(selector)}`,
        );
  const pods = mapFact(objects, (all) =>
    all.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(podFacts),
  );
  const names = itemsOr(pods).map(({ name }) => name);
  const door = doors.prometheus === null ? null : prometheusDoor(doors.prometheus, reader, patienceMillis);
  const seriesNames = [
    ...new Set(subject.wanted.filter(({ kind }) => kind !== 'resource').map(({ series }) => series)),
  ];
  const path = meantMonitors(facts).flatMap(({ endpoints }) => endpoints)[0]?.path ?? '/metrics';
  const metricApis = readMetricApis(reader, subject.wanted);
  const [pages, prometheus, series, rules, { apis }, values] = await Promise.all([
    workload === undefined
      ? unknown(`no Deployment ${subject.workload}`)
      : readPages(reader, {
          namespace: subject.namespace,
          pods: itemsOr(pods),
          ports: portsToTry(workload, servicesOfPods(facts)),
          path,
          processes,
          patienceMillis,
        }).then(known),
    door === null ? unknown(NO_DOOR) : readPrometheusFacts(door, subject, names).then(known),
    door === null ? unknown(NO_DOOR) : readSeries(door, seriesNames),
    door === null ? unknown(NO_DOOR) : readRules(door),
    metricApis,
    metricApis.then(({ versions }) => readValues(reader, subject, workload?.selector ?? {}, versions)),
  ]);
  return { pods, pages, prometheus, series, rules, metricApis: apis, values };
};
