import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooser, mulberry32 } from './balancer.ts';
import { EndpointSet } from './endpoint-set.ts';

/** The simple version: a list in joining order. */
class JoinedList {
  readonly pods: { pod: number; load: number }[] = [];
  private readonly cap: number;
  constructor(cap: number) {
    this.cap = cap;
  }
  get eligible(): { pod: number; load: number }[] {
    return this.pods.filter(({ load }) => load < this.cap);
  }
  leastLoaded(): number {
    return this.eligible.reduce((best, entry) => (entry.load < best.load ? entry : best)).pod;
  }
}

describe('endpoint set', () => {
  it('agrees with a list on any sequence of joins, leaves and loads', () => {
    const step = fc.record({ what: fc.constantFrom('join', 'leave', 'load', 'load'), pick: fc.nat(), load: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.constantFrom(1, 3, Infinity), (steps, cap) => {
        const set = new EndpointSet(cap);
        const list = new JoinedList(cap);
        let made = 0;
        for (const { what, pick, load } of steps) {
          const chosen = list.pods[pick % Math.max(1, list.pods.length)];
          if (what === 'join' || chosen === undefined) {
            set.join(made, load);
            list.pods.push({ pod: made++, load });
          } else if (what === 'leave') {
            set.leave(chosen.pod);
            list.pods.splice(list.pods.indexOf(chosen), 1);
          } else {
            set.setLoad(chosen.pod, load);
            chosen.load = load;
          }
          const { eligible } = list;
          expect([set.size, set.eligibleCount]).toEqual([list.pods.length, eligible.length]);
          expect(eligible.map((_, k) => set.select(k))).toEqual(eligible.map(({ pod }) => pod));
          if (eligible.length > 0) expect(set.leastLoaded()).toBe(list.leastLoaded());
        }
      }),
    );
  });

  it('ignores the load of a pod that has left', () => {
    const set = new EndpointSet(4);
    set.join(0, 0);
    set.leave(0);
    set.setLoad(0, 1);
    expect([set.size, set.eligibleCount]).toEqual([0, 0]);
  });
});

const three = (loads: readonly number[], cap = 9): EndpointSet => {
  const set = new EndpointSet(cap);
  loads.forEach((load, pod) => set.join(pod + 10, load));
  return set;
};

describe('balancer', () => {
  it('round-robin takes eligible[n mod length], n counting every choice', () => {
    const choose = chooser('round-robin', () => NaN);
    const all = three([0, 0, 0]);
    const picked = [choose(all), choose(all), choose(all), choose(all)];
    all.setLoad(10, 9);
    expect([...picked, choose(all), choose(all)]).toEqual([10, 11, 12, 10, 11, 12]);
  });

  it('least-requests takes the fewest in service, ties to the earliest joined', () => {
    const choose = chooser('least-requests', () => NaN);
    expect([choose(three([2, 1, 1])), choose(three([0, 0, 0])), choose(three([9, 9, 3]))]).toEqual([11, 10, 12]);
  });

  it('random takes eligible[floor(u·length)], one draw per choice', () => {
    const draws = [0, 0.34, 0.999, 0.5];
    const choose = chooser('random', () => draws.shift()!);
    const set = three([0, 0, 0]);
    expect([choose(set), choose(set), choose(set)]).toEqual([10, 11, 12]);
    set.setLoad(10, 9);
    expect(choose(set)).toBe(12);
  });

  it('random-of-two takes the less loaded of two different pods', () => {
    const draws = [0.1, 0.1, 0.7, 0.1, 0.9, 0.9];
    const choose = chooser('random-of-two', () => draws.shift()!);
    const set = three([3, 1, 1]);
    expect([choose(set), choose(set), choose(set)]).toEqual([11, 12, 12]);
  });

  it('draws as mulberry32 does', () => {
    const uniform = mulberry32(1);
    expect([uniform(), uniform(), uniform()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });
});
