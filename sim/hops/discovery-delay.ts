// From a change of the pod list to Prometheus acting on it (metrics-path.md 1.5): 2.53 looks on a free-running 5 s ticker,
// 3.x at once when it was quiet, else after a back-off. One server has one such clock for all its targets.

import type { PrometheusVersion } from '../../model/platform.ts';
import { stream } from '../../model/rng.ts';

const TICK_MILLIS = 5000;
/** The watch event travels before the ticker can take it up. */
const WATCH_MILLIS = 100;
/** 3.x resets its back-off when nothing was sent for this long. */
const QUIET_MILLIS = 5000;

/** A function from the instant of a change to the instant of its effect; effects keep the order of the changes. */
export const discoveryDelay = (version: PrometheusVersion, seed: number): ((now: number) => number) => {
  const { uniform } = stream(seed, 'discovery');
  const phase = uniform() * TICK_MILLIS;
  let lastChange = -Infinity;
  let lastEffect = -Infinity;
  const effect = (now: number): number => {
    if (version === '2.53') {
      const ready = now + WATCH_MILLIS;
      return phase + Math.ceil((ready - phase) / TICK_MILLIS) * TICK_MILLIS;
    }
    const quiet = now - lastChange > QUIET_MILLIS;
    return now + (quiet ? 20 + 180 * uniform() : 250 + 4700 * uniform());
  };
  return (now) => {
    lastEffect = Math.max(lastEffect, effect(now));
    lastChange = now;
    return lastEffect;
  };
};
