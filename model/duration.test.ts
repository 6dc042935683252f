import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, parsePrometheusDuration } from './duration.ts';
import { seconds } from './units.ts';

describe('durations', () => {
  it('reads the forms people write', () => {
    expect(
      ['15s', '30m', '200ms', '1h30m', '0.5s', '1.5h', '1m0s', '7d', '0', '0s', '1h0m0.25s'].map(parseDuration),
    ).toEqual([15, 1800, 0.2, 5400, 0.5, 5400, 60, 604800, 0, 0, 3600.25]);
  });

  it('refuses what has no unit, the wrong order or a sign', () => {
    expect(['', '15', 's', '15 s', '-3s', '1s1m', '1..5s', '1.s', '15sek', '2x'].map(parseDuration)).toEqual(
      Array.from({ length: 10 }, () => null),
    );
  });

  it('knows that Prometheus takes no fractions', () => {
    expect(['2s', '1m30s', '500ms', '0.5s', '30', ''].map(parsePrometheusDuration)).toEqual([
      2,
      90,
      0.5,
      null,
      null,
      null,
    ]);
  });

  it('writes what it reads back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e10 }),
        (ms) => parseDuration(formatDuration(seconds(ms / 1000))) === ms / 1000,
      ),
    );
    expect([5400, 0.2, 0, 90, 86461.001].map((s) => formatDuration(seconds(s)))).toEqual([
      '1h30m',
      '200ms',
      '0s',
      '1m30s',
      '1d1m1s1ms',
    ]);
  });
});
