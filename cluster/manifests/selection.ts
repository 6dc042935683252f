// Who selects whom: label selectors, and monitors that reach the pods of a deployment through a Service or directly.

import type { LabelMap, LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { Monitor } from '../../model/kubernetes-monitoring.ts';
import type { Deployment, Service } from '../../model/platform.ts';

/** An empty selector matches everything, as in the API. */
export const selectorMatches = (selector: LabelSelector, labels: LabelMap): boolean =>
  Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && (values ?? []).includes(value);
      case 'NotIn':
        return value === undefined || !(values ?? []).includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });

/** Does this monitor scrape pods of this deployment? */
export const monitorSelects = (monitor: Monitor, deployment: Deployment, services: readonly Service[]): boolean => {
  const { selector, namespaceSelector } = monitor.spec;
  const names = namespaceSelector?.matchNames;
  const inNamespace = (namespace: string): boolean =>
    namespaceSelector?.any === true ||
    (names === undefined ? namespace === monitor.namespace : names.includes(namespace));
  if (!inNamespace(deployment.namespace)) return false;
  if (monitor.kind === 'PodMonitor') return selectorMatches(selector, deployment.podLabels);
  return services.some(
    (service) =>
      service.namespace === deployment.namespace &&
      selectorMatches(selector, service.labels) &&
      Object.keys(service.selector).length > 0 &&
      selectorMatches({ matchLabels: service.selector }, deployment.podLabels),
  );
};
