// The adapter as a whole: a configuration, a store, a relist, answers. Rules of metrics-path.md 3.1 and 3.2.

import { describe, expect, it } from 'vitest';
import { SampleStore } from '../prometheus/store.ts';
import type { CustomRequest, ExternalRequest } from './answers.ts';
import { answerCustom, answerExternal } from './answers.ts';
import { instantQueries } from './instant-query.ts';
import { metricRequirements } from './metric-selector.ts';
import type { Registry } from './registry.ts';
import { EMPTY_REGISTRY, relist } from './registry.ts';
import { buildAdapter } from './rules.ts';

const NOW = 1_780_704_000_000;

const OVERRIDES = { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } };
const VENDOR = {
  rules: [
    {
      seriesQuery: 'asr_active_requests',
      resources: OVERRIDES,
      name: { matches: '^(.*)$', as: '${1}' },
      metricsQuery: 'asr_active_requests{<<.LabelMatchers>>}',
    },
  ],
  externalRules: [
    {
      seriesQuery: 'kube_deployment_status_replicas{deployment="lightning-asr"}',
      resources: { overrides: { namespace: { resource: 'namespace' } } },
      name: { as: 'lightning_asr_replica_count' },
      metricsQuery: 'sum(kube_deployment_status_replicas{deployment="lightning-asr"})',
    },
  ],
};

type Samples = readonly (readonly [labels: Record<string, string>, ageMillis: number, value: number])[];

const storeOf = (samples: Samples): SampleStore => {
  const store = new SampleStore();
  for (const [labels, age, value] of samples) store.append(store.seriesFor(labels), NOW - age, value);
  return store;
};

const active = (pod: string, extra: Record<string, string> = {}) => ({
  __name__: 'asr_active_requests',
  namespace: 'n',
  pod,
  ...extra,
});

const setUp = (samples: Samples, config: unknown = VENDOR, maxAgeMillis = 60_000) => {
  const built = buildAdapter(config);
  if (built.kind === 'refused') throw new Error(built.message);
  const { adapter } = built;
  const store = storeOf(samples);
  const listed = relist(adapter, EMPTY_REGISTRY, store, NOW, maxAgeMillis, '2.53');
  const query = instantQueries(store, '2.53');
  const run = (text: string) => query(text, NOW);
  const request = {
    metric: 'asr_active_requests',
    resource: 'pods',
    namespace: 'n',
    by: 'selector',
    metricSelector: [],
  } as const;
  return {
    adapter,
    store,
    registry: listed.registry,
    listed,
    pods: (names: readonly string[], change: Partial<CustomRequest> = {}) =>
      answerCustom(adapter, listed.registry, { ...request, names, ...change }, run),
    external: (change: Partial<ExternalRequest> = {}) =>
      answerExternal(
        adapter,
        listed.registry,
        { metric: 'lightning_asr_replica_count', namespace: 'n', metricSelector: [], ...change },
        run,
      ),
  };
};

const listedNames = (registry: Registry) =>
  [...registry.custom.values()].map((m) => `${m.resource}/${m.metric}`).sort();

describe('discovery', () => {
  it('lists a name under every resource whose label the series has', () => {
    expect(listedNames(setUp([[active('a'), 1000, 1]]).registry)).toEqual([
      'namespaces/asr_active_requests',
      'pods/asr_active_requests',
    ]);
  });

  it('keeps a name while any pod has a sample in the last maxAge; a staleness marker counts', () => {
    const built = buildAdapter(VENDOR);
    if (built.kind === 'refused') throw new Error(built.message);
    const store = storeOf([[active('a'), 100_000, 1]]);
    const names = (at: number) =>
      listedNames(relist(built.adapter, EMPTY_REGISTRY, store, at, 60_000, '2.53').registry).length;
    expect([names(NOW - 40_000), names(NOW - 39_999)]).toEqual([2, 0]);
    store.appendStale(store.seriesFor(active('a')), NOW - 30_000);
    expect(names(NOW)).toBe(2);
    store.append(store.seriesFor(active('b')), NOW + 50_000, 1);
    expect(names(NOW + 80_000)).toBe(2);
  });

  it('keeps the old list of a kind if one of its series queries is refused', () => {
    const broken = { ...VENDOR, rules: [...VENDOR.rules, { seriesQuery: 'up{', metricsQuery: '<<.Series>>' }] };
    const built = buildAdapter(broken);
    if (built.kind === 'refused') throw new Error(built.message);
    const before = setUp([[active('a'), 1000, 1]]).registry;
    const after = relist(built.adapter, before, storeOf([]), NOW, 60_000, '2.53');
    expect(after.customError).toContain('unable to fetch metrics for query "up{"');
    expect(listedNames(after.registry)).toEqual(listedNames(before));
    expect(after.externalError).toBe(null);
  });

  it('lets a later rule overwrite an earlier one of the same name', () => {
    const rule = (metricsQuery: string) => ({
      seriesQuery: 'asr_active_requests',
      resources: OVERRIDES,
      name: { as: 'm' },
      metricsQuery,
    });
    const { pods } = setUp([[active('a'), 1000, 3]], {
      rules: [rule('sum(<<.Series>>) by (pod)'), rule('2 * sum(<<.Series>>) by (pod)')],
    });
    expect(pods(['a'], { metric: 'm' })).toMatchObject({ items: [{ milli: 6000 }] });
  });

  it('gives the empty name for ${1} without matches, silently', () => {
    const rule = { ...VENDOR.rules[0]!, name: { as: '${1}' } };
    expect(listedNames(setUp([[active('a'), 1000, 1]], { rules: [rule] }).registry)).toEqual(['namespaces/', 'pods/']);
  });

  it('takes a job label for jobs.batch where a template maps it', () => {
    const rule = {
      seriesQuery: 'asr_active_requests',
      resources: { template: '<<.Resource>>' },
      metricsQuery: '<<.Series>>{<<.LabelMatchers>>}',
    };
    expect(listedNames(setUp([[active('a', { job: 'x' }), 1000, 1]], { rules: [rule] }).registry)).toContain(
      'jobs.batch/asr_active_requests',
    );
  });
});

describe('a pods metric', () => {
  it('is one instant query for all pods; pods without an element are left out', () => {
    const { pods } = setUp([
      [active('a'), 1500, 1.5],
      [active('c'), 1500, 2],
    ]);
    expect(pods(['a', 'b', 'c'])).toEqual({
      kind: 'items',
      items: [
        { kind: 'Pod', name: 'a', milli: 1500 },
        { kind: 'Pod', name: 'c', milli: 2000 },
      ],
      promql: 'asr_active_requests{namespace="n",pod=~"a|b|c"}',
    });
  });

  it('serves the value of a pod that is no longer scraped for five minutes', () => {
    expect(setUp([[active('a'), 300_000, 7]], VENDOR, 600_000).pods(['a'])).toMatchObject({ items: [{ milli: 7000 }] });
    expect(setUp([[active('a'), 300_001, 7]], VENDOR, 600_000).pods(['a'])).toMatchObject({ items: [] });
  });

  it('takes the last of two series of a pod without aggregation, and the larger with max by (check 6)', () => {
    const two: Samples = [
      [active('a', { job: '1' }), 1500, 9],
      [active('a', { job: '2' }), 900, 4],
    ];
    expect(setUp(two).pods(['a'])).toMatchObject({ items: [{ milli: 4000 }] });
    const max = {
      rules: [{ ...VENDOR.rules[0]!, metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)' }],
    };
    expect(setUp(two, max).pods(['a'])).toMatchObject({ items: [{ milli: 9000 }] });
  });

  it('makes NaN 0 (check 7)', () => {
    expect(setUp([[active('a'), 1000, NaN]]).pods(['a'])).toMatchObject({ items: [{ milli: 0 }] });
  });

  it('answers 404 if no pod matches the selector, if the name is unknown, and for errors of the template', () => {
    const { pods } = setUp([[active('a'), 1000, 1]]);
    expect(pods([])).toMatchObject({ code: 404, promql: null });
    expect(pods(['a'], { metric: 'x' })).toMatchObject({
      code: 404,
      message: 'the server could not find the metric x for pods',
    });
    const broken = setUp([[active('a'), 1000, 1]], { rules: [{ ...VENDOR.rules[0]!, metricsQuery: '<<.Nope>>' }] });
    const answer = broken.pods(['a']);
    expect(answer).toMatchObject({ code: 404 });
    expect(answer.kind === 'error' && answer.log).toContain("can't evaluate field Nope");
  });

  it('answers 500 if Prometheus refuses the query or gives something else than a vector', () => {
    const withQuery = (metricsQuery: string) =>
      setUp([[active('a'), 1000, 1]], { rules: [{ ...VENDOR.rules[0]!, metricsQuery }] }).pods(['a']);
    expect(withQuery('sum(')).toMatchObject({ code: 500, reason: 'InternalError' });
    expect(withQuery('42')).toMatchObject({ code: 500 });
    expect(withQuery('vector(42)')).toMatchObject({ kind: 'items', items: [] });
  });

  it('by name answers 404 where a list would be empty', () => {
    const { pods } = setUp([[active('a'), 1000, 1]]);
    expect(pods(['b'], { by: 'name' })).toMatchObject({
      code: 404,
      message: 'the server could not find the metric asr_active_requests for pods b',
    });
  });

  it('puts the metric selector before the namespace, sorted by key', () => {
    const metricSelector = metricRequirements({
      matchLabels: { z: '1', a: '2' },
      matchExpressions: [{ key: 'k', operator: 'NotIn', values: ['y', 'x'] }],
    });
    const answer = setUp([[active('a'), 1000, 1]]).pods(['a'], { metricSelector });
    expect(answer.promql).toBe('asr_active_requests{a="2",k!~"x|y",z="1",namespace="n",pod="a"}');
  });
});

describe('an external metric', () => {
  const replicas = (namespace: string) => ({
    __name__: 'kube_deployment_status_replicas',
    deployment: 'lightning-asr',
    namespace,
  });

  it('sums over all namespaces if the query ignores LabelMatchers', () => {
    expect(
      setUp([
        [replicas('n'), 1000, 3],
        [replicas('canary'), 1000, 5],
      ]).external(),
    ).toMatchObject({ items: [{ milli: 8000 }] });
  });

  it('makes NaN −9.2e15 (check 7), takes a scalar, refuses a range', () => {
    const withQuery = (metricsQuery: string) =>
      setUp([[replicas('n'), 1000, NaN]], {
        externalRules: [{ ...VENDOR.externalRules[0]!, metricsQuery }],
      }).external();
    expect(withQuery('<<.Series>>{<<.LabelMatchers>>}')).toMatchObject({ items: [{ milli: -9223372036854775808n }] });
    expect(withQuery('scalar(vector(2))')).toMatchObject({ items: [{ labels: null, milli: 2000 }] });
    expect(withQuery('<<.Series>>[1m]')).toMatchObject({ kind: 'error', code: null });
  });

  it('answers 500 for every namespace if the rule maps no resource, and obeys namespaced: false', () => {
    const { resources: _, ...unmapped } = VENDOR.externalRules[0]!;
    expect(setUp([[replicas('n'), 1000, 1]], { externalRules: [unmapped] }).external()).toMatchObject({ code: 500 });
    const open = {
      ...unmapped,
      resources: { namespaced: false },
      metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>})',
    };
    expect(setUp([[replicas('n'), 1000, 1]], { externalRules: [open] }).external()).toMatchObject({
      promql: 'sum(kube_deployment_status_replicas{})',
    });
  });
});

describe('a configuration that the adapter refuses', () => {
  it.each([
    [{ rule: [] }, 'field rule not found in type config.MetricsDiscoveryConfig'],
    [{ rules: { custom: [] } }, 'cannot unmarshal !!map into []config.DiscoveryRule'],
    [{ rules: [{ name: { matches: '(a)(b)' } }] }, "must specify an 'as' value"],
    [
      { rules: [{ resources: { overrides: { p: { resource: 'podz' } } } }] },
      'unable to normalize group-resource { podz}',
    ],
    [{ externalRules: [{ seriesFilters: [{}] }] }, 'must have either an `is` or `isNot` expression in a filter'],
  ])('%j', (config, message) => {
    const built = buildAdapter(config);
    expect(built.kind === 'refused' && built.message).toContain(message);
  });

  it('is never an empty file', () => {
    expect(buildAdapter(null).kind).toBe('adapter');
  });
});
