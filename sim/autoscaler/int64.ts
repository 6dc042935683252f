// Go's int64 and int32 on top of JavaScript numbers: sums wrap at 2^64, division truncates, conversions of doubles behave
// as on amd64. A value within ±(2^53 − 1) is a number, so the usual case never touches BigInt; beyond, it is a bigint.

/** An int64: a number if it is a safe integer, otherwise a bigint. Never −0. */
export type Int64 = number | bigint;

export const MAX_INT32 = 2147483647;
export const MIN_INT32 = -2147483648;
export const MAX_INT64 = 9223372036854775807n;
export const MIN_INT64 = -9223372036854775808n;

const SAFE = Number.MAX_SAFE_INTEGER;

/** The low 64 bits of any integer. Golden quantity 9223372036854775807 is −1000 milli because of this. */
export const int64 = (value: bigint): Int64 => {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped >= -BigInt(SAFE) && wrapped <= BigInt(SAFE) ? Number(wrapped) : wrapped;
};

/** a + b, wrapping. */
export const add = (a: Int64, b: Int64): Int64 => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= SAFE && sum >= -SAFE) return sum;
  }
  return int64(BigInt(a) + BigInt(b));
};

/** a · b, wrapping. Golden family `big` fails on sumMetrics·100 and request·percent without the wrap. */
export const multiply = (a: Int64, b: Int64): Int64 => {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (product <= SAFE && product >= -SAFE) return product + 0;
  }
  return int64(BigInt(a) * BigInt(b));
};

/**
 * a / b truncated toward zero; b is not 0. The double quotient of two safe integers never rounds up to the next integer:
 * it is at least 1/b away from it, and the rounding error is below |a/b|·2^-53 < 1/b. Golden `n:pods-truncated-mean`.
 */
export const divide = (a: Int64, b: Int64): Int64 =>
  typeof a === 'number' && typeof b === 'number' ? Math.trunc(a / b) + 0 : int64(BigInt(a) / BigInt(b));

/** Wrapping sum. Partial sums are exact as long as the absolute values add up to less than 2^53. */
export const sum = (values: readonly Int64[]): Int64 => {
  let total = 0;
  let bound = 0;
  for (const value of values) {
    if (typeof value !== 'number') return exactSum(values);
    total += value;
    bound += value < 0 ? -value : value;
  }
  return bound <= SAFE ? total : exactSum(values);
};

const exactSum = (values: readonly Int64[]): Int64 => int64(values.reduce<bigint>((s, v) => s + BigInt(v), 0n));

/** int32(x) of an int64 in Go: its low 32 bits. Golden `n:overflow-utilization`. */
export const lowInt32 = (value: Int64): number =>
  typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));

/** int32(x) of a double on amd64: truncated; NaN and everything out of range give −2147483648. */
export const truncateToInt32 = (x: number): number => {
  const whole = Math.trunc(x);
  return whole >= MIN_INT32 && whole <= MAX_INT32 ? whole + 0 : MIN_INT32;
};

/** int32(math.Ceil(x)) on amd64. Golden `n:overflow-pods`: a huge proposal wraps and ends at min. */
export const ceilToInt32 = (x: number): number => truncateToInt32(Math.ceil(x));

/** Like ceilToInt32, but too large gives 2147483647. Too small and NaN are as before. */
export const ceilToInt32Saturating = (x: number): number => (Math.ceil(x) > MAX_INT32 ? MAX_INT32 : ceilToInt32(x));

/** int64(math.Ceil(x)) on amd64: NaN and out of range give −2^63. Golden `n:external-average-status-zero`. */
export const ceilToInt64 = (x: number): Int64 => {
  const whole = Math.ceil(x);
  if (!(whole >= -9223372036854775808 && whole < 9223372036854775808)) return MIN_INT64;
  return whole <= SAFE && whole >= -SAFE ? whole + 0 : BigInt(whole);
};
