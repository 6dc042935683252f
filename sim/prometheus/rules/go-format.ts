// Numbers and printf as Go writes them. Alert annotations are Go templates, so `{{ $value }}` and `%.4g` must round and
// choose exponents as strconv and fmt do: half to even on the exact binary value, exponent of at least two digits.

/** Enough digits to hold every tie exactly: a tie at n digits has at most a few more. */
const EXACT_DIGITS = 100;

interface Decimal {
  readonly digits: string;
  /** The value is 0.d1d2d3… × 10^point. */
  readonly point: number;
}

const withoutZeros = (digits: string): string => digits.replace(/0+$/, '');

const exactDecimal = (magnitude: number): Decimal => {
  if (magnitude > Number.MAX_SAFE_INTEGER) {
    const digits = BigInt(magnitude).toString();
    return { digits: withoutZeros(digits), point: digits.length };
  }
  const [mantissa, exponent] = magnitude.toExponential(EXACT_DIGITS).split('e');
  return { digits: withoutZeros(mantissa!.replace('.', '')), point: Number(exponent) + 1 };
};

const shortestDecimal = (magnitude: number): Decimal => {
  const [mantissa, exponent] = magnitude.toExponential().split('e');
  return { digits: withoutZeros(mantissa!.replace('.', '')), point: Number(exponent) + 1 };
};

/** Keeps `count` digits (may be 0 or less), half to even. */
const rounded = ({ digits, point }: Decimal, count: number): Decimal => {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '', point };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const odd = count > 0 && Number(kept.at(-1)) % 2 === 1;
  const up = rest > '5' || (rest === '5' && odd);
  if (!up) return { digits: withoutZeros(kept), point };
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return raised.length > kept.length
    ? { digits: withoutZeros(raised), point: point + 1 }
    : { digits: withoutZeros(raised.padStart(kept.length, '0')), point };
};

const fixed = ({ digits, point }: Decimal, fraction: number): string => {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (fraction === 0) return whole;
  const tail = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return `${whole}.${tail.padEnd(fraction, '0').slice(0, fraction)}`;
};

const scientific = ({ digits, point }: Decimal, fraction: number): string => {
  const exponent = digits === '' ? 0 : point - 1;
  const tail = fraction > 0 ? `.${digits.slice(1).padEnd(fraction, '0')}` : '';
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0] ?? '0'}${tail}e${exponent < 0 ? '-' : '+'}${size}`;
};

/** Where 'g' with the fewest digits starts to write an exponent: a million. */
const SHORTEST_LIMIT = 6;

/** 'g': with an exponent below 1e-4 and from 10^limit on. */
const general = (decimal: Decimal, limit: number): string => {
  const n = decimal.digits.length;
  const exponent = decimal.point - 1;
  return n > 0 && (exponent < -4 || exponent >= limit)
    ? scientific(decimal, n - 1)
    : fixed(decimal, Math.max(0, n - decimal.point));
};

/**
 * strconv.FormatFloat. `precision` is digits after the point ('e', 'f') or significant digits ('g'); undefined takes the
 * fewest digits that read back as the same number.
 */
export const formatFloat = (value: number, verb: 'e' | 'f' | 'g', precision?: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  const zero: Decimal = { digits: '', point: 0 };
  if (precision === undefined) {
    const decimal = magnitude === 0 ? zero : shortestDecimal(magnitude);
    const n = decimal.digits.length;
    if (verb === 'e') return sign + scientific(decimal, Math.max(0, n - 1));
    if (verb === 'f') return sign + fixed(decimal, Math.max(0, n - decimal.point));
    return sign + general(decimal, SHORTEST_LIMIT);
  }
  const exact = magnitude === 0 ? zero : exactDecimal(magnitude);
  if (verb === 'e') return sign + scientific(rounded(exact, precision + 1), precision);
  if (verb === 'f') return sign + fixed(rounded(exact, exact.point + precision), precision);
  const significant = Math.max(1, precision);
  const decimal = rounded(exact, significant);
  const n = decimal.digits.length;
  return sign + general(decimal, significant > n && n >= decimal.point ? n : significant);
};
