// Label selectors: the text form of scale.status.selector and the JSON form of a metric's selector. Only what the HPA
// needs of them: do they parse, do they match, and how upstream prints them in the name of a metric.

import type { LabelMap, LabelSelector } from '../../model/kubernetes-hpa.ts';

interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  readonly values: readonly string[];
}

/** All requirements must hold. */
export type ParsedSelector = readonly Requirement[];

const KEY = String.raw`(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?`;
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUAL = new RegExp(`^(${KEY})\\s*(==|=|!=|>|<)\\s*(${VALUE})$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const VALID_VALUE = new RegExp(`^${VALUE}$`);

const requirementOf = (term: string): Requirement | null => {
  const set = SET.exec(term);
  if (set !== null) {
    const values = set[3]!.split(',').map((v) => v.trim());
    return values.every((v) => VALID_VALUE.test(v))
      ? { key: set[1]!, operator: set[2] as 'in' | 'notin', values }
      : null;
  }
  const equal = EQUAL.exec(term);
  if (equal !== null) {
    const [, key, sign, value] = equal;
    if (sign === '>' || sign === '<') {
      return /^\d+$/.test(value!) ? { key: key!, operator: sign === '>' ? 'gt' : 'lt', values: [value!] } : null;
    }
    return { key: key!, operator: sign === '!=' ? 'notin' : 'in', values: [value!] };
  }
  const exists = EXISTS.exec(term);
  return exists === null ? null : { key: exists[2]!, operator: exists[1] === '' ? 'exists' : 'absent', values: [] };
};

/** Terms between commas that are not inside parentheses. */
const terms = (text: string): string[] => text.split(/,(?![^()]*\))/).map((term) => term.trim());

/** Parses `app=x,tier in (a,b),!old`; null if it is not a selector. */
export const parseSelector = (text: string): ParsedSelector | null => {
  const parsed = terms(text).map(requirementOf);
  return parsed.every((r) => r !== null) ? parsed : null;
};

/** A selector text, read once: null where it does not parse. */
export interface ReadSelector {
  readonly text: string;
  readonly parsed: ParsedSelector | null;
}

export const readSelector = (text: string): ReadSelector => ({ text, parsed: parseSelector(text) });

const holds = ({ key, operator, values }: Requirement, labels: LabelMap): boolean => {
  const value = labels[key];
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
};

export const selects = (selector: ParsedSelector, labels: LabelMap): boolean =>
  selector.every((requirement) => holds(requirement, labels));

const OPERATORS = new Set<string>(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** What is wrong with a metric's selector, null if nothing: such a metric fails without a call. */
export const selectorProblem = (selector: LabelSelector | undefined): string | null => {
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    if (!OPERATORS.has(operator)) return `"${operator}" is not a valid label selector operator`;
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (takesValues !== (values ?? []).length > 0) return `invalid values of key ${key} for operator ${operator}`;
  }
  return null;
};

/** The selector as it stands in "external metric NAME(SELECTOR)". */
export const selectorText = (selector: LabelSelector | undefined): string => {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = (selector.matchExpressions ?? []).map(
    (e) => `LabelSelectorRequirement{Key:${e.key},Operator:${e.operator},Values:[${(e.values ?? []).join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.map(([k, v]) => `${k}: ${v},`).join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
};
