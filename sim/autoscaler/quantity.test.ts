import { describe, it, expect } from 'vitest';
import fc from 'fast-check';
import { parseQuantity } from './quantity.ts';

const read = (text: string) => {
  const q = parseQuantity(text);
  return q === null ? null : [q.text, q.milli, q.approximate];
};

describe('parseQuantity', () => {
  it('keeps canonical text and computes milli and the double from it', () => {
    expect([read('4'), read('0.009'), read('5e-2'), read('1.5Gi'), read('1024Ki')]).toEqual([
      ['4', 4000, 4],
      ['9m', 9, 0.009000000000000001],
      ['50e-3', 50, 0.05],
      ['1536Mi', 1610612736000, 1610612736],
      ['1Mi', 1048576000, 1048576],
    ]);
  });

  it('leaves a text alone that is a multiple of a thousandth power already', () => {
    expect([read('2.675'), read('2.67'), read('1.')]).toEqual([
      ['2.675', 2675, 2.6750000000000003],
      ['2670m', 2670, 2.67],
      ['1.', 1000, 1],
    ]);
  });

  it('rounds away from zero to milli, and to nano before that', () => {
    expect([read('0.0001'), read('-0.0001'), read('1e-30')]).toEqual([
      ['100u', 1, 9.999999999999999e-5],
      ['-100u', -1, -9.999999999999999e-5],
      ['1e-9', 1, 1e-9],
    ]);
  });

  it('gives the garbage that upstream gives beyond int64: 0 on the fast path, low bits on the exact one', () => {
    expect(['1E', '9223372036854775807', '1Ei', '-466603Gi'].map((t) => parseQuantity(t)?.milli)).toEqual([
      0,
      -1000,
      -9223372036854775808n,
      2412738079422,
    ]);
  });

  it('refuses what the API server refuses', () => {
    expect(['', '1 ', ' 1', '1x', '0x1', '1ki', '1K', '1mi', '1e', '--1'].map(read)).toEqual(Array(10).fill(null));
  });

  it('reads its own canonical text as the same quantity', () => {
    const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'e3', 'e-2');
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(99999), suffix, (whole, fraction, end) => {
        const first = parseQuantity(`${whole}.${fraction}${end}`)!;
        expect(parseQuantity(first.text)).toEqual(first);
      }),
    );
  });
});
