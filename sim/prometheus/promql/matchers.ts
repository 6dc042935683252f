// One label matcher of a selector as a predicate over the label's value; a label that is not there has the value ''.

import type { Matcher, MatchKind } from './ast.ts';
import { anchoredRegexp } from './regexp.ts';
import type { VersionRules } from './version.ts';

/** Throws RegexpError if `value` is to be a regular expression and is none. */
export const makeMatcher = (name: string, kind: MatchKind, value: string, rules: VersionRules): Matcher => {
  if (kind === '=' || kind === '!=') {
    const wanted = kind === '=';
    return { name, kind, value, matches: (v) => (v === value) === wanted };
  }
  const { regexp } = anchoredRegexp(value, rules.dotMatchesNewline);
  const wanted = kind === '=~';
  return { name, kind, value, matches: (v) => regexp.test(v) === wanted };
};

/** A selector all of whose matchers accept the empty value would read the whole database; Prometheus refuses it. */
export const selectsEverything = (matchers: readonly Matcher[]): boolean => matchers.every((m) => m.matches(''));
