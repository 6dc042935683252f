// The request of a pod for a Utilization target (hpa.md section 6.2): containers and sidecars, one named container, or
// pod-level requests with the scheduler's aggregate. Every listed pod is asked, also those without a sample.

import type { Int64 } from './int64.ts';
import { add } from './int64.ts';
import type { MetricError } from './metric-error.ts';
import { metricError } from './metric-error.ts';
import type { ObservedPod, PodResources, Requests } from './observation.ts';
import type { HpaSettings } from './settings.ts';

const NO_RESOURCES: PodResources = { containers: [], podLevel: {}, overhead: {} };

const larger = (a: Int64 | undefined, b: Int64 | undefined): Int64 | undefined =>
  a === undefined ? b : b === undefined || a >= b ? a : b;

const plus = (a: Int64 | undefined, b: Int64 | undefined): Int64 | undefined =>
  a === undefined ? b : b === undefined ? a : add(a, b);

/** max(containers + sidecars, peak of the init containers); a container without a request counts 0. */
const aggregate = ({ containers }: PodResources, resource: string): Int64 | undefined => {
  let running: Int64 | undefined;
  let sidecars: Int64 | undefined;
  let initPeak: Int64 | undefined;
  for (const c of containers) if (c.kind === 'regular') running = plus(running, c.requests[resource]);
  for (const c of containers) {
    const request = c.requests[resource];
    if (c.kind === 'sidecar') {
      running = plus(running, request);
      sidecars = plus(sidecars, request);
      initPeak = larger(initPeak, sidecars);
    } else if (c.kind === 'init') initPeak = larger(initPeak, plus(sidecars, request));
  }
  return larger(running, initPeak);
};

const podLevelSupports = (resource: string): boolean =>
  resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');

const hasPodLevel = (podLevel: Requests): boolean => Object.keys(podLevel).some(podLevelSupports);

/** Pod-level value if there is one, else the aggregate; overhead on top. Golden n:util-pod-level-adds-overhead. */
const podLevelRequest = (pod: ObservedPod, resources: PodResources, resource: string): Int64 | MetricError =>
  plus(resources.podLevel[resource] ?? aggregate(resources, resource), resources.overhead[resource]) ??
  metricError('missingPodLevelRequest', `missing pod-level request for ${resource} in Pod ${pod.name}`);

const containerRequest = (
  pod: ObservedPod,
  { containers }: PodResources,
  resource: string,
  container: string | null,
  settings: HpaSettings,
): Int64 | MetricError => {
  let total: Int64 = 0;
  let found = container === null;
  for (const c of containers) {
    if (c.kind === 'init' || (container !== null && c.name !== container)) continue;
    found = true;
    const request = c.requests[resource];
    if (request === undefined) {
      return metricError('missingRequest', `missing request for ${resource} in container ${c.name} of Pod ${pod.name}`);
    }
    total = add(total, request);
  }
  return found || settings.rules.absentContainer === 'requests-nothing'
    ? total
    : metricError('containerNotFound', `container ${container ?? ''} not found in Pod ${pod.name}`);
};

/** Requests of all pods in list order, or the error of the first pod whose request cannot be computed. */
export const podRequests = (
  pods: readonly ObservedPod[],
  resource: string,
  container: string | null,
  settings: HpaSettings,
): readonly Int64[] | MetricError => {
  const requests: Int64[] = [];
  for (const pod of pods) {
    const resources = pod.resources ?? NO_RESOURCES;
    const request =
      settings.gates.PodLevelResources && container === null && hasPodLevel(resources.podLevel)
        ? podLevelRequest(pod, resources, resource)
        : containerRequest(pod, resources, resource, container, settings);
    if (typeof request === 'object') return request;
    requests.push(request);
  }
  return requests;
};
