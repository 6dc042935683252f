import { describe, expect, it } from 'vitest';
import { SampleStore } from '../store.ts';
import { evaluateGroup, initialGroupState, type GroupEvaluation } from './group.ts';
import { loadRuleGroups } from './load.ts';
import type { GroupState, RuleGroup } from './rule.ts';
import type { PrometheusVersion } from '../promql/version.ts';

const groupOf = (rules: readonly object[], fields: object = {}, version: PrometheusVersion = '2.53'): RuleGroup => {
  const loaded = loadRuleGroups({ groups: [{ name: 'g', rules, ...fields }] }, { defaultIntervalSeconds: 30, version });
  if (loaded.kind === 'refused') throw new Error(loaded.messages.join('\n'));
  return loaded.groups[0]!;
};

/** Runs slots every 30 s from 0; `x` is the gauge's value at each slot, undefined for a stale marker. */
const timeline = (
  group: RuleGroup,
  x: readonly (number | undefined)[],
  start: 'fresh' | 'reloaded' = 'reloaded',
  store = new SampleStore(),
  fromSeconds = 0,
): { readonly steps: readonly GroupEvaluation[]; readonly state: GroupState; readonly store: SampleStore } => {
  let state = initialGroupState(group, start);
  const steps = x.map((value, i) => {
    const at = (fromSeconds + i * 30) * 1000;
    const series = store.seriesFor({ __name__: 'x', pod: 'a' });
    if (value === undefined) store.appendStale(series, at);
    else store.append(series, at, value);
    const done = evaluateGroup(group, state, store, at);
    state = done.state;
    return done;
  });
  return { steps, state, store };
};

/** State of the only alert after each slot. */
const states = (steps: readonly GroupEvaluation[]): (string | undefined)[] =>
  steps.map(({ state }) => [...state.rules[0]!.alerts.values()].map((alert) => alert.state)[0]);
const written = (step: GroupEvaluation, name: string): (number | 'stale')[] =>
  step.samples.filter(({ labels }) => labels['__name__'] === name).map(({ value }) => value);

describe('recording rules', () => {
  it('run in order, a later one reading what an earlier one wrote at the same time', () => {
    const group = groupOf([
      { record: 'a', expr: 'sum(x)' },
      { record: 'b', expr: 'a * 2' },
    ]);
    expect(timeline(group, [3]).steps[0]!.samples).toEqual([
      { labels: { __name__: 'a' }, timestampMillis: 0, value: 3 },
      { labels: { __name__: 'b' }, timestampMillis: 0, value: 6 },
    ]);
  });

  it('mark a series stale that is absent from one evaluation', () => {
    const { steps } = timeline(groupOf([{ record: 'a', expr: 'x > 1' }]), [2, 0, 0, 2]);
    expect(steps.map((step) => written(step, 'a'))).toEqual([[2], ['stale'], [], [2]]);
  });

  it('look back by query_offset and stamp their samples there', () => {
    const { steps } = timeline(groupOf([{ record: 'a', expr: 'x' }], { query_offset: '30s' }), [1, 2, 3]);
    expect(steps.map(({ samples }) => samples.map(({ timestampMillis, value }) => [timestampMillis, value]))).toEqual([
      [],
      [[0, 1]],
      [[30_000, 2]],
    ]);
  });

  it('fail as a whole when the rule labels make two elements equal, and write no markers then', () => {
    const group = groupOf([
      { record: 'a', expr: 'x or label_replace(x, "pod", "b", "", "")', labels: { pod: 'same' } },
    ]);
    const { steps } = timeline(group, [1]);
    expect(steps[0]).toMatchObject({
      samples: [],
      failures: [
        { ruleIndex: 0, message: 'vector contains metrics with the same labelset after applying rule labels' },
      ],
    });
  });

  it('drop a label that is set to nothing, and respect a limit', () => {
    const dropped = timeline(groupOf([{ record: 'a', expr: 'x', labels: { pod: '' } }]), [1]);
    expect(dropped.steps[0]!.samples[0]!.labels).toEqual({ __name__: 'a' });
    const limited = timeline(groupOf([{ record: 'a', expr: 'x or vector(1)' }], { limit: 1 }), [1]);
    expect(limited.steps[0]!.failures).toEqual([{ ruleIndex: 0, message: 'exceeded limit of 1 with 2 series' }]);
  });
});

describe('alerting rules (metrics-path.md 1.6)', () => {
  const alert = (fields: object = {}) => [{ alert: 'A', expr: 'x > 1', for: '1m', ...fields }];

  it('fire at the first slot with the element there for `for`, and start over after any slot without it', () => {
    const { steps } = timeline(groupOf(alert()), [2, 2, undefined, 2, 2, 2]);
    expect(states(steps)).toEqual(['pending', 'pending', undefined, 'pending', 'pending', 'firing']);
  });

  it('fire at once with for 0', () => {
    expect(states(timeline(groupOf(alert({ for: '0s' })), [2]).steps)).toEqual(['firing']);
  });

  it('keep firing for keep_firing_for, counted from the first slot without the element', () => {
    const { steps } = timeline(groupOf(alert({ for: '0s', keep_firing_for: '1m' })), [2, 0, 0, 0]);
    expect(states(steps)).toEqual(['firing', 'firing', 'firing', 'inactive']);
  });

  it('write ALERTS and ALERTS_FOR_STATE in whole seconds, from the third evaluation of a fresh server on', () => {
    const group = groupOf(alert());
    const reloaded = timeline(group, [2, 2, 2]);
    expect(reloaded.steps.map((step) => written(step, 'ALERTS'))).toEqual([[1], [1], [1, 'stale']]);
    expect(reloaded.steps.map((step) => written(step, 'ALERTS_FOR_STATE'))).toEqual([[0], [0], [0]]);
    const fresh = timeline(group, [2, 2, 2], 'fresh');
    expect(fresh.steps.map((step) => written(step, 'ALERTS'))).toEqual([[], [], [1]]);
  });

  it('are sent when they fire, each minute after, and when they resolve', () => {
    const { steps } = timeline(groupOf(alert({ for: '0s' })), [2, 2, 2, 2, 0]);
    expect(
      steps.flatMap(({ sent }, i) => sent.map(({ resolved, validUntilMillis }) => [i, resolved, validUntilMillis])),
    ).toEqual([
      [0, false, 240_000],
      [3, false, 330_000],
      [4, true, 360_000],
    ]);
  });

  it('keep their state through an evaluation that fails', () => {
    const group = groupOf([{ alert: 'A', expr: 'x > on (pod) y', for: '1m' }]);
    const store = new SampleStore();
    store.append(store.seriesFor({ __name__: 'y', pod: 'a', n: '1' }), 0, 0);
    const first = timeline(group, [2], 'reloaded', store);
    store.append(store.seriesFor({ __name__: 'y', pod: 'a', n: '2' }), 20_000, 0);
    store.append(store.seriesFor({ __name__: 'x', pod: 'a' }), 30_000, 2);
    const failed = evaluateGroup(group, first.state, store, 30_000);
    expect([failed.failures.length, failed.samples, states([failed])]).toEqual([1, [], ['pending']]);
  });

  it('restore after a restart: for >= 10 min in both versions, fired ones of a shorter for in 3.x only', () => {
    const afterRestart = (rule: object, version: PrometheusVersion, before: number): (string | undefined)[] => {
      const group = groupOf([{ alert: 'A', expr: 'x > 1', ...rule }], {}, version);
      const { store } = timeline(group, Array<number>(before).fill(2), 'reloaded');
      return states(timeline(group, [2, 2, 2, 2], 'fresh', store, before * 30).steps);
    };
    expect(afterRestart({ for: '11m' }, '2.53', 30)).toEqual(['pending', 'pending', 'firing', 'firing']);
    expect(afterRestart({ for: '11m' }, '3', 30)).toEqual(['pending', 'pending', 'firing', 'firing']);
    expect(afterRestart({ for: '5m' }, '2.53', 30)).toEqual(['pending', 'pending', 'pending', 'pending']);
    expect(afterRestart({ for: '5m' }, '3', 30)).toEqual(['pending', 'pending', 'firing', 'firing']);
    expect(afterRestart({ for: '5m' }, '3', 4)).toEqual(['pending', 'pending', 'pending', 'pending']);
  });
});

describe('rule files', () => {
  const messages = (groups: unknown, version: PrometheusVersion = '2.53'): readonly string[] => {
    const loaded = loadRuleGroups({ groups }, { defaultIntervalSeconds: 30, version });
    return loaded.kind === 'refused' ? loaded.messages : [];
  };
  const one = (rule: object, version?: PrometheusVersion) => messages([{ name: 'g', rules: [rule] }], version);

  it('are refused with all problems at once, in the words of Prometheus', () => {
    expect(
      messages([
        { name: 'g', rules: [{ expr: 'up' }, { record: 'a', expr: 'rate(up)', for: '1m' }] },
        { name: 'g', rules: [] },
      ]),
    ).toEqual([
      '0:0: 0:0: group "g", rule 1, "": one of \'record\' or \'alert\' must be set',
      '0:0: group "g", rule 2, "a": could not parse expression: 1:6: parse error: expected type range vector in call to function "rate", got instant vector',
      '0:0: group "g", rule 2, "a": invalid field \'for\' in recording rule',
      '0:0: groupname: "g" is repeated in the same file',
    ]);
  });

  it('stop at an unreadable duration, and know unknown fields', () => {
    expect(messages([{ name: 'g', interval: 30, rules: [] }])).toEqual(['not a valid duration string: "30"']);
    expect(messages([{ name: 'g', interval: '1x', rules: [] }], '3')).toEqual([
      'unknown unit "x" in duration "1x"',
      'unknown unit "x" in duration "1x"',
    ]);
    expect(one({ alert: 'A', expr: 'up', annotation: {} })).toEqual([
      'yaml: unmarshal errors:\n  line 0: field annotation not found in type rulefmt.RuleNode',
    ]);
  });

  it('allow any UTF-8 name in 3.x only', () => {
    expect(one({ record: 'a b', expr: 'up' }).length).toBe(1);
    expect(one({ record: 'a b', expr: 'up' }, '3')).toEqual([]);
    expect(one({ alert: 'A', expr: 'up', labels: { __name__: 'x' } }, '3')).toEqual([
      'group "g", rule 1, "A": invalid label name: __name__',
    ]);
  });

  it('parse templates when they are loaded', () => {
    expect(one({ alert: 'A', expr: 'up', annotations: { d: '{{ $value | nosuch }}' } })).toEqual([
      'group "g", rule 1, "A": annotation "d": template: __alert_A:1: function "nosuch" not defined',
    ]);
  });

  it('take the default interval for a missing one or 0', () => {
    expect([
      groupOf([]).intervalMillis,
      groupOf([], { interval: '0s' }).intervalMillis,
      groupOf([], { interval: '1m' }).intervalMillis,
    ]).toEqual([30_000, 30_000, 60_000]);
  });
});
