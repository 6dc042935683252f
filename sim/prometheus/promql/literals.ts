// Numbers, durations and quoted strings of PromQL text to values. Undefined means "not such a literal"; the parser
// knows where it stood and says so.

const UNIT_MILLIS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const DURATION_UNITS = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const;

/** Milliseconds of `1h30m`, units in descending order and each at most once; undefined if it is none. */
export const durationMillis = (text: string): number | undefined => {
  const parts = DURATION.exec(text);
  if (parts === null || text === '') return undefined;
  let total = 0;
  for (const [i, unit] of DURATION_UNITS.entries()) {
    const digits = parts[i + 1];
    if (digits !== undefined) total += Number(digits) * UNIT_MILLIS[unit]!;
  }
  return total;
};

/** A number as Go reads it: decimal, 0x hexadecimal, leading 0 octal, Inf and NaN in any case. No sign. */
export const numberOf = (text: string): number | undefined => {
  if (/^inf$/i.test(text)) return Infinity;
  if (/^nan$/i.test(text)) return NaN;
  if (/^0x[0-9a-f]+$/i.test(text)) return Number(text);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
};

/** The value of a float label such as `le`, as strconv.ParseFloat reads it; undefined if it is none. */
export const labelNumber = (text: string): number | undefined => {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = /^[+-]/.test(text) ? text.slice(1) : text;
  if (/^inf(?:inity)?$/i.test(digits)) return sign * Infinity;
  if (/^nan$/i.test(text)) return NaN;
  return /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(digits) ? sign * Number(digits) : undefined;
};

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The text between single, double or back quotes, escapes as in Go; undefined if an escape is unknown. */
export const unquote = (quoted: string): string | undefined => {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  const bad = { found: false };
  const value = inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]|$))/g,
    (_, x?: string, u?: string, long?: string, octal?: string, simple?: string) => {
      const hex = x ?? u ?? long;
      const code = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : -1;
      if (code > 0x10ffff) bad.found = true;
      else if (code >= 0) return String.fromCodePoint(code);
      const plain = SIMPLE_ESCAPES[simple ?? ''];
      if (plain === undefined) bad.found = true;
      return plain ?? '';
    },
  );
  return bad.found ? undefined : value;
};
