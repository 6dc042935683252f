import { describe, expect, it } from 'vitest';
import { servedRow } from '../../cluster/emulator/served.ts';
import type { LifeEvent } from '../../model/record.ts';
import { emptyRequests } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import { lifeOfRun, requestsOfRun, servedOfRun } from './replay-bare-clock.ts';

describe("a bare run on its own clock, which began 10 s after the kubelet's", () => {
  it('puts what was before the origin at it', () => {
    const added = (t: number): LifeEvent => ({
      t: millis(t),
      subject: 'node',
      name: 'n',
      event: 'added',
      cause: 'a test',
    });
    expect(lifeOfRun([added(0), added(9999), added(12_500)], 10_000).map(({ t }) => t)).toEqual([0, 0, 2500]);
  });

  it('moves what pods say of requests, and leaves what was not reached', () => {
    const requests = emptyRequests(2);
    requests.admittedMillis[0] = 15_000;
    requests.sentMillis[0] = 4900;
    const moved = requestsOfRun(requests, 10_000);
    expect([...moved.admittedMillis]).toEqual([5000, NaN]);
    expect(moved.sentMillis[0]).toBe(4900);
  });

  it('moves every moment of what pods met', () => {
    const row = { ...servedRow(7, 1, false, 11_000), admittedMillis: 11_500, doneMillis: 12_000, endedMillis: 12_001 };
    const served = servedOfRun(new Map([[3, { rows: [row], isWhole: false }]]), 10_000);
    expect([...served]).toEqual([
      [
        3,
        {
          rows: [{ ...row, arrivedMillis: 1000, admittedMillis: 1500, doneMillis: 2000, endedMillis: 2001 }],
          isWhole: false,
        },
      ],
    ]);
  });
});
