import { describe, it, expect } from 'vitest';
import fc from 'fast-check';
import type { Int64 } from './int64.ts';
import {
  add,
  ceilToInt32,
  ceilToInt32Saturating,
  ceilToInt64,
  divide,
  int64,
  lowInt32,
  MAX_INT64,
  MIN_INT64,
  multiply,
  sum,
  truncateToInt32,
} from './int64.ts';

const anyInt64 = fc.oneof(
  fc.bigInt({ min: MIN_INT64, max: MAX_INT64 }),
  fc.bigInt({ min: -(2n ** 53n) - 9n, max: 2n ** 53n + 9n }),
  fc.bigInt({ min: -100n, max: 100n }),
);

const go = (value: bigint) => BigInt.asIntN(64, value);
const same = (got: Int64, exact: bigint) => {
  expect(BigInt(got)).toBe(go(exact));
  expect(typeof got).toBe(Number.isSafeInteger(Number(go(exact))) ? 'number' : 'bigint');
};

describe('int64', () => {
  it('adds, multiplies and sums like 64-bit two’s complement, in numbers wherever they are exact', () => {
    fc.assert(
      fc.property(anyInt64, anyInt64, anyInt64, (a, b, c) => {
        same(add(int64(a), int64(b)), a + b);
        same(multiply(int64(a), int64(b)), a * b);
        same(sum([int64(a), int64(b), int64(c)]), a + b + c);
      }),
    );
  });

  it('divides toward zero', () => {
    expect([divide(7, 2), divide(-7, 2), divide(-1, 4)]).toEqual([3, -3, 0]);
    fc.assert(
      fc.property(anyInt64, fc.integer({ min: 1, max: 5000 }), (a, b) => same(divide(int64(a), b), a / BigInt(b))),
    );
  });

  it('cuts to the low 32 bits', () => {
    expect([lowInt32(4294967297), lowInt32(2 ** 31), lowInt32(MAX_INT64)]).toEqual([1, -2147483648, -1]);
  });

  it('converts doubles as amd64 does: out of range and NaN give the minimum', () => {
    expect([1.2, -1.2, 2147483647, 2147483647.1, -2147483649, NaN, Infinity].map(ceilToInt32)).toEqual([
      2, -1, 2147483647, -2147483648, -2147483648, -2147483648, -2147483648,
    ]);
    expect([1.9, -1.9, 2147483648].map(truncateToInt32)).toEqual([1, -1, -2147483648]);
    expect([2147483648, -2147483649, NaN].map(ceilToInt32Saturating)).toEqual([2147483647, -2147483648, -2147483648]);
    expect([1.5, 2 ** 62, 2 ** 63, NaN].map(ceilToInt64)).toEqual([2, 2n ** 62n, MIN_INT64, MIN_INT64]);
  });
});
