// Prometheus' and the adapter's files for the real programs: what prometheus-operator would generate from the platform's
// monitors and rules (sim/prometheus/operator.ts), with the way to our API server and to pods that are processes. Pure.

import { stringify } from 'yaml';
import { formatDuration } from '../../model/duration.ts';
import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { ScrapeConfigYaml } from '../../sim/prometheus/operator.ts';
import { forShard, operatorScrapeConfig } from '../../sim/prometheus/operator.ts';
import { ADDRESS_RULES } from './pod-addresses.ts';

export interface MonitoringSurroundings {
  /** Discovery reads the API through it; null = from within, as a pod that reaches the other pods at their own addresses. */
  readonly kubeconfig: string | null;
  /** host:port of kube-state-metrics; null = it does not run. */
  readonly kubeStateMetrics: string | null;
}

/** The job with the API server that it discovers from, and its connections led to the pods' processes. */
const reachable = (config: ScrapeConfigYaml, kubeconfig: string | null): ScrapeConfigYaml =>
  kubeconfig === null
    ? config
    : {
        ...config,
        kubernetes_sd_configs: (config['kubernetes_sd_configs'] as readonly object[]).map((discovery) => ({
          ...discovery,
          kubeconfig_file: kubeconfig,
        })),
        relabel_configs: [...(config['relabel_configs'] as readonly object[]), ...ADDRESS_RULES],
      };

/** The labels are those of sim/hops/kube-state-metrics.ts; its own labels win, as the stack sets it. */
const kubeStateMetricsJob = (address: string): ScrapeConfigYaml => ({
  job_name: 'kube-state-metrics',
  honor_labels: true,
  static_configs: [{ targets: [address], labels: { namespace: 'monitoring', service: 'kube-state-metrics' } }],
});

const ruleFile = (file: string): string =>
  `rules/${file.replace(/[^a-zA-Z0-9._-]/g, '-').replace(/(\.ya?ml)?$/, '.yml')}`;

/** Path below Prometheus' folder to text; `prometheus.yml` among them. */
export const prometheusFiles = (
  platform: Platform,
  { kubeconfig, kubeStateMetrics }: MonitoringSurroundings,
): ReadonlyMap<string, string> => {
  const { scrapeInterval, scrapeTimeout, evaluationInterval, externalLabels } = platform.prometheus;
  const jobs = platform.monitors.flatMap((monitor) =>
    monitor.endpoints.map((_, index) => reachable(forShard(operatorScrapeConfig(monitor, index), 0), kubeconfig)),
  );
  const groups = Map.groupBy(platform.ruleGroups, ({ file }) => ruleFile(file));
  const config = {
    global: {
      scrape_interval: formatDuration(scrapeInterval),
      // Prometheus refuses a longer one.
      scrape_timeout: formatDuration(seconds(Math.min(scrapeTimeout, scrapeInterval))),
      evaluation_interval: formatDuration(evaluationInterval),
      external_labels: externalLabels,
    },
    rule_files: [...groups.keys()],
    scrape_configs: [...jobs, ...(kubeStateMetrics === null ? [] : [kubeStateMetricsJob(kubeStateMetrics)])],
  };
  return new Map([
    ['prometheus.yml', stringify(config)],
    ...[...groups].map(([path, found]): [string, string] => [
      path,
      stringify({ groups: found.map(({ group }) => group) }),
    ]),
  ]);
};

export const adapterFile = (platform: Platform): string => stringify(platform.adapter.config);
