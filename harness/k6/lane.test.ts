import { describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';

/** A lane with a log of who went where. */
const laneOf = (cap: number) => {
  const lane = new Lane(cap, 'least-requests', 1);
  const log: string[] = [];
  const enter = (name: string, mayWait = true) => lane.enter(mayWait, 0, (pod) => log.push(`${name}→${pod}`));
  return { lane, log, enter };
};

describe('a lane of the front door', () => {
  it('fills pods to their cap, queues the rest, and hands each free place to the first in the queue', () => {
    const { lane, log, enter } = laneOf(1);
    lane.join(0);
    const a = enter('a')!;
    const b = enter('b')!;
    enter('c');
    expect([log, lane.inService, lane.waiting]).toEqual([['a→0'], 1, 2]);
    lane.join(7);
    expect([log, lane.inService, lane.waiting]).toEqual([['a→0', 'b→7'], 2, 1]);
    b.leave();
    a.leave();
    a.leave();
    expect([log, lane.inService, lane.waiting]).toEqual([['a→0', 'b→7', 'c→7'], 1, 0]);
  });

  it('lets a visitor leave the queue from the middle, and forgets it', () => {
    const { lane, log, enter } = laneOf(1);
    lane.join(0);
    const a = enter('a')!;
    enter('b')!.leave();
    enter('c');
    a.leave();
    expect([log, lane.waiting]).toEqual([['a→0', 'c→0'], 0]);
  });

  it('turns away who may not wait, and sends nobody new to a pod that left', () => {
    const { lane, log, enter } = laneOf(4);
    expect(enter('a', false)).toBeNull();
    lane.join(0);
    lane.join(1);
    enter('b');
    lane.leave(1);
    enter('c');
    expect([log, lane.inService]).toEqual([['b→0', 'c→0'], 2]);
  });

  it('counts a load that is older than the return of its pod', () => {
    const { lane, log, enter } = laneOf(4);
    lane.join(0);
    enter('a');
    lane.leave(0);
    lane.join(1);
    lane.join(0);
    enter('b');
    expect(log).toEqual(['a→0', 'b→1']);
  });

  it('sends a kept connection to its pod however full that is, and tells when it is free again', () => {
    const freed: string[] = [];
    const lane = new Lane(1, 'least-requests', 1, {
      podOf: (seed) => (seed === 5 ? 0 : -1),
      connect: (seed, pod) => () => freed.push(`${seed}←${pod}`),
    });
    const log: string[] = [];
    const enter = (seed: number) => lane.enter(true, seed, (pod) => log.push(`${seed}→${pod}`));
    lane.join(0);
    enter(1);
    const kept = enter(5)!;
    enter(2);
    kept.leave();
    expect([log, freed, lane.waiting]).toEqual([['1→0', '5→0'], ['5←0'], 1]);
  });
});
