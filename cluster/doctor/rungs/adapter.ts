// Rung 9: are the metric APIs served, and does discovery list what the HPA wants?

import { nearest } from '../../../model/nearest.ts';
import { adapterRuleFor } from '../adapter-rules.ts';
import { kubectl, rawGet } from '../commands.ts';
import type { Facts, MetricApiFacts, WantedMetric } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, withFact } from '../finding.ts';
import type { Cause } from '../traps.ts';
import { fault, trap } from '../traps.ts';

export const apiGroupOf = ({ kind }: WantedMetric): string =>
  kind === 'external' ? 'external.metrics.k8s.io' : kind === 'resource' ? 'metrics.k8s.io' : 'custom.metrics.k8s.io';

const lists = (api: MetricApiFacts, { kind, name }: WantedMetric): boolean => {
  if (kind === 'resource') return api.listed.includes('pods');
  if (kind === 'external') return api.listed.includes(name);
  return api.listed.some((each) => (kind === 'pods' ? each === `pods/${name}` : each.endsWith(`/${name}`)));
};

const notServed = (api: MetricApiFacts | undefined, metric: WantedMetric, expected: string): Finding => {
  const group = apiGroupOf(metric);
  const found =
    api === undefined || api.available === null
      ? `no APIService for ${group}`
      : `${group} is not available: ${api.message}`;
  if (metric.kind === 'resource') return broken(found, expected, trap('A7'));
  return broken(
    found,
    expected,
    api === undefined || api.available === null
      ? fault(
          'the adapter’s chart registers an API only if the adapter has rules for it',
          'rules.custom for custom.metrics.k8s.io, rules.external for external.metrics.k8s.io',
        )
      : fault(
          'the adapter is down, starting, or refused its file; after an outage the API is available 17 to 20 s late, and HPAs read again up to 32 s after it',
          'pods and log of prometheus-adapter: a broken rule keeps it from starting',
        ),
  );
};

/** Why an API that is served does not list a metric. */
const causeOf = (metric: WantedMetric, api: MetricApiFacts, facts: Facts): Cause => {
  if (api.listed.length === 0) return trap('T11');
  const rule = adapterRuleFor(metric, facts.adapter);
  if (facts.adapter.kind === 'known' && facts.adapter.value.from === 'cluster' && rule !== null) {
    const intervals = facts.prometheus.kind === 'known' ? (facts.prometheus.value?.targets ?? []) : [];
    return intervals.some(({ intervalSeconds }) => intervalSeconds >= 30) ? trap('T7') : trap('T5');
  }
  return trap(facts.adapter.kind === 'known' && rule === null ? 'T14' : 'T40');
};

export const adapter: Rung = {
  id: 'adapter',
  title: 'adapter serves its API and lists the metric',
  needs: ['series'],
  commands: (facts) => [
    kubectl(facts, 'get apiservices | grep metrics.k8s.io'),
    ...[...new Set(facts.subject.wanted.map(apiGroupOf))].map((group) => rawGet(facts, `/apis/${group}/v1beta1`)),
  ],
  judge: (facts) => {
    const { wanted } = facts.subject;
    const expected = `available, and lists ${wanted.map(({ kind, name }) => (kind === 'pods' ? `pods/${name}` : name)).join(', ') || 'nothing in particular'}`;
    return withFact(facts.metricApis, expected, (apis) => {
      for (const metric of wanted) {
        const api = apis.find(({ group }) => group === apiGroupOf(metric));
        if (api?.available !== true) return notServed(api, metric, expected);
        if (lists(api, metric)) continue;
        const names = api.listed.map((each) => each.split('/').at(-1)!);
        const near = nearest(metric.name, names);
        return broken(
          `${api.group} lists ${few(api.listed)}, not ${metric.name}${near === null || near === metric.name ? '' : ` (is ${near} meant?)`}`,
          expected,
          causeOf(metric, api, facts),
          ['a metric that is new appears with the next relist of the adapter: up to metricsRelistInterval (1m) later'],
        );
      }
      return ok(few([...new Set(wanted.map((metric) => `${apiGroupOf(metric)} lists ${metric.name}`))]), expected);
    });
  },
};
