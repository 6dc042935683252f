// From a change of the pod list to Prometheus acting on it: the discovery clock of one server that has run for an hour when
// the origin comes, with its draws from the seed. The clock itself is sim/prometheus/discovery-clock.ts.

import type { PrometheusVersion } from '../../model/platform.ts';
import { sampler } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import { discoverChange, startDiscovery } from '../prometheus/discovery-clock.ts';

const HOUR_MILLIS = 3_600_000;
/** Changes of others are played from here: the back-off has forgotten by the origin what was before. */
const WARM_UP_MILLIS = 60_000;
/** The tickers of the server have a phase of their own, uniform in their period. */
const TICK_MILLIS = 5000;

/**
 * A function from the instant of a change to the instant of its effect; changes come in order of time.
 *
 * @param othersMillis mean time between changes of other targets of the same server, which keep its clock from resting;
 *   null = it has no others
 */
export const discoveryDelay = (
  version: PrometheusVersion,
  seed: number,
  othersMillis: number | null = null,
): ((now: number) => number) => {
  const { uniform } = stream(seed, 'discovery');
  let clock = startDiscovery(version, -HOUR_MILLIS - TICK_MILLIS * uniform());
  const others = sampler({ kind: 'exponential', mean: othersMillis ?? Infinity }, stream(seed, 'discoveryOfOthers'));
  let other = othersMillis === null ? Infinity : -WARM_UP_MILLIS;
  return (now) => {
    for (; other < now; other += others()) clock = discoverChange(clock, other, uniform).clock;
    const { effectMillis, clock: after } = discoverChange(clock, now, uniform);
    clock = after;
    return effectMillis;
  };
};
