import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { sampler } from '../../model/distribution.ts';
import { race } from './race.ts';
import { search } from './search.ts';
import type { Point, Space } from './space.ts';
import { changesBetween, currentPoint, gridSize, keyOf, oneLeverAway, setOf } from './space.ts';
import type { Trial } from './trials.ts';
import { Trials } from './trials.ts';

const space: Space = [6, 4, 4, 3].map((count, lever) => ({
  name: `lever ${lever}`,
  levels: Array.from({ length: count }, (_, i) => ({ label: `${i}`, set: { [`l${lever}`]: i } })),
  current: 0,
}));

const grid = (): Point[] =>
  space.reduce<Point[]>((all, { levels }) => all.flatMap((p) => levels.map((_, i) => [...p, i])), [[]]);

/** A landscape whose true cost is known: a bowl per lever, an interaction of two levers, noise per seed and per trial. */
const landscape = (seed: number) => {
  const { uniform } = stream(seed, 'landscape');
  const bowls = space.map(({ levels }) => ({ at: uniform() * (levels.length - 1), depth: 0.02 + 0.2 * uniform() }));
  const twist = 0.05 * (uniform() - 0.5);
  const truth = (point: Point): number =>
    10 *
    (1 +
      point.reduce((sum, level, i) => sum + bowls[i]!.depth * (level - bowls[i]!.at) ** 2, 0) / 4 +
      twist * (point[0]! - 2) * (point[1]! - 1));
  const noisy = ({ point, seed: at }: Trial): number => {
    const common = sampler({ kind: 'lognormal', median: 1, sigma: 0.2 }, stream(seed, 'common', at))();
    const own = sampler({ kind: 'lognormal', median: 1, sigma: 0.02 }, stream(seed, keyOf(point), at))();
    return truth(point) * common * own;
  };
  return { truth, noisy };
};

const RULES = { screenSeeds: 3, seeds: 10, keep: 1 / 3, clearly: 1.5, budget: 0.25 * 288 * 10, randomPoints: 10 };

describe('search', () => {
  it('is within 2 % of the best of the full grid in 95 % of landscapes, with a quarter of the simulations of the grid', async () => {
    const [landscapes, within] = [200, [] as boolean[]];
    for (let seed = 1; seed <= landscapes; seed++) {
      const { truth, noisy } = landscape(seed);
      const found = await search(space, RULES, (trials) => Promise.resolve(trials.map(noisy)), stream(seed, 'search'));
      const least = Math.min(...grid().map(truth));
      expect(found.trials.used).toBeLessThanOrEqual(0.25 * gridSize(space) * RULES.seeds);
      within.push(truth(found.best) / least - 1 <= 0.02);
    }
    expect(within.filter(Boolean).length / landscapes).toBeGreaterThanOrEqual(0.95);
  });

  it('finds a corner far from the present settings, and says that no lever helps there', async () => {
    const truth = (point: Point): number => 100 - point.reduce((a, b) => a + b, 0);
    const found = await search(
      space,
      RULES,
      (t) => Promise.resolve(t.map(({ point }) => truth(point))),
      stream(1, 's'),
    );
    expect(found).toMatchObject({ best: [5, 3, 3, 2], stopped: 'no lever helps' });
  });

  it('stays within its budget and keeps the present settings when it cannot even look around', async () => {
    const asked: Trial[] = [];
    const found = await search(
      space,
      { ...RULES, budget: 12 },
      (t) => {
        asked.push(...t);
        return Promise.resolve(t.map(({ point }) => point[0]!));
      },
      stream(1, 's'),
    );
    expect(found).toMatchObject({ best: currentPoint(space), stopped: 'budget' });
    expect(asked.length).toBeLessThanOrEqual(12);
  });

  it('asks the same trials for the same answers: an interrupted search can be replayed from what was stored', async () => {
    const { noisy } = landscape(3);
    const run = async (): Promise<string[]> => {
      const asked: string[] = [];
      await search(
        space,
        RULES,
        (t) => {
          asked.push(...t.map(({ point, seed }) => `${keyOf(point)}@${seed}`));
          return Promise.resolve(t.map(noisy));
        },
        stream(9, 'search'),
      );
      return asked;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
  });
});

describe('race', () => {
  it('gives all its seeds only to contenders', async () => {
    const trials = new Trials((t) => Promise.resolve(t.map(({ point, seed }) => point[0]! + 0.01 * seed)));
    const winner = await race(
      trials,
      [5, 4, 3, 2, 1, 0].map((i) => [i]),
      { ...RULES, budget: 1000 },
    );
    expect(winner).toEqual([0]);
    expect([5, 4, 3, 2, 1, 0].map((i) => trials.costsOf([i]).length)).toEqual([10, 3, 3, 3, 3, 10]);
  });
});

describe('space', () => {
  it('has Σ (levels − 1) points one lever away', () => {
    expect(oneLeverAway(space, currentPoint(space))).toHaveLength(5 + 3 + 3 + 2);
  });
  it('makes a point by the overrides of all its levels, and names only what changes', () => {
    expect(setOf(space, [2, 0, 0, 1])).toEqual({ l0: 2, l1: 0, l2: 0, l3: 1 });
    expect(changesBetween(space, [0, 0, 0, 0], [2, 0, 0, 1])).toEqual(['lever 0 0 → 2', 'lever 3 0 → 1']);
  });
});
