// The selector of a metric (not of pods): HPA fields `metric.selector`, turned into PromQL matchers by the adapter.

import type { LabelSelector } from '../../model/kubernetes-hpa.ts';
import { quote } from '../prometheus/go-text.ts';
import { encodeUtf8 } from '../prometheus/exposition/utf8.ts';

export interface MetricRequirement {
  readonly key: string;
  readonly operator: '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';
  readonly values: readonly string[];
}

const OPERATORS = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const;

/** The requirements of an HPA's selector. */
export const metricRequirements = (selector: LabelSelector | undefined): MetricRequirement[] => [
  ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=' as const,
    values: [value],
  })),
  ...(selector?.matchExpressions ?? []).map(({ key, operator, values }) => ({
    key,
    operator: OPERATORS[operator],
    values: values ?? [],
  })),
];

export const matcher = (label: string, sign: '=' | '!=' | '=~' | '!~', value: string): string =>
  `${label}${sign}${quote(encodeUtf8(value))}`;

/** PromQL has no match for Gt and Lt; the adapter says so in its log and answers 404 or 500. */
export const UNSUPPORTED_OPERATOR = 'operator not supported by prometheus';

/** The matchers of a selector, sorted by key; null if one of its operators has none. */
export const selectorMatchers = (requirements: readonly MetricRequirement[]): readonly MatcherPart[] | null => {
  const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const parts: MatcherPart[] = [];
  for (const { key, operator, values } of sorted) {
    const value = [...values].sort().join('|');
    const sign = {
      '=': '=',
      '==': '=',
      '!=': '!=',
      in: '=~',
      notin: '!~',
      exists: '!=',
      '!': '=',
      gt: null,
      lt: null,
    } as const;
    const chosen = sign[operator];
    if (chosen === null) return null;
    parts.push({ label: key, value, text: matcher(key, chosen, value) });
  }
  return parts;
};

export interface MatcherPart {
  readonly label: string;
  readonly value: string;
  readonly text: string;
}

/**
 * A custom metric's answer repeats the selector, in a form that has no `!=`: an answer that has items then fails.
 * Null if it can be written.
 */
export const unprintableOperator = (requirements: readonly MetricRequirement[]): string | null =>
  requirements.some((r) => r.operator === '!=') ? '"!=" is not a valid label selector operator' : null;
