import { describe, expect, it } from 'vitest';
import { millis } from '../../model/units.ts';
import { estimatedSyncs } from './estimated-syncs.ts';

const starts = (...told: readonly number[]): number[] =>
  estimatedSyncs(
    told.map((t) => ({ t: millis(t) })),
    15_000,
  ).map(({ startMillis }) => startMillis);

describe('syncs of an HPA that only shows its status', () => {
  it('are a period apart before the first change, and evenly spaced between changes', () => {
    expect(starts(0, 37_025, 82_325)).toEqual([7000, 22_000, 37_000, 52_100, 67_200, 82_300]);
  });

  it('take two changes within half a period for one sync', () => {
    expect(starts(7025, 7400, 22_425)).toEqual([7000, 22_400]);
  });

  it('are not known where nothing changed, or only what was there at the origin', () => {
    expect([starts(), starts(0), starts(10)]).toEqual([[], [], []]);
  });
});
