// kube-state-metrics as far as this run goes: replicas of its workloads and of their HPAs, on one page that the stack
// scrapes at Prometheus' own interval with honor_labels. Takes who has how many replicas; gives the job, its target, the page.

import type { Hpa, Platform } from '../../model/platform.ts';
import type { ExposedSeries } from '../prometheus/scrape.ts';
import { readScrapeConfig } from '../prometheus/scrape-config.ts';
import type { Target } from '../prometheus/targets.ts';
import { targetBuilder } from '../prometheus/targets.ts';
import type { ClusterHop } from './cluster.ts';
import type { ScrapeJob } from './discovery.ts';
import type { OtherWorkload } from './other-workload.ts';
import type { PodPage } from './scraping-settings.ts';

/** Stands where a pod's ordinal stands for other targets. */
export const KUBE_STATE_METRICS = -1;

interface ReportedWorkload {
  readonly namespace: string;
  readonly name: string;
  readonly hpa: { readonly name: string; readonly min: number; readonly max: number } | null;
  readonly replicas: () => { readonly spec: number; readonly status: number; readonly ready: number };
}

/** Whether anything on the platform can see it: a rule, an adapter rule, or an HPA other than the deployment's. */
export const needsKubeStateMetrics = (platform: Platform): boolean =>
  platform.otherHpas.length > 0 || JSON.stringify([platform.adapter.config, platform.ruleGroups]).includes('kube_');

export const kubeStateMetricsJob = (platform: Platform): ScrapeJob => {
  const { prometheus } = platform;
  const millisOf = (seconds: number): string => `${Math.round(seconds * 1000)}ms`;
  const config = readScrapeConfig({
    job_name: 'kube-state-metrics',
    honor_labels: true,
    scrape_interval: millisOf(prometheus.scrapeInterval),
    scrape_timeout: millisOf(Math.min(prometheus.scrapeTimeout, prometheus.scrapeInterval)),
  });
  const labels = { __address__: 'kube-state-metrics:8080', namespace: 'monitoring', service: 'kube-state-metrics' };
  const target = targetBuilder(config, prometheus.version)(labels);
  return { config, targetsOf: (): Target[] => (target.kind === 'target' ? [target] : []) };
};

type Scaled = Pick<ClusterHop, 'scale' | 'pods'>;

const reported = (namespace: string, name: string, hpa: Hpa | null, of: Scaled): ReportedWorkload => ({
  namespace,
  name,
  hpa: hpa === null ? null : { name: hpa.name, min: hpa.spec.minReplicas ?? 1, max: hpa.spec.maxReplicas },
  replicas: () => {
    const { specReplicas, statusReplicas } = of.scale;
    const ready = of.pods.filter((pod) => pod.ready && !pod.terminating).length;
    return { spec: specReplicas, status: statusReplicas, ready };
  },
});

/** The page, read anew at each call; its samples are reused. */
export const kubeStatePage = (
  platform: Platform,
  cluster: Scaled,
  others: readonly OtherWorkload[],
): (() => PodPage) => {
  const { deployment, hpa, otherHpas } = platform;
  const workloads = [
    reported(deployment.namespace, deployment.name, hpa, cluster),
    ...others.map((other, i) => reported(other.namespace, other.name, otherHpas[i]!, other)),
  ];
  const samples: { readonly series: ExposedSeries; value: number }[] = [];
  const reads: (() => number)[] = [];
  const expose = (name: string, labels: ExposedSeries['labels'], read: () => number): void => {
    samples.push({ series: { name, labels }, value: 0 });
    reads.push(read);
  };
  for (const { namespace, name, replicas } of workloads) {
    const labels = { namespace, deployment: name };
    expose('kube_deployment_spec_replicas', labels, () => replicas().spec);
    expose('kube_deployment_status_replicas', labels, () => replicas().status);
    expose('kube_deployment_status_replicas_available', labels, () => replicas().ready);
  }
  for (const { namespace, hpa, replicas } of workloads) {
    if (hpa === null) continue;
    const labels = { namespace, horizontalpodautoscaler: hpa.name };
    expose('kube_horizontalpodautoscaler_spec_min_replicas', labels, () => hpa.min);
    expose('kube_horizontalpodautoscaler_spec_max_replicas', labels, () => hpa.max);
    expose('kube_horizontalpodautoscaler_status_current_replicas', labels, () => replicas().status);
  }
  return () => {
    reads.forEach((read, i) => {
      samples[i]!.value = read();
    });
    return samples;
  };
};
