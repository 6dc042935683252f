import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import type { PrometheusVersion } from '../../model/platform.ts';
import { discoverChange, startDiscovery } from './discovery-clock.ts';

/** Delays of changes that are `gap` apart. */
const delays = (version: PrometheusVersion, count: number, gap: (uniform: () => number) => number): number[] => {
  const { uniform } = stream(11, 'discovery', version);
  let clock = startDiscovery(version, 0);
  let at = 60_000;
  return Array.from({ length: count }, () => {
    at += gap(uniform);
    const change = discoverChange(clock, at, uniform);
    clock = change.clock;
    return (change.effectMillis - at) / 1000;
  });
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('discovery delay (metrics-path.md 1.5)', () => {
  it('is uniform over 0 to 5 s in 2.53, on a quiet and on a busy server', () => {
    for (const gap of [(u: () => number) => 30_000 + 30_000 * u(), (u: () => number) => 500 + 5000 * u()]) {
      const seen = delays('2.53', 4000, gap);
      expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...seen)).toBeLessThanOrEqual(5);
      expect(mean(seen)).toBeCloseTo(2.5, 0);
    }
  });

  it('is below 0.2 s in 3.16 if the last change is long past', () => {
    const seen = delays('3', 4000, (u) => 30_000 + 30_000 * u());
    expect(Math.max(...seen)).toBeLessThan(0.2);
    expect(mean(seen)).toBeLessThan(0.12);
  });

  it('is 2.6 s on average in 3.16 with a change every 0.5 to 5.5 s (measured: mean 2.6, 0.25 to 6.4, n = 80)', () => {
    const seen = delays('3', 4000, (u) => 500 + 5000 * u());
    expect(mean(seen)).toBeGreaterThan(2);
    expect(mean(seen)).toBeLessThan(3.2);
    const sorted = seen.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(0.98 * sorted.length)]).toBeLessThan(7);
  });

  it('takes 5 s after a start before the first target list is acted on', () => {
    for (const version of ['2.53', '3'] as const) {
      expect(discoverChange(startDiscovery(version, 1000), 1050, () => 0.5).effectMillis).toBe(6000);
    }
  });
});
