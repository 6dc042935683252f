import { describe, expect, it } from 'vitest';
import { sampler } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import type { PairedFigure } from './regression.ts';
import { compareSets } from './regression.ts';

const PAIRS = 10;

const figure = (
  name: string,
  before: readonly (number | null)[],
  after: readonly (number | null)[],
  more = {},
): PairedFigure => ({
  name,
  dimension: 'seconds',
  lowerIsBetter: true,
  gated: true,
  before,
  after,
  ...more,
});

const rng = () => stream(1, 'gate');
const steady = Array.from({ length: PAIRS }, (_, i) => 2 + 0.1 * i);
const times = (factor: number) => steady.map((v, i) => v * factor * (1 + 0.002 * (i % 3)));

describe('the verdict on a change', () => {
  it('is same, worse or better by the whole paired interval', () => {
    expect(compareSets([figure('p95', steady, steady)], rng())).toMatchObject({
      verdict: 'same',
      why: 'no change in the gated figure',
    });
    expect(compareSets([figure('p95', steady, times(1.1))], rng())).toMatchObject({
      verdict: 'worse',
      why: 'p95 got worse',
    });
    expect(compareSets([figure('p95', steady, times(0.9))], rng()).verdict).toBe('better');
  });

  it('knows figures of which more is better', () => {
    expect(compareSets([figure('attainment', steady, times(1.1), { lowerIsBetter: false })], rng()).verdict).toBe(
      'better',
    );
    expect(compareSets([figure('attainment', steady, times(0.9), { lowerIsBetter: false })], rng()).verdict).toBe(
      'worse',
    );
  });

  it('is not enough data, never same, where pairs are few, figures are missing or the interval is wide', () => {
    expect(compareSets([figure('p95', [1, 2], [1, 2])], rng())).toMatchObject({
      verdict: 'not-enough-data',
      figures: [{ why: '2 of 2 pairs have this figure, 5 are needed' }],
    });
    const holes = steady.map((v, i) => (i < 6 ? null : v));
    expect(compareSets([figure('p95', holes, steady)], rng()).verdict).toBe('not-enough-data');
    const wild = steady.map((v, i) => (i % 2 === 0 ? 3 * v : 0.3 * v));
    expect(compareSets([figure('p95', steady, wild)], rng()).verdict).toBe('not-enough-data');
    expect(compareSets([], rng())).toMatchObject({
      verdict: 'not-enough-data',
      why: 'nothing is gated: the scenario has no objective',
    });
  });

  it('lets figures that are only told decide nothing', () => {
    const told = figure('cost', steady, times(2), { gated: false });
    expect(compareSets([figure('p95', steady, steady), told], rng())).toMatchObject({
      verdict: 'same',
      figures: [{ verdict: 'same' }, { verdict: 'worse' }],
    });
  });

  it('takes shares in percentage points: 0.99 to 0.985 is half a point lost', () => {
    const share = (by: number) =>
      compareSets(
        [
          figure(
            'attainment',
            steady.map((_, i) => 0.99 + 0.0001 * i),
            steady.map((_, i) => 0.99 - by + 0.0001 * i),
            { dimension: 'share', lowerIsBetter: false },
          ),
        ],
        rng(),
      ).verdict;
    expect([share(0.0005), share(0.005)]).toEqual(['same', 'worse']);
  });

  it('lets a tolerated change pass', () => {
    expect(
      compareSets(
        [
          figure(
            'p95',
            steady,
            steady.map((v) => v * 1.005),
          ),
        ],
        rng(),
      ).verdict,
    ).toBe('same');
  });
});

/** P95s of runs: heavy-tailed over schedules, with noise of their own on each side. */
const draw = (pair: number, figures: number, shift: number, paired: boolean) =>
  Array.from({ length: figures }, (_, f) => {
    const of = (side: string, seed: number): number => {
      const common = sampler(
        { kind: 'lognormal', median: 1.2, sigma: 0.25 },
        stream(pair, 'schedule', f, paired ? seed : `${side}${seed}`),
      )();
      return common * sampler({ kind: 'lognormal', median: 1, sigma: 0.05 }, stream(pair, side, f, seed))();
    };
    const all = Array.from({ length: PAIRS }, (_, seed) => seed);
    return figure(
      `figure ${f}`,
      all.map((seed) => of('before', seed)),
      all.map((seed) => shift * of('after', seed)),
    );
  });

const share = (of: (pair: number) => boolean): number => {
  let hits = 0;
  for (let pair = 0; pair < 400; pair++) if (of(pair)) hits += 1;
  return hits / 400;
};

describe('a gate over 400 pairs of sets of ten runs', () => {
  // 5 % plus two standard errors of a share of 400.
  const MOST = 0.05 + 2 * Math.sqrt((0.05 * 0.95) / 400);
  it.each([
    ['one figure, same schedules', 1, true],
    ['four figures, same schedules', 4, true],
    ['four figures, other schedules', 4, false],
  ] as const)('raises a false alarm in at most 5 %% (%s)', (_, figures, paired) => {
    expect(
      share((pair) => compareSets(draw(pair, figures, 1, paired), stream(pair, 'gate')).verdict === 'worse'),
    ).toBeLessThanOrEqual(MOST);
  });

  it('finds a P95 that is 10 % longer in at least 90 %', () => {
    expect(
      share((pair) => compareSets(draw(pair, 1, 1.1, true), stream(pair, 'gate')).verdict === 'worse'),
    ).toBeGreaterThanOrEqual(0.9);
  });
});
