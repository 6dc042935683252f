// Which pod gets the next request: the four policies as functions over the eligible pods in joining order, exactly as
// the closed-loop recordings state them ("Laws of the plant"). Knows no time and no queue.

import type { BalancerPolicy } from '../../scenarios/scenario.ts';
import type { EndpointSet } from './endpoint-set.ts';

/** mulberry32: one uniform in [0, 1) per call, the generator that the recorded balancer used. */
export const mulberry32 = (seed: number): (() => number) => {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** Picks one of the eligible pods; needs at least one. */
export type Choose = (endpoints: EndpointSet) => number;

/**
 * round-robin: the n-th choice (from 0) takes eligible[n mod length]. least-requests: fewest in service, ties to the
 * earliest joined. random: eligible[floor(u·length)], one draw per choice. random-of-two: two different pods drawn, the
 * one with fewer in service, ties to the earlier draw.
 */
export const chooser = (policy: BalancerPolicy, uniform: () => number): Choose => {
  switch (policy) {
    case 'round-robin': {
      let n = 0;
      return (endpoints) => endpoints.select(n++ % endpoints.eligibleCount);
    }
    case 'least-requests':
      return (endpoints) => endpoints.leastLoaded();
    case 'random':
      return (endpoints) => endpoints.select(Math.floor(uniform() * endpoints.eligibleCount));
    case 'random-of-two':
      return (endpoints) => {
        const count = endpoints.eligibleCount;
        const first = Math.floor(uniform() * count);
        if (count === 1) return endpoints.select(0);
        const other = Math.floor(uniform() * (count - 1));
        const one = endpoints.select(first);
        const two = endpoints.select(other < first ? other : other + 1);
        return endpoints.loadOf(two) < endpoints.loadOf(one) ? two : one;
      };
  }
};
