// What Prometheus' Kubernetes discovery finds for one pod: the __meta_ labels of every port behind every Service (role
// endpoints) or of every container port (role pod), run through the scrape jobs that the operator makes of the monitors.
// Takes the platform and a pod; gives its targets. When they are found is left to scraping.ts.

import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Platform, Service } from '../../model/platform.ts';
import { operatorScrapeConfig, forShard } from '../prometheus/operator.ts';
import type { ScrapeConfig } from '../prometheus/scrape-config.ts';
import { readScrapeConfig } from '../prometheus/scrape-config.ts';
import type { Labels } from '../prometheus/store.ts';
import type { PopulatedTarget, Target } from '../prometheus/targets.ts';
import { targetBuilder } from '../prometheus/targets.ts';

export interface DiscoveredPod {
  readonly name: string;
  readonly ip: string;
  readonly node: string;
}

export interface ScrapeJob {
  readonly config: ScrapeConfig;
  readonly targetsOf: (pod: DiscoveredPod) => Target[];
}

/** Label names in discovery have underscores for everything else. */
const sanitize = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, '_');

const metaOf = (kind: 'service' | 'pod', labels: Labels): [string, string][] =>
  Object.entries(labels).flatMap(([name, value]): [string, string][] => [
    [`__meta_kubernetes_${kind}_label_${sanitize(name)}`, value],
    [`__meta_kubernetes_${kind}_labelpresent_${sanitize(name)}`, 'true'],
  ]);

const podMeta = ({ deployment }: Platform, pod: DiscoveredPod): [string, string][] => [
  ['__meta_kubernetes_namespace', deployment.namespace],
  ['__meta_kubernetes_pod_name', pod.name],
  ['__meta_kubernetes_pod_ip', pod.ip],
  ['__meta_kubernetes_pod_node_name', pod.node],
  ['__meta_kubernetes_pod_phase', 'Running'],
  ...metaOf('pod', deployment.podLabels),
];

const containerPort = (
  { deployment }: Platform,
  port: { readonly name: string; readonly containerPort: number },
): [string, string][] => [
  ['__meta_kubernetes_pod_container_name', deployment.container],
  ['__meta_kubernetes_pod_container_port_name', port.name],
  ['__meta_kubernetes_pod_container_port_number', String(port.containerPort)],
];

const selects = (selector: Labels, labels: Labels): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([name, value]) => labels[name] === value);

/** Role endpoints: one set of labels per port of each Service that selects the pod. */
const endpointsOf = (platform: Platform, service: Service, pod: DiscoveredPod): Labels[] => {
  const { deployment } = platform;
  if (service.namespace !== deployment.namespace || !selects(service.selector, deployment.podLabels)) return [];
  return service.ports.flatMap((port) => {
    const own = deployment.ports.find(
      ({ name, containerPort: number }) => port.targetPort === name || port.targetPort === number,
    );
    const number = own?.containerPort ?? (typeof port.targetPort === 'number' ? port.targetPort : null);
    if (number === null) return [];
    return [
      Object.fromEntries([
        ['__address__', `${pod.ip}:${number}`],
        ...podMeta(platform, pod),
        ...(own === undefined ? [] : containerPort(platform, own)),
        ['__meta_kubernetes_service_name', service.name],
        ...metaOf('service', service.labels),
        ['__meta_kubernetes_endpoints_name', service.name],
        ['__meta_kubernetes_endpoint_port_name', port.name],
        ['__meta_kubernetes_endpoint_ready', 'true'],
        ['__meta_kubernetes_endpoint_address_target_kind', 'Pod'],
        ['__meta_kubernetes_endpoint_address_target_name', pod.name],
      ]),
    ];
  });
};

/** Role pod: one set of labels per port of the container. */
const portsOf = (platform: Platform, pod: DiscoveredPod): Labels[] =>
  platform.deployment.ports.map(
    (port) =>
      Object.fromEntries([
        ['__address__', `${pod.ip}:${port.containerPort}`],
        ...podMeta(platform, pod),
        ...containerPort(platform, port),
      ]) as Labels,
  );

const watches = (monitor: Monitor, namespace: string): boolean => {
  const selector = monitor.spec.namespaceSelector;
  if (selector?.any === true) return true;
  const names = selector?.matchNames ?? [];
  return (names.length > 0 ? names : [monitor.namespace]).includes(namespace);
};

const isTarget = (target: PopulatedTarget): target is Target => target.kind === 'target';

/** One job per endpoint of each monitor that looks into the deployment's namespace. */
export const scrapeJobs = (platform: Platform): ScrapeJob[] => {
  const { prometheus, deployment } = platform;
  const globals = {
    interval: `${prometheus.scrapeInterval * 1000}ms`,
    timeout: `${prometheus.scrapeTimeout * 1000}ms`,
  };
  return platform.monitors
    .filter((monitor) => watches(monitor, deployment.namespace))
    .flatMap((monitor) =>
      monitor.endpoints.map((_, index) => {
        const config = readScrapeConfig(forShard(operatorScrapeConfig(monitor, index), 0), globals);
        const populate = targetBuilder(config, prometheus.version);
        const found = (pod: DiscoveredPod): Labels[] =>
          monitor.kind === 'PodMonitor'
            ? portsOf(platform, pod)
            : platform.services.flatMap((service) => endpointsOf(platform, service, pod));
        return { config, targetsOf: (pod) => found(pod).map(populate).filter(isTarget) };
      }),
    );
};
