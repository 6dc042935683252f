import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import type { ConnectionSettings } from '../../scenarios/scenario.ts';
import { connectionOf, Connections } from './connections.ts';

const keepAlive = (maxAge: number | null, idle: number | null): Connections =>
  new Connections({
    kind: 'keep-alive',
    pool: 2,
    maxAge: maxAge === null ? null : seconds(maxAge),
    idle: idle === null ? null : seconds(idle),
  } satisfies ConnectionSettings);

describe('keep-alive connections', () => {
  it('lead to the pod they were opened to until they are too old', () => {
    const connections = keepAlive(10, null);
    expect(connections.podOf(0, 0)).toBe(-1);
    connections.open(0, 0, 3);
    expect([0, 9999, 10_000].map((now) => connections.podOf(now, 0))).toEqual([3, 3, -1]);
    expect(connections.podOf(0, 1)).toBe(-1);
  });

  it('are idle from the end of their last request on, never while one is under way', () => {
    const connections = keepAlive(null, 5);
    connections.open(0, 0, 3);
    connections.begin(0);
    expect(connections.podOf(60_000, 0)).toBe(3);
    connections.end(60_000, 0);
    expect([64_999, 65_000].map((now) => connections.podOf(now, 0))).toEqual([3, -1]);
  });

  it('end with their pod’s server, and can be opened to it again', () => {
    const connections = keepAlive(null, null);
    connections.open(0, 0, 3);
    connections.open(0, 1, 4);
    connections.close(3);
    expect([connections.podOf(1, 0), connections.podOf(1, 1)]).toEqual([-1, 4]);
    connections.open(2, 0, 3);
    expect(connections.podOf(3, 0)).toBe(3);
  });

  it('share the rows evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 40_000; seed++) counts[connectionOf(seed, 4)]! += 1;
    // Five standard errors of 10,000 ± 87.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(433);
  });
});
