// What each lever buys alone: the best level of one lever with all others left as they are now, against the present
// settings, pair by pair. Sorted by what it buys, so that the first line says what to turn.

import type { Rng } from '../../model/rng.ts';
import type { Interval } from '../stats/interval.ts';
import { pairedDifference } from '../stats/interval.ts';
import { mean } from '../stats/quantile.ts';
import type { Outcome } from './outcome.ts';
import { missedPerHour } from './outcome.ts';
import type { Space } from './space.ts';
import { currentPoint, keyOf, withLevel } from './space.ts';
import type { Tried } from './tried.ts';

export interface LeverEffect {
  readonly lever: string;
  readonly from: string;
  /** The best level; equal to `from` if no other is better. */
  readonly to: string;
  readonly runs: number;
  /** Money per hour saved, ≥ 0; the interval is of the paired difference. */
  readonly saves: number;
  readonly interval: Interval | null;
  /** Mean changes at that level. */
  readonly missedPerHour: number;
  readonly toReadySeconds: number | null;
}

const differences = (
  one: Tried,
  base: Tried,
  of: (o: Outcome) => number | null,
): readonly (readonly [number | null, number | null])[] =>
  Array.from({ length: Math.min(one.outcomes.length, base.outcomes.length) }, (_, i) => [
    of(base.outcomes[i]!),
    of(one.outcomes[i]!),
  ]);

const meanChange = (one: Tried, base: Tried, of: (o: Outcome) => number | null): number | null =>
  mean(differences(one, base, of).flatMap(([a, b]) => (a === null || b === null ? [] : [b - a])));

/** Levers of which no other level was tried are left out. */
export const leverEffects = (
  space: Space,
  tried: readonly Tried[],
  cost: (o: Outcome) => number,
  rng: Rng,
): readonly LeverEffect[] => {
  const byKey = new Map(tried.map((one) => [keyOf(one.point), one]));
  const present = currentPoint(space);
  const base = byKey.get(keyOf(present))!;
  const effects = space.flatMap(({ name, levels, current }, lever): LeverEffect[] => {
    const others = levels.flatMap((level, index) => {
      const one = index === current ? undefined : byKey.get(keyOf(withLevel(present, lever, index)));
      return one === undefined ? [] : [{ level, one, change: meanChange(one, base, cost)! }];
    });
    if (others.length === 0) return [];
    const best = others.reduce((a, b) => (b.change < a.change ? b : a));
    const helps = best.change < 0;
    const pairs = differences(best.one, base, cost);
    return [
      {
        lever: name,
        from: levels[current]!.label,
        to: helps ? best.level.label : levels[current]!.label,
        runs: best.one.outcomes.length,
        saves: helps ? -best.change : 0,
        interval: helps
          ? pairedDifference(
              pairs.map(([a]) => a),
              pairs.map(([, b]) => b),
              rng,
            )
          : null,
        missedPerHour: helps ? meanChange(best.one, base, missedPerHour)! : 0,
        toReadySeconds: helps ? meanChange(best.one, base, (o) => o.toReadySeconds) : 0,
      },
    ];
  });
  return effects.toSorted((x, y) => y.saves - x.saves);
};
