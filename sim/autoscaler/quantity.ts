// The text of a Kubernetes quantity → what the API server keeps, what the HPA controller computes with: int64 milli for
// targets and metrics, a double for tolerances (hpa.md section 4; golden quantity.ndjson.gz).

import type { Int64 } from './int64.ts';
import { int64, MAX_INT64 } from './int64.ts';

export interface Quantity {
  /** The text that the API server stores. */
  readonly text: string;
  /** Times 1000, finer than milli rounded away from zero; beyond int64 the garbage that upstream computes. */
  readonly milli: Int64;
  /** Unscaled integer × 10^exponent, rounded twice: 0.009 is kept as 9m and reads 0.009000000000000001. */
  readonly approximate: number;
}

type Format = 'decimal' | 'exponent' | 'binary';

/** value·10^scale. `exact` amounts did not fit upstream's int64 fast path; their scale is always −9. */
interface Amount {
  readonly value: bigint;
  readonly scale: number;
  readonly exact: boolean;
  readonly format: Format;
}

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_SUFFIX = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d+))$/;
const NANO = -9;
/** Decimal digits that fit an int64 for sure. */
const FAST_DIGITS = 18;

interface Parts {
  readonly negative: boolean;
  /** Without leading zeros, '0' if nothing is left. */
  readonly whole: string;
  readonly fraction: string;
  readonly format: Format;
  readonly exponent: number;
}

const partsOf = (text: string): Parts | null => {
  const match = text === '' ? null : TEXT.exec(text);
  if (match === null) return null;
  const [, sign, whole, fraction, binary, decimal, exponent] = match;
  const suffix = decimal ?? '';
  const format: Format = binary !== undefined ? 'binary' : exponent !== undefined ? 'exponent' : 'decimal';
  return {
    negative: sign === '-',
    whole: (whole ?? '').replace(/^0+/, '') || '0',
    fraction: fraction ?? '',
    format,
    exponent: binary !== undefined ? BINARY.indexOf(binary) * 10 : Number(exponent ?? DECIMAL[suffix]),
  };
};

/** Whether upstream keeps the number as int64 × 10^scale: enough digits left, no binary fraction, not below nano. */
const fastScale = (p: Parts): number | null => {
  if (p.format === 'binary') {
    const room = 15 - p.whole.length - Math.trunc((p.exponent * 3) / 10) - 1;
    return p.fraction === '' && room >= 0 ? 0 : null;
  }
  const scale = p.exponent - p.fraction.length;
  return p.whole.length + p.fraction.length <= FAST_DIGITS && scale >= NANO ? scale : null;
};

const power10 = (n: number): bigint => 10n ** BigInt(n);

const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

const amountOf = (p: Parts): Amount => {
  const scale = fastScale(p);
  const digits = BigInt(p.whole + p.fraction);
  const sign = p.negative ? -1n : 1n;
  const binary = p.format === 'binary' ? 1n << BigInt(p.exponent) : 1n;
  if (scale !== null) return { value: sign * digits * binary, scale, exact: false, format: p.format };
  const tens = (p.format === 'binary' ? 0 : p.exponent) - p.fraction.length - NANO;
  const magnitude = tens >= 0 ? digits * binary * power10(tens) : divideUp(digits * binary, power10(-tens));
  const cap = MAX_INT64 * power10(-NANO);
  return {
    value: sign * (p.format === 'binary' && magnitude > cap ? cap : magnitude),
    scale: NANO,
    exact: true,
    format: p.format,
  };
};

const canonicalDecimal = (amount: Amount): string => {
  let { value, scale } = amount;
  while (value % 10n === 0n) {
    value /= 10n;
    scale++;
  }
  while (scale % 3 !== 0) {
    value *= 10n;
    scale--;
  }
  if (amount.format === 'exponent') return scale === 0 ? `${value}` : `${value}e${scale}`;
  return `${value}${DECIMAL_SUFFIX.get(scale) ?? ''}`;
};

const canonicalText = (amount: Amount): string => {
  if (amount.value === 0n) return '0';
  const unit = amount.scale < 0 ? power10(-amount.scale) : 1n;
  const whole = amount.value / unit;
  const isWhole = amount.value % unit === 0n;
  const large = whole >= 1024n || whole <= -1024n;
  if (amount.format !== 'binary' || !isWhole || !large) {
    return canonicalDecimal(amount.format === 'binary' ? { ...amount, format: 'decimal' } : amount);
  }
  let value = whole;
  let power = 0;
  while (value % 1024n === 0n) {
    value /= 1024n;
    power++;
  }
  return `${value}${BINARY[power] ?? ''}`;
};

/** The text is kept as written if it is a multiple of a thousandth power already: 2.675 stays, 2.67 becomes 2670m. */
const keepsItsText = (p: Parts, amount: Amount): boolean =>
  !amount.exact && p.format !== 'binary' && p.whole !== '0' && amount.scale % 3 === 0 && amount.value % 1000n !== 0n;

/**
 * Milli of an exact amount. Upstream has a fast path for everything below MaxInt64, hence for all negative values: it
 * takes the low 64 bits first and rounds up by 1. Golden quantity −466603Gi is 2412738079422 for that reason.
 */
const milliOfExact = (nanos: bigint): Int64 => {
  const step = power10(6);
  if (nanos >= MAX_INT64) return int64(divideUp(nanos, step));
  const low = BigInt.asIntN(64, nanos);
  return int64(low / step + (low % step === 0n ? 0n : 1n));
};

const milliOf = (amount: Amount): Int64 => {
  if (amount.exact) return milliOfExact(amount.value);
  const shift = amount.scale + 3;
  if (shift < 0) {
    const up = divideUp(amount.value < 0n ? -amount.value : amount.value, power10(-shift));
    return int64(amount.value < 0n ? -up : up);
  }
  // Multiplication that leaves int64 gives 0 here (golden quantity 1E), not a wrapped value.
  if (amount.value === 0n || shift > 19) return 0;
  const scaled = amount.value * power10(shift);
  return scaled === BigInt.asIntN(64, scaled) ? int64(scaled) : 0;
};

const approximateOf = ({ value, scale }: Amount): number =>
  scale === 0 ? Number(value) : Number(value) * Number(`1e${scale}`);

/**
 * Reads a quantity as the API server does; null if it refuses the text.
 *
 * @example parseQuantity('0.009') // { text: '9m', milli: 9, approximate: 0.009000000000000001 }
 */
export const parseQuantity = (text: string): Quantity | null => {
  const parts = partsOf(text);
  if (parts === null) return null;
  const amount = amountOf(parts);
  if (keepsItsText(parts, amount)) return { text, milli: milliOf(amount), approximate: approximateOf(amount) };
  const canonical = canonicalText(amount);
  const stored = amountOf(partsOf(canonical)!);
  return { text: canonical, milli: milliOf(stored), approximate: approximateOf(stored) };
};
