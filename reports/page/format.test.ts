import { describe, expect, it } from 'vitest';
import { bytes, clock, duration, money, number, share, signed } from './format.ts';

describe('figures for people', () => {
  it('numbers have three digits and grouped thousands', () => {
    expect([0, 0.01234, 1.861, 12.34, 140.4, 12345, -0.5, NaN, Infinity].map(number)).toEqual([
      '0',
      '0.0123',
      '1.86',
      '12.3',
      '140',
      '12\u202f345',
      '-0.5',
      'unknown',
      'unknown',
    ]);
  });
  it('durations grow units', () => {
    expect([0, 0.0853, 0.96, 2.44, 14.26, 140.2, 250, 3600, 7500].map(duration)).toEqual([
      '0 s',
      '85 ms',
      '0.96 s',
      '2.4 s',
      '14.3 s',
      '140 s',
      '4 min 10 s',
      '1 h',
      '2 h 5 min',
    ]);
  });
  it('shares never round a miss away', () => {
    expect([0, 1, 0.07, 0.123, 0.9997, 0.999999, 0.000004, 0.5].map(share)).toEqual([
      '0 %',
      '100 %',
      '7 %',
      '12 %',
      '99.97 %',
      '> 99.999 %',
      '< 0.001 %',
      '50 %',
    ]);
  });
  it('money and bytes', () => {
    expect([0, 0.0162, 1.861, 1234, -0.02, 0.00000001].map(money)).toEqual([
      '$0.00',
      '$0.016',
      '$1.86',
      '$1\u202f234',
      '−$0.02',
      '$0.0001',
    ]);
    expect([0, 999, 1500, 202.5e6, 35e9].map(bytes)).toEqual(['0 B', '999 B', '1.5 kB', '203 MB', '35 GB']);
  });
  it('signs and clocks', () => {
    expect([signed(11, duration), signed(-0.02, money), signed(0, duration)]).toEqual(['+11 s', '−$0.02', '±0 s']);
    expect([clock(300_000), clock(3_750_000)]).toEqual(['5:00', '1:02:30']);
  });
});
