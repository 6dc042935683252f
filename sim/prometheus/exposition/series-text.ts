// The labels inside one exposed series text, such as `a{x="1"}`. Done once per new text: afterwards the text itself is
// the identity of the series. 3.x writes le and quantile of declared histograms and summaries as floats
// (metrics-path.md 1.4); 2.53 keeps them as exposed.

import type { PrometheusVersion } from '../../../model/platform.ts';
import { formatFloatG, parseFloatGo } from '../go-text.ts';
import { decodeUtf8 } from './utf8.ts';
import type { Lexer } from './lexer.ts';
import { nextTextToken } from './lexer.ts';

export type LabelPair = readonly [name: string, value: string];

/** What the last # TYPE line said, as far as it changes labels. */
export type DeclaredType = 'histogram' | 'summary' | 'other';

const unescape = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([\\n"])/g, (_, c: string) => (c === 'n' ? '\n' : c)) : text;

const COMMON: Readonly<Record<string, string>> = { '0': '0.0', '-0': '0.0', '1': '1.0', '-1': '-1.0' };

/** A number as OpenMetrics spells it: always with a point or an exponent. */
export const openMetricsFloat = (value: number): string => {
  const text = formatFloatG(value);
  return COMMON[text] ?? (/[e.]|Inf|NaN/.test(text) ? text : `${text}.0`);
};

const normalised = (type: DeclaredType, name: string, value: string): string => {
  if (!((type === 'histogram' && name === 'le') || (type === 'summary' && name === 'quantile'))) return value;
  const parsed = parseFloatGo(value);
  return parsed.kind === 'value' ? openMetricsFloat(parsed.value) : value;
};

const text = (bytes: string): string => decodeUtf8(bytes) ?? bytes;

const unquoted = (token: string): string => (token.startsWith('"') ? unescape(token.slice(1, -1)) : token);

/**
 * Name and labels of a series text that the parser accepted, sorted by name; a name given twice appears twice.
 * Blanks before an unquoted metric name are part of it, as in Prometheus (golden s079).
 */
export const exposedLabels = (seriesText: string, type: DeclaredType, version: PrometheusVersion): LabelPair[] => {
  const lexer: Lexer = { bytes: seriesText, start: 0, at: 0, state: 'init', next: nextTextToken };
  const pairs: [string, string][] = [];
  let token = nextTextToken(lexer);
  if (token === 'MNAME') {
    pairs.push(['__name__', text(seriesText.slice(0, lexer.at))]);
    token = nextTextToken(lexer);
  }
  for (;;) {
    token = nextTextToken(lexer);
    if (token !== 'LNAME' && token !== 'QSTRING') {
      if (token === 'COMMA') continue;
      break;
    }
    const name = text(unquoted(seriesText.slice(lexer.start, lexer.at)));
    token = nextTextToken(lexer);
    if (token !== 'EQUAL') {
      pairs.push(['__name__', name]);
      if (token === 'BCLOSE') break;
      continue;
    }
    nextTextToken(lexer);
    const value = text(unescape(seriesText.slice(lexer.start + 1, lexer.at - 1)));
    pairs.push([name, version === '2.53' ? value : normalised(type, name, value)]);
  }
  return pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
};
