// Reads one page of the text format or of OpenMetrics into series texts and values, with Prometheus' own errors.
// Samples before an error are kept: the scrape loop has seen them when it meets it. What a sample means for a target is
// left to the scrape loop; labels are taken out of a series text only when it is new (series-text.ts).

import type { PrometheusVersion } from '../../../model/platform.ts';
import { parseFloatGo, quote } from '../go-text.ts';
import type { PageFormat } from './content-type.ts';
import type { Lexer, Token } from './lexer.ts';
import { nextOpenMetricsToken, nextTextToken } from './lexer.ts';
import type { DeclaredType } from './series-text.ts';
import { decodeUtf8 } from './utf8.ts';

/** The samples of one page; entry i of every array belongs to sample i < count. */
export interface ParsedPage {
  count: number;
  /** Exposed text of the series, the identity under which the scrape loop caches it. */
  readonly keys: string[];
  readonly values: number[];
  /** The sample's own timestamp in ms, NaN if it has none. */
  readonly timestamps: number[];
  readonly types: DeclaredType[];
  /** Why the rest of the page was not read; null if all of it was. */
  error: string | null;
}

class PageError extends Error {}

const TEXT_TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);
const OPEN_METRICS_TYPES = new Set([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
]);

const declared = (type: string): DeclaredType => (type === 'histogram' || type === 'summary' ? type : 'other');

/** Powers of ten that a double holds exactly: m / 10^k is then correctly rounded for m < 2^53. */
const EXACT = Array.from({ length: 23 }, (_, k) => 10 ** k);

const wrong = (lexer: Lexer, from: number, expected: string, token: Token): PageError => {
  const end = Math.min(lexer.at + 1, lexer.bytes.length);
  const got = quote(lexer.bytes.slice(lexer.start, end));
  return new PageError(`${expected}, got ${got} ("${token}") while parsing: ${quote(lexer.bytes.slice(from, end))}`);
};

const float = (lexer: Lexer, from: number, skip: number): number => {
  const text = lexer.bytes.slice(lexer.start + skip, lexer.at);
  const where = () => `while parsing: ${quote(lexer.bytes.slice(from, lexer.at))}`;
  if (/[pP_]/.test(text)) throw new PageError(`unsupported character in float ${where()}`);
  const parsed = parseFloatGo(text);
  if (parsed.kind === 'error') throw new PageError(`${parsed.message} ${where()}`);
  return parsed.value;
};

/** True once the metric name is known (before the brace or quoted inside). */
const labelValues = (
  lexer: Lexer,
  from: number,
  named: boolean,
  place: 'text' | 'openmetrics' | 'exemplar',
): boolean => {
  let token = lexer.next(lexer);
  for (;;) {
    if (token === 'BCLOSE') return named;
    if (token !== 'LNAME' && token !== 'QSTRING') throw wrong(lexer, from, 'expected label name', token);
    token = lexer.next(lexer);
    if (token === 'COMMA' || token === 'BCLOSE') {
      if (place === 'exemplar') throw wrong(lexer, from, 'expected label name', token);
      if (named) {
        throw new PageError(`metric name already set while parsing: ${quote(lexer.bytes.slice(from, lexer.at))}`);
      }
      named = true;
      if (token === 'BCLOSE') return named;
      token = lexer.next(lexer);
      continue;
    }
    if (token !== 'EQUAL') throw wrong(lexer, from, 'expected equal', token);
    token = lexer.next(lexer);
    if (token !== 'LVALUE') throw wrong(lexer, from, 'expected label value', token);
    const value = lexer.bytes.slice(lexer.start, lexer.at);
    if (decodeUtf8(value) === null) throw new PageError(`invalid UTF-8 label value: ${quote(value)}`);
    token = lexer.next(lexer);
    if (token === 'COMMA') token = lexer.next(lexer);
    else if (place !== 'text' && token !== 'BCLOSE') throw wrong(lexer, from, 'expected comma or brace close', token);
  }
};

const MAX_INT64 = 9223372036854775807n;

const textTimestamp = (lexer: Lexer, from: number): number => {
  const digits = lexer.bytes.slice(lexer.start, lexer.at);
  if (digits.length > 18 && BigInt(digits) > MAX_INT64) {
    const where = quote(lexer.bytes.slice(from, lexer.at));
    throw new PageError(`strconv.ParseInt: parsing ${quote(digits)}: value out of range while parsing: ${where}`);
  }
  return Number(digits);
};

/** After a text value: its own timestamp or NaN; the line's end is consumed. */
const textRest = (lexer: Lexer, from: number): number => {
  let token = lexer.next(lexer);
  if (token === 'LINEBREAK') return NaN;
  if (token !== 'TIMESTAMP') throw wrong(lexer, from, 'expected timestamp or new record', token);
  const timestamp = textTimestamp(lexer, from);
  token = lexer.next(lexer);
  if (token !== 'LINEBREAK') throw wrong(lexer, from, 'expected next entry after timestamp', token);
  return timestamp;
};

const NO_EOF = 'data does not end with # EOF';

const secondsTimestamp = (lexer: Lexer, from: number, kind: string): number => {
  const seconds = float(lexer, from, 1);
  if (!Number.isFinite(seconds)) {
    throw new PageError(`invalid ${kind} ${Number.isNaN(seconds) ? 'NaN' : seconds > 0 ? '+Inf' : '-Inf'}`);
  }
  return Math.trunc(seconds * 1000);
};

const exemplar = (lexer: Lexer, from: number): void => {
  labelValues(lexer, from, false, 'exemplar');
  let token = lexer.next(lexer);
  if (token !== 'VALUE') throw wrong(lexer, from, 'expected value after exemplar labels', token);
  float(lexer, from, 1);
  token = lexer.next(lexer);
  if (token === 'EOF') throw new PageError(NO_EOF);
  if (token === 'LINEBREAK') return;
  if (token !== 'TIMESTAMP') throw wrong(lexer, from, 'expected timestamp or comment', token);
  secondsTimestamp(lexer, from, 'exemplar timestamp');
  token = lexer.next(lexer);
  if (token !== 'LINEBREAK') throw wrong(lexer, from, 'expected next entry after exemplar timestamp', token);
};

const openMetricsRest = (lexer: Lexer, from: number): number => {
  let token = lexer.next(lexer);
  if (token === 'EOF') throw new PageError(NO_EOF);
  let timestamp = NaN;
  if (token === 'TIMESTAMP') {
    timestamp = secondsTimestamp(lexer, from, 'timestamp');
    token = lexer.next(lexer);
    if (token !== 'LINEBREAK' && token !== 'COMMENT') {
      throw wrong(lexer, from, 'expected next entry after timestamp', token);
    }
  }
  if (token === 'COMMENT') exemplar(lexer, from);
  else if (token !== 'LINEBREAK') throw wrong(lexer, from, 'expected timestamp or # symbol', token);
  return timestamp;
};

/**
 * Reads the pages of one target. It remembers the series texts of the page before and first compares with them, since
 * nearly every page repeats them in the same order; the general way is the lexer, and gives the same result
 * (test: 'a known page reads like a new one').
 */
export class PageReader {
  readonly #page: ParsedPage = { count: 0, keys: [], values: [], timestamps: [], types: [], error: null };
  #format: PageFormat = 'text';
  #highBytes = false;
  #type: DeclaredType = 'other';
  /** Text between the sample before and sample i on the last page: comments, HELP and TYPE lines. */
  readonly #gaps: string[] = [];
  /** The type that a TYPE line in that gap declared, or null. */
  readonly #gapTypes: (DeclaredType | null)[] = [];
  #gapFrom = 0;
  #gapType: DeclaredType | null = null;

  /** The samples of `bytes` (one character per byte). The result is overwritten by the next call. */
  read(bytes: string, format: PageFormat, version: PrometheusVersion): ParsedPage {
    const page = this.#page;
    const ended = version === '2.53' || !bytes.endsWith('\n');
    const lexer: Lexer = {
      bytes: format === 'text' && ended ? `${bytes}\n` : bytes,
      start: 0,
      at: 0,
      state: 'init',
      next: format === 'text' ? nextTextToken : nextOpenMetricsToken,
    };
    this.#highBytes = /[\x80-\xff]/.test(bytes);
    this.#type = 'other';
    if (format !== this.#format) page.keys.length = this.#gaps.length = 0;
    this.#gapFrom = 0;
    this.#gapType = null;
    this.#format = format;
    page.count = 0;
    page.error = null;
    try {
      if (format === 'text') while (this.#textEntry(lexer));
      else while (this.#openMetricsEntry(lexer));
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      page.error = error.message;
    }
    return page;
  }

  /** A sample that the lexer read: what stood before it is remembered for the next page. */
  #addNew(lexer: Lexer, from: number, key: string, value: number, timestamp: number): void {
    const i = this.#page.count;
    if (this.#gapFrom < from) {
      this.#gaps[i] = lexer.bytes.slice(this.#gapFrom, from);
      this.#gapTypes[i] = this.#gapType;
    } else this.#gaps[i] = '';
    this.#add(key, value, timestamp);
    this.#gapFrom = lexer.at;
    this.#gapType = null;
  }

  /** Moves over the lines that stood before this sample on the last page. */
  #knownGap(lexer: Lexer): void {
    const i = this.#page.count;
    const gap = this.#gaps[i];
    if (gap === undefined || gap === '' || lexer.at !== this.#gapFrom || !lexer.bytes.startsWith(gap, lexer.at)) return;
    lexer.at += gap.length;
    const type = this.#gapTypes[i] ?? null;
    if (type !== null) this.#type = this.#gapType = type;
  }

  #add(key: string, value: number, timestamp: number): void {
    const page = this.#page;
    const i = page.count++;
    page.keys[i] = key;
    page.values[i] = value;
    page.timestamps[i] = timestamp;
    page.types[i] = this.#type;
  }

  #textEntry(lexer: Lexer): boolean {
    this.#knownGap(lexer);
    const from = lexer.at;
    if (this.#knownSeries(lexer)) return true;
    const token = lexer.next(lexer);
    switch (token) {
      case 'EOF':
        return false;
      case 'LINEBREAK':
        return true;
      case 'COMMENT': {
        const after = lexer.next(lexer);
        if (after !== 'LINEBREAK') throw wrong(lexer, from, 'linebreak expected after comment', after);
        return true;
      }
      case 'HELP':
      case 'TYPE': {
        this.#metadata(lexer, from, token, 0);
        const after = lexer.next(lexer);
        if (after !== 'LINEBREAK') throw wrong(lexer, from, 'linebreak expected after metadata', after);
        return true;
      }
      case 'MNAME':
      case 'BOPEN': {
        const after = this.#seriesEnd(lexer, from, token, 'text');
        const key = lexer.bytes.slice(from, after.end);
        if (after.token !== 'VALUE') throw wrong(lexer, from, 'expected value after metric', after.token);
        const value = float(lexer, from, 0);
        this.#addNew(lexer, from, key, value, textRest(lexer, from));
        return true;
      }
      default:
        throw wrong(lexer, from, 'expected a valid start token', token);
    }
  }

  #openMetricsEntry(lexer: Lexer): boolean {
    this.#knownGap(lexer);
    const from = lexer.at;
    if (this.#knownSeries(lexer)) return true;
    const token = lexer.next(lexer);
    switch (token) {
      case 'EOFWORD':
        if (lexer.next(lexer) !== 'EOF') throw new PageError('unexpected data after # EOF');
        return false;
      case 'EOF':
        throw new PageError(NO_EOF);
      case 'HELP':
      case 'TYPE':
      case 'UNIT':
        this.#metadata(lexer, from, token, 1);
        return true;
      case 'MNAME':
      case 'BOPEN': {
        const after = this.#seriesEnd(lexer, from, token, 'openmetrics');
        const key = lexer.bytes.slice(from, after.end);
        if (after.token !== 'VALUE') throw wrong(lexer, from, 'expected value after metric', after.token);
        const value = float(lexer, from, 1);
        this.#addNew(lexer, from, key, value, openMetricsRest(lexer, from));
        return true;
      }
      default:
        throw wrong(lexer, from, 'expected a valid start token', token);
    }
  }

  /** The token after a series text, and where that text ends. */
  #seriesEnd(lexer: Lexer, from: number, first: Token, place: PageFormat): { token: Token; end: number } {
    let end = lexer.at;
    let token = first === 'BOPEN' ? first : lexer.next(lexer);
    if (token === 'BOPEN') {
      const named = labelValues(lexer, from, first === 'MNAME', place);
      end = lexer.at;
      token = lexer.next(lexer);
      if (!named) throw new PageError(`metric name not set while parsing: ${quote(lexer.bytes.slice(from, lexer.at))}`);
    }
    return { token, end };
  }

  #metadata(lexer: Lexer, from: number, kind: 'HELP' | 'TYPE' | 'UNIT', trailing: 0 | 1): void {
    let token = lexer.next(lexer);
    if (token !== 'MNAME') throw wrong(lexer, from, `expected metric name after ${kind}`, token);
    const nameFrom = lexer.start;
    const nameTo = lexer.at;
    token = lexer.next(lexer);
    if (token !== 'TEXT') throw wrong(lexer, from, `expected text in ${kind}`, token);
    if (kind === 'HELP') {
      if (!this.#highBytes) return;
      const help = lexer.bytes.slice(lexer.start + 1, lexer.at - trailing);
      if (decodeUtf8(help) === null) throw new PageError(`help text ${quote(help)} is not a valid utf8 string`);
      return;
    }
    const text = lexer.bytes.slice(lexer.start + 1, lexer.at - trailing);
    if (kind === 'TYPE') {
      if (!(trailing === 0 ? TEXT_TYPES : OPEN_METRICS_TYPES).has(text)) {
        throw new PageError(`invalid metric type ${quote(text)}`);
      }
      this.#type = this.#gapType = declared(text);
      return;
    }
    const name = lexer.bytes.slice(nameFrom, nameTo).replace(/^"(.*)"$/s, '$1');
    if (text !== '' && !name.endsWith(`_${text}`)) {
      throw new PageError(`unit ${quote(text)} not a suffix of metric ${quote(name)}`);
    }
  }

  /** Reads `<series text of the page before> <plain decimal>\n`; moves nothing and says false if it is not that. */
  #knownSeries(lexer: Lexer): boolean {
    const page = this.#page;
    const known = page.keys[page.count];
    const { bytes } = lexer;
    if (known === undefined || !bytes.startsWith(known, lexer.at)) return false;
    let at = lexer.at + known.length;
    if (bytes.charCodeAt(at) !== 32) return false;
    let code = bytes.charCodeAt(++at);
    const negative = code === 45;
    if (negative) code = bytes.charCodeAt(++at);
    let mantissa = 0;
    let digits = 0;
    let fraction = 0;
    let point = false;
    for (; ; code = bytes.charCodeAt(++at)) {
      if (code >= 48 && code <= 57) {
        mantissa = mantissa * 10 + (code - 48);
        digits++;
        if (point) fraction++;
      } else if (code === 46 && !point) point = true;
      else break;
    }
    if (code !== 10 || digits === 0 || digits > 15) return false;
    const value = fraction === 0 ? mantissa : mantissa / EXACT[fraction]!;
    if (this.#gapFrom === lexer.at) this.#gaps[page.count] = '';
    lexer.at = this.#gapFrom = at + 1;
    this.#gapType = null;
    this.#add(known, negative ? -value : value, NaN);
    return true;
  }
}
