// What a closed-loop recording was configured with, as a Platform: its own YAML texts through the reader of manifests, its
// scrape job as the ServiceMonitor that it was rendered from.

import { parse } from 'yaml';
import type { RuleGroupJson } from '../../model/kubernetes-monitoring.ts';
import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import type { LoopFolder } from './closed-loop-types.ts';

/** File of the recording's rule groups, as its Prometheus named it. */
const RULE_FILE = 'rules.yml';
/** Prometheus' own default, shortened to the interval where that is less (config.yaml.prometheus). */
const TIMEOUT_SECONDS = 10;

/** JSON is YAML. */
const monitorText = ({ config }: LoopFolder): string =>
  JSON.stringify({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: 'lightning-asr', namespace: config.name },
    spec: {
      selector: { matchLabels: { app: 'lightning-asr', metrics: 'true' } },
      endpoints: [
        {
          port: 'metrics',
          interval: `${config.scrapeSeconds}s`,
          scrapeTimeout: `${Math.min(config.scrapeSeconds, TIMEOUT_SECONDS)}s`,
        },
      ],
    },
  });

const adapterText = ({ config }: LoopFolder): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'adapter-config', namespace: config.name },
    data: { 'config.yaml': config.yaml.adapter },
  });

/** Versions and flags are those of the README: Kubernetes 1.37, Prometheus 3.16, relist each minute, all else default. */
export const platformOfRecording = (folder: LoopFolder): Platform => {
  const { yaml, scrapeSeconds } = folder.config;
  const files = [
    { file: 'hpa', text: yaml.hpa },
    { file: 'deployment', text: yaml.deployment },
    { file: 'service', text: yaml.service },
    { file: 'prometheus', text: monitorText(folder) },
    { file: 'adapter', text: adapterText(folder) },
  ];
  const platform = readPlatform(files);
  const groups = yaml.rules === null ? [] : (parse(yaml.rules) as { groups: readonly RuleGroupJson[] }).groups;
  const relistInterval = seconds(60);
  return {
    ...platform,
    ruleGroups: groups.map((group) => ({ file: RULE_FILE, group })),
    prometheus: { ...platform.prometheus, version: '3', scrapeInterval: seconds(scrapeSeconds) },
    adapter: { ...platform.adapter, relistInterval, maxAge: relistInterval },
    controller: { ...platform.controller, version: '1.37' },
  };
};
