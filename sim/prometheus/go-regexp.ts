// Go's unanchored matching and Regexp.ReplaceAllString on top of the RE2 translation of promql/regexp.ts. Relabelling
// (labelmap) and the adapter's names need them; matchers and relabel rules are anchored and do not.

import type { AnchoredRegexp } from './promql/regexp.ts';
import { anchoredRegexp, expandTemplate } from './promql/regexp.ts';

/** The same expression, free to match anywhere: the anchored source is `^(?:…)$`. Throws RegexpError as RE2 would. */
export const unanchoredRegexp = (pattern: string, dotMatchesNewline: boolean): AnchoredRegexp => {
  const { regexp, groupNames } = anchoredRegexp(pattern, dotMatchesNewline);
  return { regexp: new RegExp(regexp.source.slice(1, -1), 'gu'), groupNames };
};

/** Regexp.ReplaceAllString: every match replaced by the expanded template; no empty match right after another match. */
export const replaceAllGo = (expression: AnchoredRegexp, text: string, template: string): string => {
  const { regexp, groupNames } = expression;
  const all = regexp.global ? regexp : new RegExp(regexp.source, `${regexp.flags}g`);
  all.lastIndex = 0;
  let result = '';
  let from = 0;
  let matched = false;
  for (let match = all.exec(text); match !== null; match = all.exec(text)) {
    if (match[0] !== '' || !matched || match.index > from) {
      result += text.slice(from, match.index) + expandTemplate(template, match, groupNames);
      from = match.index + match[0].length;
      matched = true;
    }
    if (match[0] === '') all.lastIndex++;
  }
  return result + text.slice(from);
};
