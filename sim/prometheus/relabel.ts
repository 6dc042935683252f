// Relabelling, of targets before they are scraped and of samples after (relabel_configs, metric_relabel_configs).
// Rules are compiled once; a rule changes the builder it is given or says that the label set is dropped.

import { TestbedError } from '../../model/errors.ts';
import type { PrometheusVersion } from '../../model/platform.ts';
import { encodeUtf8 } from './exposition/utf8.ts';
import type { LabelsBuilder } from './labels-builder.ts';
import { md5Tail } from './md5.ts';
import type { TranslatedRegexp } from './promql/regexp.ts';
import { anchoredRegexp, expandTemplate } from './promql/regexp.ts';

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** One rule with Prometheus' defaults applied. */
export interface RelabelRule {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly targetLabel: string;
  readonly regex: string;
  readonly modulus: number;
  readonly replacement: string;
  readonly action: RelabelAction;
}

export const RELABEL_DEFAULTS: RelabelRule = {
  sourceLabels: [],
  separator: ';',
  targetLabel: '',
  regex: '(.*)',
  modulus: 0,
  replacement: '$1',
  action: 'replace',
};

/** False: drop the label set. */
export type Relabelling = (builder: LabelsBuilder) => boolean;

const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const replace = (rule: RelabelRule, regex: TranslatedRegexp, validName: (name: string) => boolean) => {
  return (builder: LabelsBuilder, value: string): boolean => {
    const match = regex.regexp.exec(value);
    if (match === null) return true;
    const target = expandTemplate(rule.targetLabel, match, regex.groupNames);
    if (!validName(target)) return true;
    builder.set(target, expandTemplate(rule.replacement, match, regex.groupNames));
    return true;
  };
};

const forNames = (builder: LabelsBuilder, act: (name: string, value: string) => void): true => {
  for (const [name, value] of builder.pairs()) act(name, value);
  return true;
};

const step = (rule: RelabelRule, version: PrometheusVersion): ((builder: LabelsBuilder, value: string) => boolean) => {
  const regex = anchoredRegexp(rule.regex, version === '3');
  const matches = (text: string): boolean => regex.regexp.test(text);
  const set = (of: (value: string) => string) => (builder: LabelsBuilder, value: string) => {
    builder.set(rule.targetLabel, of(value));
    return true;
  };
  switch (rule.action) {
    case 'replace':
      return replace(rule, regex, (name) => (version === '3' ? name !== '' : LEGACY_LABEL.test(name)));
    case 'keep':
      return (_, value) => matches(value);
    case 'drop':
      return (_, value) => !matches(value);
    case 'keepequal':
      return (builder, value) => builder.get(rule.targetLabel) === value;
    case 'dropequal':
      return (builder, value) => builder.get(rule.targetLabel) !== value;
    case 'hashmod':
      return set((value) => (md5Tail(encodeUtf8(value)) % BigInt(rule.modulus)).toString());
    case 'lowercase':
      return set((value) => value.toLowerCase());
    case 'uppercase':
      return set((value) => value.toUpperCase());
    case 'labelmap':
      return (builder) =>
        forNames(builder, (name, value) => {
          const match = regex.regexp.exec(name);
          if (match !== null) builder.set(expandTemplate(rule.replacement, match, regex.groupNames), value);
        });
    case 'labeldrop':
    case 'labelkeep': {
      const gone = rule.action === 'labeldrop';
      return (builder) => forNames(builder, (name) => (matches(name) === gone ? builder.delete(name) : undefined));
    }
  }
};

const compileRule = (rule: RelabelRule, version: PrometheusVersion): Relabelling => {
  const act = step(rule, version);
  const { sourceLabels, separator } = rule;
  return (builder) => act(builder, sourceLabels.map((name) => builder.get(name)).join(separator));
};

/**
 * All rules as one function that stops at the first that drops. Throws PLATFORM_INVALID if a regular expression is not
 * RE2 or a hashmod has no modulus.
 */
export const compileRelabelling = (rules: readonly RelabelRule[], version: PrometheusVersion): Relabelling => {
  const compiled = rules.map((rule) => {
    if (rule.action === 'hashmod' && rule.modulus === 0) {
      throw new TestbedError('PLATFORM_INVALID', 'relabel configuration for hashmod requires non-zero modulus');
    }
    try {
      return compileRule(rule, version);
    } catch (cause) {
      throw new TestbedError('PLATFORM_INVALID', `relabelling: regex ${JSON.stringify(rule.regex)} cannot be used`, {
        hint: 'Prometheus uses RE2 syntax: no look-around, no back-references',
        cause,
      });
    }
  });
  return (builder) => compiled.every((apply) => apply(builder));
};
