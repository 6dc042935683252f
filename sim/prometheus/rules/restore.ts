// The `for` state of alerts after a server restart, read back from ALERTS_FOR_STATE. Takes the group's state after its
// second evaluation and the store, gives the state with older activeAt times. Rules: metrics-path.md 1.6 and
// golden/rules/README.md; outage tolerance 1 h, grace period 10 min (Prometheus' defaults).

import type { PrometheusVersion } from '../promql/version.ts';
import type { SampleStore } from '../store.ts';
import { labelsKey } from '../store.ts';
import { forStateLabels } from './alerting.ts';
import type { Alert, AlertingRule, GroupState, RuleGroup } from './rule.ts';

const OUTAGE_TOLERANCE_MILLIS = 3_600_000;
const GRACE_PERIOD_MILLIS = 600_000;

/** 3.x restores alerts that had fired whatever their `for`; 2.x skips every rule whose `for` is below the grace period. */
const RESTORES_FIRED_OF_SHORT_RULES: { readonly [V in PrometheusVersion]: boolean } = { '2.53': false, '3': true };

interface LastState {
  readonly atMillis: number;
  readonly activeAtMillis: number;
}

/** Newest sample of the alert's state series within the outage tolerance; undefined if none, or if it is a marker. */
const lastState = (rule: AlertingRule, alert: Alert, store: SampleStore, nowMillis: number): LastState | undefined => {
  const key = labelsKey(forStateLabels(rule, alert));
  const series = store.named('ALERTS_FOR_STATE').find((s) => s.key === key);
  if (series === undefined) return undefined;
  let index = series.end - 1;
  while (index >= series.first && series.times[index]! > nowMillis) index -= 1;
  if (index < series.first || series.stale[index] === 1) return undefined;
  const atMillis = series.times[index]!;
  return atMillis < nowMillis - OUTAGE_TOLERANCE_MILLIS
    ? undefined
    : { atMillis, activeAtMillis: series.values[index]! * 1000 };
};

const restoreAlert = (
  rule: AlertingRule,
  alert: Alert,
  version: PrometheusVersion,
  store: SampleStore,
  nowMillis: number,
): Alert => {
  const state = lastState(rule, alert, store, nowMillis);
  if (state === undefined) return alert;
  const downAt = Math.floor(state.atMillis / 1000) * 1000;
  const remaining = rule.forMillis - (downAt - state.activeAtMillis);
  if (remaining > 0 && rule.forMillis < GRACE_PERIOD_MILLIS) return alert;
  if (remaining <= 0)
    return rule.forMillis < GRACE_PERIOD_MILLIS && !RESTORES_FIRED_OF_SHORT_RULES[version]
      ? alert
      : { ...alert, activeAtMillis: state.activeAtMillis };
  if (remaining < GRACE_PERIOD_MILLIS)
    return { ...alert, activeAtMillis: nowMillis + GRACE_PERIOD_MILLIS - rule.forMillis };
  return { ...alert, activeAtMillis: state.activeAtMillis + (nowMillis - downAt) };
};

/** The state of `group` with its alerts' `for` clocks as they were before the restart. */
export const restoreForState = (
  group: RuleGroup,
  state: GroupState,
  store: SampleStore,
  nowMillis: number,
): GroupState => ({
  ...state,
  rules: state.rules.map((ruleState, i) => {
    const rule = group.rules[i]!;
    if (rule.kind === 'recording') return ruleState;
    const alerts = new Map<string, Alert>();
    for (const [key, alert] of ruleState.alerts)
      alerts.set(key, restoreAlert(rule, alert, group.version, store, nowMillis));
    return { ...ruleState, alerts };
  }),
});
