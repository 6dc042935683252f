// How Go writes and reads numbers and quoted text, where Prometheus shows it to users: error messages, the normalised
// le and quantile labels, sample values. (Go 1.22: strconv.)

import { codePointAt } from './exposition/utf8.ts';

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** Printable in Go's sense, approximated by Unicode's letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** strconv.Quote of a byte string; the result is text. Bytes that are not UTF-8 become \xNN. */
export const quote = (bytes: string): string => {
  let text = '"';
  for (let at = 0; at < bytes.length;) {
    const point = codePointAt(bytes, at);
    if (point === null) {
      text += `\\x${hex(bytes.charCodeAt(at), 2)}`;
      at += 1;
      continue;
    }
    const { code, length } = point;
    const character = String.fromCodePoint(code);
    if (ESCAPES[code] !== undefined) text += ESCAPES[code];
    else if (PRINTABLE.test(character)) text += character;
    else if (code < 0x80) text += `\\x${hex(code, 2)}`;
    else text += code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
    at += length;
  }
  return `${text}"`;
};

/** strconv.FormatFloat(value, 'g', -1, 64): shortest digits, exponent form below 1e-4 and from 1e6 on. */
export const formatFloatG = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return String(value);
};

export type ParsedFloat =
  { readonly kind: 'value'; readonly value: number } | { readonly kind: 'error'; readonly message: string };

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** strconv.ParseFloat(text, 64) of a byte string, without underscores and hexadecimal exponents. */
export const parseFloatGo = (text: string): ParsedFloat => {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value)
      ? { kind: 'value', value }
      : { kind: 'error', message: `strconv.ParseFloat: parsing ${quote(text)}: value out of range` };
  }
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return { kind: 'value', value: infinite[1] === '-' ? -Infinity : Infinity };
  if (text.toLowerCase() === 'nan') return { kind: 'value', value: NaN };
  return { kind: 'error', message: `strconv.ParseFloat: parsing ${quote(text)}: invalid syntax` };
};
