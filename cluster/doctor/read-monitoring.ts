// Who scrapes what, by the objects of the cluster: monitors and Prometheus resources of the operator, rules, the adapter's
// file. Where the cluster has no such kinds, the manifests speak.

import { parse } from 'yaml';
import type { Platform } from '../../model/platform.ts';
import type { KubeObject } from '../kube/client.ts';
import type { AdapterFacts, Fact, MonitoringFacts } from './facts.ts';
import { known, unknown } from './facts.ts';
import type { MonitorObject, PrometheusResource } from './kube-objects.ts';
import { monitorFacts, prometheusObject } from './kube-objects.ts';
import type { Reader } from './reader.ts';
import { itemsOr } from './reader.ts';

const MONITORING = '/apis/monitoring.coreos.com/v1';

interface ConfigMapObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The adapter's file in a ConfigMap of the cluster. */
const adapterFrom = (maps: readonly ConfigMapObject[]): AdapterFacts | null => {
  const text = maps
    .map(({ data }) => data?.['config.yaml'] ?? '')
    .find((each) => /^\s*(?:rules|externalRules):/m.test(each));
  if (text === undefined) return null;
  const config: unknown = parse(text);
  return typeof config === 'object' && config !== null
    ? { from: 'cluster', config: config as AdapterFacts['config'] }
    : null;
};

export const readAdapter = async (reader: Reader, platform: Platform | null): Promise<Fact<AdapterFacts>> => {
  const maps = await reader.list<ConfigMapObject>(
    `/api/v1/configmaps?labelSelector=${encodeURIComponent('app.kubernetes.io/name=prometheus-adapter')}`,
  );
  const found = adapterFrom(itemsOr(maps));
  if (found !== null) return known(found);
  return platform === null
    ? unknown(
        'the configuration of the adapter is in no ConfigMap with label app.kubernetes.io/name=prometheus-adapter',
      )
    : known({ from: 'manifests', config: platform.adapter.config });
};

export const readMonitoring = async (reader: Reader, platform: Platform | null): Promise<Fact<MonitoringFacts>> => {
  const [services, pods, prometheuses, namespaces] = await Promise.all([
    reader.list<MonitorObject>(`${MONITORING}/servicemonitors`),
    reader.list<MonitorObject>(`${MONITORING}/podmonitors`),
    reader.list<PrometheusResource>(`${MONITORING}/prometheuses`),
    reader.list('/api/v1/namespaces'),
  ]);
  const labels = Object.fromEntries(
    itemsOr(namespaces).map(({ metadata }) => [metadata.name, metadata.labels ?? {}] as const),
  );
  if (services.kind === 'unknown')
    return platform === null
      ? unknown('the cluster has no ServiceMonitors, and no manifests were given')
      : known({ from: 'manifests', monitors: platform.monitors, prometheuses: [], namespaces: labels });
  return known({
    from: 'cluster',
    monitors: [
      ...services.value.map((one) => monitorFacts(one, 'ServiceMonitor')),
      ...itemsOr(pods).map((one) => monitorFacts(one, 'PodMonitor')),
    ],
    prometheuses: itemsOr(prometheuses).map(prometheusObject),
    namespaces: labels,
  });
};

interface RuleObject extends KubeObject {
  readonly spec?: {
    readonly groups?: readonly { readonly name: string; readonly rules?: readonly { readonly record?: string }[] }[];
  };
}

export const readRuleObjects = async (reader: Reader, namespace: string) =>
  itemsOr(await reader.list<RuleObject>(`${MONITORING}/namespaces/${namespace}/prometheusrules`)).flatMap(({ spec }) =>
    (spec?.groups ?? []).map(({ name, rules }) => ({
      name,
      recorded: (rules ?? []).flatMap(({ record }) => record ?? []),
    })),
  );
