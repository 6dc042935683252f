import { describe, expect, it } from 'vitest';
import { emptyRequests } from '../model/record.ts';
import { assertConservation, assertLittle } from './invariants.ts';
import type { Fleet } from './service/fleet.ts';

/** One request of 4 s and one that still is there at the end, 10 s after the origin; they came at 0 and at 7 s. */
const requests = { ...emptyRequests(2), sentMillis: Float64Array.of(0, 7000), doneMillis: Float64Array.of(4000, NaN) };

describe('Little’s law', () => {
  it('holds for stays clipped to the run, to 1e-9', () => {
    expect(() => assertLittle(requests, 2, 7000, 10_000)).not.toThrow();
    expect(() => assertLittle(requests, 2, 7000 * (1 + 5e-10), 10_000)).not.toThrow();
    expect(() => assertLittle(requests, 2, 7000 * (1 + 2e-9), 10_000)).toThrow(/Little's law is broken/);
  });
});

describe('conservation of requests', () => {
  const fleet = { requests, arrived: 1, inSystem: 1, inService: 1, orphans: 0, waiting: 0, backingOff: 0 };
  it('counts everybody in the system once', () => {
    expect(() => assertConservation(fleet as unknown as Fleet)).not.toThrow();
  });
  it.each([{ inSystem: 0 }, { inService: 0 }, { waiting: 1 }, { backingOff: 1 }, { orphans: 1 }, { arrived: 2 }])(
    'is broken by %o',
    (change) => {
      expect(() => assertConservation({ ...fleet, ...change } as unknown as Fleet)).toThrow(/conservation of requests/);
    },
  );
});
