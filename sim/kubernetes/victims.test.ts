import { describe, it, expect } from 'vitest';
import fc from 'fast-check';
import type { VictimView } from './victims.ts';
import { ageBucket, compareVictims, deletionOrder } from './victims.ts';

const NOW = 1_000_000;
const POD: VictimView = {
  uid: '5',
  assigned: true,
  phase: 'Running',
  ready: true,
  deletionCost: 0,
  coLocated: 1,
  readySinceMillis: 500_000,
  restarts: 0,
  createdMillis: 400_000,
};

/** [claim, what the first victim has, what the survivor has]; everything not named is equal. */
const STEPS: readonly (readonly [string, Partial<VictimView>, Partial<VictimView>])[] = [
  ['unassigned before assigned', { assigned: false }, {}],
  ['pending before running', { phase: 'Pending' }, {}],
  ['not ready before ready', { ready: false }, {}],
  ['lower deletion cost first', { deletionCost: -1 }, {}],
  ['more co-located pods first', { coLocated: 2 }, {}],
  ['zero ready time first', { readySinceMillis: null }, {}],
  ['younger ready bucket first, whatever the UID', { readySinceMillis: 990_000, uid: '9' }, {}],
  ['smaller UID first within a bucket, whatever the age', { uid: '1', readySinceMillis: 499_000 }, { uid: '2' }],
  ['more restarts first at the same ready second', { restarts: 1 }, {}],
  ['younger creation bucket first', { createdMillis: 990_000 }, {}],
  ['smaller UID within the creation bucket', { uid: '1', createdMillis: 399_000 }, { uid: '2' }],
];

describe('scale-down victims', () => {
  it.each(STEPS)('%s', (_, first, last) => {
    expect(compareVictims({ ...POD, ...first }, { ...POD, ...last }, NOW)).toBeLessThan(0);
    expect(compareVictims({ ...POD, ...last }, { ...POD, ...first }, NOW)).toBeGreaterThan(0);
  });

  it('puts an earlier step before all later ones', () => {
    const strong = { ...POD, assigned: false, ready: true, coLocated: 1, restarts: 0 };
    const weak = { ...POD, ready: false, coLocated: 9, restarts: 9, deletionCost: -5 };
    expect(compareVictims(strong, weak, NOW)).toBeLessThan(0);
  });

  it('buckets ages by powers of two of nanoseconds, and an age that is not positive as −1', () => {
    expect([0, 1, 2, 1000, 60_000].map((age) => ageBucket(NOW, NOW - age))).toEqual([-1, 19, 20, 29, 35]);
    expect(ageBucket(NOW, NOW + 5)).toBe(-1);
  });

  it('is not transitive: two pods of one second are equal while a third is between them by UID', () => {
    const a = { ...POD, uid: '1' };
    const b = { ...POD, uid: '2', readySinceMillis: 499_000 };
    const c = { ...POD, uid: '3' };
    expect([compareVictims(a, b, NOW), compareVictims(b, c, NOW), compareVictims(a, c, NOW)].map(Math.sign)).toEqual([
      -1, -1, 0,
    ]);
    expect(deletionOrder([c, b, a], NOW).map((p) => p.uid)).not.toEqual(
      deletionOrder([a, b, c], NOW).map((p) => p.uid),
    );
  });

  it('keeps every pod exactly once', () => {
    const pod = fc.record({ uid: fc.uuid(), readySinceMillis: fc.integer({ min: 0, max: NOW }), ready: fc.boolean() });
    fc.assert(
      fc.property(fc.array(pod), (some) => {
        const pods = some.map((p) => ({ ...POD, ...p }));
        expect(new Set(deletionOrder(pods, NOW))).toEqual(new Set(pods));
        expect(deletionOrder(pods, NOW)).toHaveLength(pods.length);
      }),
    );
  });
});
