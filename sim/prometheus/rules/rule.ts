// The words of rule evaluation: loaded groups and rules, the state that one evaluation hands to the next, and what an
// evaluation did. All plain data; load.ts makes groups, group.ts evaluates them.

import type { CompiledQuery } from '../promql/query.ts';
import type { PrometheusVersion } from '../promql/version.ts';
import type { Labels } from '../store.ts';
import type { Template } from './template.ts';

export interface RecordingRule {
  readonly kind: 'recording';
  readonly name: string;
  readonly query: CompiledQuery;
  readonly labels: Labels;
}

export interface AlertingRule {
  readonly kind: 'alerting';
  readonly name: string;
  readonly query: CompiledQuery;
  readonly forMillis: number;
  readonly keepFiringForMillis: number;
  /** As written; values may be templates. */
  readonly labels: Labels;
  readonly labelTemplates: readonly (readonly [string, Template])[];
  readonly annotationTemplates: readonly (readonly [string, Template])[];
}

export type Rule = RecordingRule | AlertingRule;

export interface RuleGroup {
  readonly name: string;
  readonly version: PrometheusVersion;
  readonly intervalMillis: number;
  /** Rules look this far back, and stamp their samples there. */
  readonly queryOffsetMillis: number;
  /** More series or alerts than this fail a rule; 0 means no limit. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

/** Times are Unix milliseconds. An inactive alert has been resolved and is kept so that it can be sent again. */
export interface Alert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing' | 'inactive';
  readonly activeAtMillis: number;
  readonly value: number;
  readonly resolvedAtMillis: number | undefined;
  readonly keepFiringSinceMillis: number | undefined;
  readonly lastSentMillis: number | undefined;
}

export interface RuleState {
  /** Series of the last good evaluation by key: those that are missing in the next one get a stale marker. */
  readonly written: ReadonlyMap<string, Labels>;
  /** Alerts by the key of their labels; empty for recording rules. */
  readonly alerts: ReadonlyMap<string, Alert>;
}

export interface GroupState {
  readonly rules: readonly RuleState[];
  /**
   * How many evaluations are to come before ALERTS series are written. After a server start the first two evaluations
   * only track state, then the `for` state is restored (metrics-path.md 1.6).
   */
  readonly silentEvaluations: number;
}

/** One appended sample; `stale` is a marker. */
export interface RuleSample {
  readonly labels: Labels;
  readonly timestampMillis: number;
  readonly value: number | 'stale';
}

/** What an Alertmanager would be sent, if there is one. */
export interface Notification {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly resolved: boolean;
  readonly validUntilMillis: number;
}

export interface RuleFailure {
  readonly ruleIndex: number;
  readonly message: string;
}
