// From a change of the pod list to Prometheus acting on it: the discovery clock of one server that has run for an hour when
// the origin comes, with its draws from the seed. The clock itself is sim/prometheus/discovery-clock.ts.

import type { PrometheusVersion } from '../../model/platform.ts';
import { stream } from '../../model/rng.ts';
import { discoverChange, startDiscovery } from '../prometheus/discovery-clock.ts';

const HOUR_MILLIS = 3_600_000;
/** The tickers of the server have a phase of their own, uniform in their period. */
const TICK_MILLIS = 5000;

/** A function from the instant of a change to the instant of its effect; changes come in order of time. */
export const discoveryDelay = (version: PrometheusVersion, seed: number): ((now: number) => number) => {
  const { uniform } = stream(seed, 'discovery');
  let clock = startDiscovery(version, -HOUR_MILLIS - TICK_MILLIS * uniform());
  return (now) => {
    const { effectMillis, clock: after } = discoverChange(clock, now, uniform);
    clock = after;
    return effectMillis;
  };
};
