// Which parser a response gets. 2.53 reads everything but OpenMetrics as text; 3.x refuses a missing or unknown
// Content-Type unless a fallback protocol is configured (metrics-path.md 1.4).

import type { PrometheusVersion } from '../../../model/platform.ts';
import { quote } from '../go-text.ts';

export type PageFormat = 'text' | 'openmetrics';

export type ChosenFormat =
  { readonly kind: 'format'; readonly format: PageFormat } | { readonly kind: 'refused'; readonly error: string };

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/;

/** Go's mime.ParseMediaType as far as the type matters: the lower-case type, or the error of a malformed one. */
const mediaType = (header: string): { readonly type: string; readonly error: string | null } => {
  const base = header.split(';', 1)[0]!.trim().toLowerCase();
  const fail = (error: string) => ({ type: '', error: `mime: ${error}` });
  const main = TOKEN.exec(base)?.[0] ?? '';
  if (main === '') return fail('no media type');
  const rest = base.slice(main.length);
  if (rest !== '') {
    if (!rest.startsWith('/')) return fail('expected slash after first token');
    const sub = TOKEN.exec(rest.slice(1))?.[0] ?? '';
    if (sub === '') return fail('expected token after slash');
    if (rest.length > sub.length + 1) return fail('unexpected content after media subtype');
  }
  return { type: base, error: parameterError(header) };
};

const PARAMETER = /^\s*;\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[^"\\]|\\.)*")/;

const parameterError = (header: string): string | null => {
  const start = header.indexOf(';');
  let rest = start < 0 ? '' : header.slice(start);
  const seen = new Set<string>();
  while (rest.trim() !== '') {
    const parameter = PARAMETER.exec(rest);
    if (parameter === null) return rest.trim() === ';' ? null : 'mime: invalid media parameter';
    const name = parameter[1]!.toLowerCase();
    if (seen.has(name)) return 'mime: duplicate parameter name';
    seen.add(name);
    rest = rest.slice(parameter[0].length);
  }
  return null;
};

const formatOf = (type: string): PageFormat => (type === 'application/openmetrics-text' ? 'openmetrics' : 'text');

/** The format of a page with this Content-Type header ('' if there was none). */
export const chooseFormat = (contentType: string, version: PrometheusVersion): ChosenFormat => {
  const media = contentType === '' ? { type: '', error: null } : mediaType(contentType);
  if (version === '2.53') return { kind: 'format', format: media.error === null ? formatOf(media.type) : 'text' };
  if (contentType === '') {
    const error =
      'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target';
    return { kind: 'refused', error };
  }
  if (media.error !== null) {
    const error = `cannot parse Content-Type ${quote(contentType)} and no fallback_scrape_protocol for target\n${media.error}`;
    return { kind: 'refused', error };
  }
  if (media.type === 'text/plain' || media.type === 'application/openmetrics-text') {
    return { kind: 'format', format: formatOf(media.type) };
  }
  const error = `received unsupported Content-Type ${quote(contentType)} and no fallback_scrape_protocol specified for target`;
  return { kind: 'refused', error };
};
