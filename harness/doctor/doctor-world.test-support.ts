// The small world of the doctor's live test: one pod, an HPA that syncs every second, a rule, one card. Gives the cluster,
// and the ways to break it and to mend it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Facts } from '../../cluster/doctor/facts.ts';
import { gatherFacts } from '../../cluster/doctor/gather.ts';
import { USUAL_SERIES_LIMIT } from '../../cluster/doctor/subject.ts';
import type { KubeClient } from '../../cluster/kube/client.ts';
import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { BareCluster } from '../replay/replay-bare-cluster.ts';
import { smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';

const small = smallPlatform(4);

export const DOCTOR_PLATFORM: Platform = {
  ...small,
  ruleGroups: [
    {
      file: 'asr.yaml',
      group: { name: 'asr', interval: '1s', rules: [{ record: 'asr:active:sum', expr: 'sum(asr_active_requests)' }] },
    },
  ],
  adapter: {
    config: {
      rules: [
        {
          seriesQuery: 'asr_active_requests{namespace!="",pod!=""}',
          resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
          metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
        },
      ],
    },
    relistInterval: seconds(2),
    maxAge: seconds(5),
  },
  controller: { ...small.controller, syncPeriod: seconds(1) },
};

const fixed = (value: number) => ({ kind: 'fixed', value }) as const;

export const startDoctorWorld = (platform: Platform): Promise<BareCluster> => {
  const scenario = smallScenario(7, 60, {
    startup: { containerStart: fixed(0.2), imagePull: fixed(0), modelLoad: fixed(0.2) },
  });
  return BareCluster.start({
    platform,
    scenario,
    law: fleetSettings(scenario.service, 1).law,
    load: { join: () => undefined, leave: () => undefined },
    logFolder: null,
    environment: process.env,
    signal: new AbortController().signal,
    cluster: {
      nodes: {
        gpusPerNode: 1,
        initial: 1,
        autoscale: false,
        min: 1,
        max: 1,
        provision: fixed(1),
        scan: seconds(1),
        scanPhase: seconds(0),
        podHold: seconds(0),
        idleRemove: seconds(600),
        labels: {},
        taints: [],
        spotLife: null,
      },
    },
  });
};

export const factsOf = (
  { plane }: BareCluster,
  api: KubeClient,
  platform: Platform | null,
  patienceMillis = 5000,
): Promise<Facts> =>
  gatherFacts({
    api,
    platform,
    namespace: null,
    prometheus: plane.prometheusUrl,
    kubectl: 'kubectl',
    seriesLimit: USUAL_SERIES_LIMIT,
    patienceMillis,
  });

type Yaml = Record<string, unknown>;
type Job = Yaml & { relabel_configs?: object[] };

/** Rewrites Prometheus' file and lets it read it. `change` is given what it was at the start. */
export const reconfigurePrometheus = async (
  { plane }: BareCluster,
  original: string,
  change: (config: Yaml, job: Job) => void,
): Promise<void> => {
  const config = parse(original) as Yaml & { scrape_configs: Job[] };
  change(config, config.scrape_configs[0]!);
  await writeFile(join(plane.folder, 'prometheus', 'prometheus.yml'), stringify(config));
  const answer = await fetch(`${plane.prometheusUrl}/-/reload`, { method: 'POST' });
  if (answer.status !== 200) throw new Error(`Prometheus refuses its file: ${await answer.text()}`);
};

export const prometheusFile = ({ plane }: BareCluster): Promise<string> =>
  readFile(join(plane.folder, 'prometheus', 'prometheus.yml'), 'utf8');

/** Another adapter file, and the adapter anew. */
export const restartAdapter = async (
  { plane }: BareCluster,
  change: (rule: Yaml) => Yaml,
  original: Platform['adapter']['config'],
): Promise<void> => {
  const [rule] = original['rules'] as Yaml[];
  await writeFile(join(plane.folder, 'adapter.yaml'), stringify({ rules: [change(rule!)] }));
  await plane.restart('adapter');
};
