// One evaluation of a rule group at a slot: rules in order at the same time, each seeing what the earlier ones wrote,
// stale markers for series that are gone. Takes the group, its state and the store (to which it appends), gives the new
// state and everything that was done. When slots are due is the caller's business.

import { evaluate } from '../promql/query.ts';
import type { VectorElement } from '../promql/value.ts';
import { labelsKey, type Labels, type SampleStore } from '../store.ts';
import { stepAlerts } from './alerting.ts';
import { restoreForState } from './restore.ts';
import type {
  GroupState,
  Notification,
  RecordingRule,
  Rule,
  RuleFailure,
  RuleGroup,
  RuleSample,
  RuleState,
} from './rule.ts';

/** Evaluations that a group makes after a server start before it restores the `for` state and writes ALERTS. */
const SILENT_EVALUATIONS = 2;

/**
 * State of a group that has not been evaluated. `fresh`: the server starts with it; `reloaded`: it was loaded into a
 * running server, whose alerts have nothing to restore.
 */
export const initialGroupState = (group: RuleGroup, start: 'fresh' | 'reloaded'): GroupState => ({
  rules: group.rules.map(() => ({ written: new Map(), alerts: new Map() })),
  silentEvaluations: start === 'fresh' ? SILENT_EVALUATIONS : 0,
});

export interface GroupEvaluation {
  readonly state: GroupState;
  /** In the order of writing; all have been appended to the store. */
  readonly samples: readonly RuleSample[];
  readonly sent: readonly Notification[];
  readonly failures: readonly RuleFailure[];
}

type RuleOutcome =
  | {
      readonly kind: 'evaluated';
      readonly samples: readonly RuleSample[];
      readonly alerts: RuleState['alerts'];
      readonly sent: readonly Notification[];
    }
  | { readonly kind: 'failed'; readonly message: string; readonly alerts: RuleState['alerts'] };

interface Slot {
  readonly slotMillis: number;
  /** Time of queries and samples: slot − query offset, whole milliseconds. */
  readonly timestampMillis: number;
  readonly store: SampleStore;
  readonly writesAlertSeries: boolean;
}

const SAME_LABELS = 'vector contains metrics with the same labelset after applying rule labels';

interface Named {
  readonly labels: Labels;
  readonly key: string;
}

/** What a rule makes of a label set, made once: the evaluator gives the same object for the same series every time. */
const namedBy = new WeakMap<RecordingRule, WeakMap<Labels, Named>>();

const named = (rule: RecordingRule, labels: Labels): Named => {
  let made = namedBy.get(rule);
  if (made === undefined) {
    made = new WeakMap();
    namedBy.set(rule, made);
  }
  let known = made.get(labels);
  if (known === undefined) {
    const full: Labels = { ...labels, __name__: rule.name, ...rule.labels };
    known = { labels: full, key: labelsKey(full) };
    made.set(labels, known);
  }
  return known;
};

const record = (rule: RecordingRule, elements: readonly VectorElement[], limit: number, slot: Slot): RuleOutcome => {
  const names = elements.map(({ labels }) => named(rule, labels));
  const samples = elements.map(({ value }, i): RuleSample => {
    return { labels: names[i]!.labels, timestampMillis: slot.timestampMillis, value };
  });
  const alerts = new Map<string, never>();
  if (new Set(names.map(({ key }) => key)).size < samples.length)
    return { kind: 'failed', message: SAME_LABELS, alerts };
  if (limit > 0 && samples.length > limit)
    return { kind: 'failed', message: `exceeded limit of ${limit} with ${samples.length} series`, alerts };
  return { kind: 'evaluated', samples, alerts, sent: [] };
};

const evaluateRule = (rule: Rule, before: RuleState, group: RuleGroup, slot: Slot): RuleOutcome => {
  const { store, timestampMillis } = slot;
  const answer = evaluate(rule.query, store, timestampMillis);
  let elements: readonly VectorElement[];
  if (answer.kind === 'vector') elements = answer.elements;
  else if (answer.kind === 'scalar') elements = [{ labels: {}, value: answer.value }];
  else {
    const message = answer.kind === 'error' ? answer.message : 'rule result is not a vector or scalar';
    return { kind: 'failed', message, alerts: before.alerts };
  }
  if (rule.kind === 'recording') return record(rule, elements, group.limit, slot);
  return stepAlerts(rule, before.alerts, elements, {
    slotMillis: slot.slotMillis,
    intervalMillis: group.intervalMillis,
    timestampMillis,
    writesSeries: slot.writesAlertSeries,
    limit: group.limit,
    query: { store, atMillis: timestampMillis, version: group.version },
  });
};

/** Appends the samples of one rule and markers for what it wrote last time and not now. */
const write = (store: SampleStore, outcome: readonly RuleSample[], before: RuleState, timestampMillis: number) => {
  const written = new Map<string, Labels>();
  const samples: RuleSample[] = [];
  for (const sample of outcome) {
    const series = store.seriesFor(sample.labels);
    const result = store.append(series, timestampMillis, sample.value === 'stale' ? NaN : sample.value);
    if (result !== 'appended' && result !== 'duplicate') continue;
    written.set(series.key, series.labels);
    if (result === 'appended') samples.push({ ...sample, labels: series.labels });
  }
  for (const [key, labels] of before.written) {
    if (written.has(key)) continue;
    if (store.appendStale(store.seriesFor(labels), timestampMillis) === 'appended')
      samples.push({ labels, timestampMillis, value: 'stale' });
  }
  return { written, samples };
};

/**
 * Evaluates `group` for the slot at `slotMillis` (Unix milliseconds) and appends to `store` what its rules write. A rule
 * that fails writes nothing, no markers either, and keeps its alerts.
 */
export const evaluateGroup = (
  group: RuleGroup,
  state: GroupState,
  store: SampleStore,
  slotMillis: number,
): GroupEvaluation => {
  const slot: Slot = {
    slotMillis,
    timestampMillis: Math.floor(slotMillis - group.queryOffsetMillis),
    store,
    writesAlertSeries: state.silentEvaluations === 0,
  };
  const samples: RuleSample[] = [];
  const sent: Notification[] = [];
  const failures: RuleFailure[] = [];
  const rules = group.rules.map((rule, ruleIndex): RuleState => {
    const before = state.rules[ruleIndex]!;
    const outcome = evaluateRule(rule, before, group, slot);
    if (outcome.kind === 'failed') {
      failures.push({ ruleIndex, message: outcome.message });
      return { written: before.written, alerts: outcome.alerts };
    }
    const written = write(store, outcome.samples, before, slot.timestampMillis);
    samples.push(...written.samples);
    sent.push(...outcome.sent);
    return { written: written.written, alerts: outcome.alerts };
  });
  const silentEvaluations = Math.max(0, state.silentEvaluations - 1);
  const after: GroupState = { rules, silentEvaluations };
  const restores = state.silentEvaluations > 0 && silentEvaluations === 0;
  return { state: restores ? restoreForState(group, after, store, slotMillis) : after, samples, sent, failures };
};
