import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import type { Figures } from './false-alarms.test-support.ts';
import { quietMinutes, saysWorse } from './false-alarms.test-support.ts';

const POOL = 60;
const RUNS = 10;
const PAIRS = 400;

const simulated = quietMinutes();
const pool = Array.from({ length: POOL }, (_, i) => simulated(i + 1, 1));

/** `count` different members of the pool, drawn at random. */
const drawn = (count: number, pair: number): readonly number[] => {
  const { uniform } = stream(pair, 'pairs');
  const left = Array.from({ length: POOL }, (_, i) => i);
  return Array.from({ length: count }, () => left.splice(Math.floor(uniform() * left.length), 1)[0]!);
};

const alarms = (of: (pair: number) => readonly [before: readonly Figures[], after: readonly Figures[]]): number => {
  let worse = 0;
  for (let pair = 0; pair < PAIRS; pair++) if (saysWorse(...of(pair), pair)) worse += 1;
  console.log(`the gate says worse in ${((100 * worse) / PAIRS).toFixed(2)} % of ${PAIRS} pairs`);
  return worse / PAIRS;
};

describe('the gate on simulations', () => {
  it('raises a false alarm in at most 5 % of 400 pairs of sets of ten other seeds of one configuration', () => {
    const share = alarms((pair) => {
      const chosen = drawn(2 * RUNS, pair).map((i) => pool[i]!);
      return [chosen.slice(0, RUNS), chosen.slice(RUNS)];
    });
    expect(share).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / PAIRS));
  });

  it('finds audio that is 10 % longer, which makes P95 about 10 % longer, in at least 90 %', () => {
    const slower = Array.from({ length: POOL }, (_, i) => simulated(i + 1, 1.1));
    const mean = (values: readonly Figures[]): number => values.reduce((sum, [p95]) => sum + (p95 ?? NaN), 0) / POOL;
    expect(mean(slower) / mean(pool)).toBeGreaterThan(1.05);
    expect(mean(slower) / mean(pool)).toBeLessThan(1.25);
    const share = alarms((pair) => {
      const chosen = drawn(RUNS, pair);
      return [chosen.map((i) => pool[i]!), chosen.map((i) => slower[i]!)];
    });
    expect(share).toBeGreaterThanOrEqual(0.9);
  });
});
