import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hpaSource } from './hpa-source.ts';
import type { SetValues } from './overrides.ts';
import { readPlatform } from './read-platform.ts';

const platformOf = (name: string, set: SetValues = {}, ...more: readonly string[]) => {
  const folder = resolve(import.meta.dirname, '../../scenarios/platform', name);
  return readPlatform(
    [
      ...readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') })),
      ...more.map((text, i) => ({ file: `more-${i}.yaml`, text })),
    ],
    set,
  );
};

const RECORDED = `kind: ConfigMap
metadata: {name: adapter}
data:
  config.yaml: |
    rules:
      - seriesQuery: 'asr:active{namespace!="",pod!=""}'
        resources: {overrides: {namespace: {resource: namespace}, pod: {resource: pod}}}
        name: {as: asr_active_requests}
        metricsQuery: max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: more, labels: {release: smallest-self-host}}
spec:
  groups:
    - name: active
      interval: 30s
      rules:
        - record: asr:active
          expr: max by (namespace, pod) (avg_over_time(asr_active_requests[1m]))
`;

describe('hpaSource', () => {
  it('is the rule and the gauge of the vendor chart', () => {
    expect(hpaSource(platformOf('vendor-0.2.2'))).toEqual({
      rules: [{ list: 'rules', index: 0 }],
      series: ['asr_active_requests'],
      recorded: [],
    });
  });
  it('goes through recording rules to what pods expose', () => {
    expect(hpaSource(platformOf('vendor-0.2.2', {}, RECORDED))).toMatchObject({
      series: ['asr_active_requests'],
      recorded: ['asr:active'],
    });
  });
});

describe('asr.hpaMetricsInterval', () => {
  it('makes two endpoints: the gauge fast, the rest as asr.scrapeInterval says, whatever the order of the two', () => {
    const want = [
      {
        port: 'metrics',
        path: '/metrics',
        interval: '2s',
        metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'asr_active_requests', action: 'keep' }],
      },
      {
        port: 'metrics',
        path: '/metrics',
        interval: '30s',
        relabelings: [{ targetLabel: 'endpoint', replacement: 'metrics-rest' }],
        metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'asr_active_requests', action: 'drop' }],
      },
    ];
    const sets: SetValues[] = [
      { 'asr.hpaMetricsInterval': '2s', 'asr.scrapeInterval': '30s' },
      { 'asr.scrapeInterval': '30s', 'asr.hpaMetricsInterval': '2s' },
    ];
    for (const set of sets) expect(platformOf('vendor-0.2.2', set).monitors[0]!.endpoints).toEqual(want);
  });
  it('leaves one endpoint where both intervals are equal', () => {
    expect(platformOf('vendor-0.2.2', { 'asr.hpaMetricsInterval': '2s' }).monitors[0]!.endpoints).toHaveLength(1);
  });
  it('keeps the timeout of the fast endpoint within its interval', () => {
    const [fast, rest] = platformOf('tuned', { 'asr.hpaMetricsInterval': '2s' }).monitors[0]!.endpoints;
    expect([fast!.scrapeTimeout, rest!.scrapeTimeout]).toEqual(['2s', '4s']);
  });
});

describe('adapter.queryWindow and rules.interval', () => {
  it('averages where the query had no range, and leaves other rules alone', () => {
    const { config } = platformOf('tuned', { 'adapter.queryWindow': '1m' }).adapter;
    const plain = platformOf('tuned').adapter.config;
    expect((config['rules'] as { metricsQuery: string }[])[0]!.metricsQuery).toBe(
      'sum(avg_over_time(<<.Series>>{<<.LabelMatchers>>}[1m])) by (<<.GroupBy>>)',
    );
    expect(config['externalRules']).toEqual(plain['externalRules']);
  });
  it('replaces a range', () => {
    const text = RECORDED.replace(
      'max(<<.Series>>{<<.LabelMatchers>>})',
      'max(max_over_time(<<.Series>>{<<.LabelMatchers>>}[5m]))',
    );
    const { config } = platformOf('vendor-0.2.2', { 'adapter.queryWindow': '30s' }, text).adapter;
    expect((config['rules'] as { metricsQuery: string }[])[0]!.metricsQuery).toContain('[30s]');
  });
  it('changes the interval of the groups on the way to the HPA only', () => {
    const { ruleGroups } = platformOf('vendor-0.2.2', { 'rules.interval': '5s' }, RECORDED);
    expect(ruleGroups.map(({ group }) => [group.name, group.interval])).toEqual([
      ['asr_recording', '30s'],
      ['asr_alerts', '30s'],
      ['active', '5s'],
    ]);
    expect(() => platformOf('vendor-0.2.2', { 'rules.interval': '5s' })).toThrow(/a recording rule between/);
  });
});
