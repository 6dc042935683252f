// One evaluation of an alerting rule: elements of its vector to alerts, pending to firing to resolved, the samples that
// record them, and what is due to be sent. Pure: old state in, new state out. Rules: metrics-path.md 1.6.
//
//   absent ──element──▶ pending ──held for `for`──▶ firing ──no element, keep_firing_for over──▶ inactive ──15 min──▶ gone
//                          └──no element──▶ gone        └◀──element── (a new alert)

import type { VectorElement } from '../promql/value.ts';
import { labelsKey, type Labels } from '../store.ts';
import type { Alert, AlertingRule, Notification, RuleSample } from './rule.ts';
import { expandTemplate, type TemplateQuery } from './template.ts';

/** A resolved alert is remembered, and sent again, this long. */
const RESOLVED_RETENTION_MILLIS = 15 * 60_000;
/** Prometheus' default of --rules.alert.resend-delay. */
const RESEND_DELAY_MILLIS = 60_000;
/** An Alertmanager may miss this many sends before it takes an alert for ended. */
const SENDS_TO_EXPIRY = 4;

export interface AlertStep {
  readonly slotMillis: number;
  readonly intervalMillis: number;
  /** Time of the written samples: slot − query offset. */
  readonly timestampMillis: number;
  /** False during the first evaluations after a server start. */
  readonly writesSeries: boolean;
  readonly limit: number;
  /** For templates that query. */
  readonly query: TemplateQuery;
}

export type AlertOutcome =
  | {
      readonly kind: 'evaluated';
      readonly alerts: ReadonlyMap<string, Alert>;
      readonly samples: readonly RuleSample[];
      readonly sent: readonly Notification[];
    }
  | { readonly kind: 'failed'; readonly message: string; readonly alerts: ReadonlyMap<string, Alert> };

const withLabel = (labels: Record<string, string>, name: string, value: string): void => {
  if (value === '') Reflect.deleteProperty(labels, name);
  else labels[name] = value;
};

/** The alert that an element stands for, as if it were new. */
const alertOf = (rule: AlertingRule, element: VectorElement, step: AlertStep): Alert => {
  const expand = (template: Parameters<typeof expandTemplate>[0]): string =>
    expandTemplate(template, { labels: element.labels, value: element.value, query: step.query });
  const labels: Record<string, string> = { ...element.labels };
  withLabel(labels, '__name__', '');
  for (const [name, template] of rule.labelTemplates) withLabel(labels, name, expand(template));
  labels['alertname'] = rule.name;
  return {
    labels,
    annotations: Object.fromEntries(rule.annotationTemplates.map(([name, template]) => [name, expand(template)])),
    state: 'pending',
    activeAtMillis: step.slotMillis,
    value: element.value,
    resolvedAtMillis: undefined,
    keepFiringSinceMillis: undefined,
    lastSentMillis: undefined,
  };
};

/** An alert whose element is there. */
const present = (alert: Alert, rule: AlertingRule, slot: number): Alert => ({
  ...alert,
  keepFiringSinceMillis: undefined,
  state: alert.state === 'pending' && slot - alert.activeAtMillis >= rule.forMillis ? 'firing' : alert.state,
});

/** An alert whose element is not there; undefined once it is forgotten. */
const missing = (alert: Alert, rule: AlertingRule, slot: number): Alert | undefined => {
  if (alert.state === 'pending') return undefined;
  if (alert.state === 'firing' && rule.keepFiringForMillis > 0) {
    const since = alert.keepFiringSinceMillis ?? slot;
    if (slot - since < rule.keepFiringForMillis) return { ...alert, keepFiringSinceMillis: since };
  }
  if (alert.resolvedAtMillis !== undefined && slot - alert.resolvedAtMillis > RESOLVED_RETENTION_MILLIS)
    return undefined;
  return alert.state === 'inactive' ? alert : { ...alert, state: 'inactive', resolvedAtMillis: slot };
};

const needsSending = (alert: Alert, slot: number): boolean => {
  if (alert.state === 'pending') return false;
  if (alert.lastSentMillis === undefined) return true;
  if (alert.resolvedAtMillis !== undefined && alert.resolvedAtMillis > alert.lastSentMillis) return true;
  return alert.lastSentMillis + RESEND_DELAY_MILLIS < slot;
};

/** Labels of the series ALERTS and ALERTS_FOR_STATE: the rule's own as written, then the alert's over them. */
const seriesLabels = (rule: AlertingRule, alert: Alert, name: string): Record<string, string> => ({
  ...rule.labels,
  ...alert.labels,
  __name__: name,
  alertname: rule.name,
});

const samplesOf = (rule: AlertingRule, alert: Alert, timestampMillis: number): RuleSample[] => [
  { labels: { ...seriesLabels(rule, alert, 'ALERTS'), alertstate: alert.state }, timestampMillis, value: 1 },
  {
    labels: seriesLabels(rule, alert, 'ALERTS_FOR_STATE'),
    timestampMillis,
    value: Math.floor(alert.activeAtMillis / 1000),
  },
];

/** What labels an alert's ALERTS_FOR_STATE series has, to find its state again after a restart. */
export const forStateLabels = (rule: AlertingRule, alert: Alert): Labels =>
  seriesLabels(rule, alert, 'ALERTS_FOR_STATE');

/** Moves all alerts of `rule` to `step.slotMillis`, given the elements of its expression. */
export const stepAlerts = (
  rule: AlertingRule,
  before: ReadonlyMap<string, Alert>,
  elements: readonly VectorElement[],
  step: AlertStep,
): AlertOutcome => {
  const slot = step.slotMillis;
  const fresh = new Map<string, Alert>();
  for (const element of elements) {
    const alert = alertOf(rule, element, step);
    const key = labelsKey(alert.labels);
    if (fresh.has(key)) {
      const message = 'vector contains metrics with the same labelset after applying alert labels';
      return { kind: 'failed', message, alerts: before };
    }
    fresh.set(key, alert);
  }

  const after = new Map<string, Alert>();
  for (const [key, alert] of before) {
    const now = fresh.get(key);
    if (now === undefined) {
      const kept = missing(alert, rule, slot);
      if (kept !== undefined) after.set(key, kept);
    } else if (alert.state === 'inactive') after.set(key, present(now, rule, slot));
    else after.set(key, present({ ...alert, value: now.value, annotations: now.annotations }, rule, slot));
  }
  for (const [key, alert] of fresh) if (!before.has(key)) after.set(key, present(alert, rule, slot));

  const live = [...after.values()].filter((alert) => alert.state !== 'inactive');
  if (step.limit > 0 && live.length > step.limit) {
    const message = `exceeded limit of ${step.limit} with ${live.length} alerts`;
    return { kind: 'failed', message, alerts: new Map() };
  }
  const sent: Notification[] = [];
  const validUntilMillis = slot + SENDS_TO_EXPIRY * Math.max(RESEND_DELAY_MILLIS, step.intervalMillis);
  for (const [key, alert] of after) {
    if (!needsSending(alert, slot)) continue;
    after.set(key, { ...alert, lastSentMillis: slot });
    const { labels, annotations, state } = alert;
    sent.push({ labels, annotations, resolved: state === 'inactive', validUntilMillis });
  }
  const samples = step.writesSeries ? live.flatMap((alert) => samplesOf(rule, alert, step.timestampMillis)) : [];
  return { kind: 'evaluated', alerts: after, samples, sent };
};
