// The metric APIs as the HPA sees them: registered, available, what they list, and the values they give.

import type { LabelMap, LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { KubeCondition, KubeObject } from '../kube/client.ts';
import type { Fact, MetricApiFacts, Subject, ValueFacts, WantedMetric } from './facts.ts';
import { known } from './facts.ts';
import type { Reader } from './reader.ts';
import { apiGroupOf } from './rungs/adapter.ts';

interface ApiService extends KubeObject {
  readonly spec: { readonly group: string; readonly version: string };
  readonly status?: {
    readonly conditions?: readonly KubeCondition[];
  };
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

interface ValueList {
  readonly items: readonly {
    readonly describedObject?: { readonly name: string };
    readonly metricName?: string;
    readonly value: string;
  }[];
}

export interface ReadMetricApis {
  readonly apis: Fact<readonly MetricApiFacts[]>;
  /** Group to the version that is asked. */
  readonly versions: Readonly<Record<string, string>>;
}

const readOne = async (reader: Reader, group: string, services: readonly ApiService[]): Promise<MetricApiFacts> => {
  const own = services.filter(({ spec }) => spec.group === group);
  const one = own.find(({ spec }) => spec.version === 'v1beta1') ?? own[0];
  if (one === undefined) return { group, available: null, message: 'not registered', listed: [] };
  const condition = one.status?.conditions?.find(({ type }) => type === 'Available');
  const message = condition?.message ?? '';
  if (condition?.status !== 'True') return { group, available: false, message, listed: [] };
  const list = await reader.json<ResourceList>(`/apis/${group}/${one.spec.version}`);
  return list.kind === 'answer'
    ? { group, available: true, message, listed: (list.value.resources ?? []).map(({ name }) => name) }
    : { group, available: false, message: list.why, listed: [] };
};

export const readMetricApis = async (reader: Reader, wanted: readonly WantedMetric[]): Promise<ReadMetricApis> => {
  const services = await reader.list<ApiService>('/apis/apiregistration.k8s.io/v1/apiservices');
  if (services.kind === 'unknown') return { apis: services, versions: {} };
  const groups = [...new Set(wanted.map(apiGroupOf))];
  const versions = groups.map((group) => {
    const own = services.value.filter(({ spec }) => spec.group === group).map(({ spec }) => spec.version);
    return [group, own.includes('v1beta1') ? 'v1beta1' : (own[0] ?? 'v1beta1')] as const;
  });
  return {
    apis: known(await Promise.all(groups.map((group) => readOne(reader, group, services.value)))),
    versions: Object.fromEntries(versions),
  };
};

const selectorQuery = ({ matchLabels }: LabelSelector): string =>
  Object.entries(matchLabels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

const queryText = (parameters: readonly (readonly [string, string])[]): string => {
  const set = parameters.filter(([, value]) => value !== '');
  return set.length === 0 ? '' : `?${set.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
};

/** The path that the HPA asks; null for metrics that it reads otherwise. */
export const valuePath = (
  metric: WantedMetric,
  namespace: string,
  podLabels: LabelMap,
  versions: Readonly<Record<string, string>>,
): string | null => {
  const { kind, name, selector } = metric;
  const own = selector === null ? '' : selectorQuery(selector);
  const group = apiGroupOf(metric);
  const root = `/apis/${group}/${versions[group] ?? 'v1beta1'}/namespaces/${namespace}`;
  if (kind === 'pods')
    return `${root}/pods/*/${name}${queryText([
      ['labelSelector', selectorQuery({ matchLabels: podLabels })],
      ['metricLabelSelector', own],
    ])}`;
  return kind === 'external' ? `${root}/${name}${queryText([['labelSelector', own]])}` : null;
};

export const readValues = async (
  reader: Reader,
  { wanted, namespace }: Subject,
  podSelector: LabelMap,
  versions: Readonly<Record<string, string>>,
): Promise<Fact<readonly ValueFacts[]>> => {
  const asked = wanted.flatMap((metric) => {
    const path = valuePath(metric, namespace, podSelector, versions);
    return path === null ? [] : [{ metric, path }];
  });
  return known(
    await Promise.all(
      asked.map(async ({ metric, path }): Promise<ValueFacts> => {
        const read = await reader.json<ValueList>(path);
        if (read.kind !== 'answer') {
          const status = read.kind === 'absent' ? 404 : read.status;
          return {
            metric: metric.name,
            path,
            answer: { kind: 'refused', status, message: read.why.replace(/^\d+ /, '') },
          };
        }
        const items = read.value.items.map(({ describedObject, metricName, value }) => ({
          object: describedObject?.name ?? metricName ?? '',
          value,
        }));
        return { metric: metric.name, path, answer: { kind: 'values', items } };
      }),
    ),
  );
};
