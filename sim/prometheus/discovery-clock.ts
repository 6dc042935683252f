// From a change of the target list to the scrape manager acting on it (metrics-path.md 1.5): the discovery manager's
// sender (2.x: a free-running 5 s ticker; 3.16: polls with a back-off) and the scrape manager's loop, which blocks until
// a trigger once its own 5 s tick is past. One clock per server: all jobs share it. Draws are passed in.

import type { PrometheusVersion } from '../../model/platform.ts';

/** updatert of discovery and reload ticker of the scrape manager. */
const TICK_MILLIS = 5000;
/** Back-off of 3.16: first wait, growth, spread. */
const FIRST_WAIT_MILLIS = 100;
const GROWTH = 1.5;
const SPREAD = 0.5;

export interface DiscoveryClock {
  readonly version: PrometheusVersion;
  readonly startMillis: number;
  /** Time of the sender's next look. */
  readonly pollMillis: number;
  /** Whether there is something to send then. */
  readonly pending: boolean;
  /** 3.16: the mean of the wait after that look. */
  readonly waitMillis: number;
  readonly lastSentMillis: number;
  /** From when on the scrape manager takes a trigger at once. */
  readonly armedMillis: number;
  /** The last reload that a send has caused; one that is still to come takes later sends along. */
  readonly reloadMillis: number;
}

/** The clock of a server that started at `startMillis`. */
export const startDiscovery = (version: PrometheusVersion, startMillis: number): DiscoveryClock => ({
  version,
  startMillis,
  pollMillis: startMillis + (version === '3' ? FIRST_WAIT_MILLIS : TICK_MILLIS),
  pending: false,
  waitMillis: FIRST_WAIT_MILLIS * GROWTH,
  lastSentMillis: startMillis,
  armedMillis: startMillis + TICK_MILLIS,
  reloadMillis: -Infinity,
});

const spread = (wait: number, draw: () => number): number => wait * (1 - SPREAD + 2 * SPREAD * draw());

/** When the manager acts on what is sent at the next look. */
const reloadAt = (clock: DiscoveryClock): number =>
  clock.pollMillis <= clock.reloadMillis ? clock.reloadMillis : Math.max(clock.pollMillis, clock.armedMillis);

/** Its ticker holds one tick: if one passed while it was blocked, it is armed again at once. */
const afterSend = (clock: DiscoveryClock): DiscoveryClock => {
  const reload = reloadAt(clock);
  if (reload === clock.reloadMillis) return { ...clock, lastSentMillis: clock.pollMillis };
  const { startMillis, armedMillis } = clock;
  const tick = startMillis + (Math.floor((armedMillis - startMillis) / TICK_MILLIS) + 1) * TICK_MILLIS;
  return { ...clock, lastSentMillis: clock.pollMillis, reloadMillis: reload, armedMillis: Math.max(reload, tick) };
};

/** One look of the sender, with its consequences. */
const poll = (clock: DiscoveryClock, draw: () => number): DiscoveryClock => {
  const at = clock.pollMillis;
  const after = { ...(clock.pending ? afterSend(clock) : clock), pending: false };
  if (clock.version === '2.53') return { ...after, pollMillis: at + TICK_MILLIS };
  const quiet = !clock.pending && at - clock.lastSentMillis > TICK_MILLIS;
  const wait = quiet ? FIRST_WAIT_MILLIS : clock.waitMillis;
  return { ...after, pollMillis: at + spread(wait, draw), waitMillis: Math.min(wait * GROWTH, TICK_MILLIS) };
};

/** A server that was quiet for long: its looks before `atMillis` change nothing, so they are not played one by one. */
const skipQuiet = (clock: DiscoveryClock, atMillis: number, draw: () => number): DiscoveryClock => {
  if (clock.pending || atMillis - Math.max(clock.pollMillis, clock.lastSentMillis) < 4 * TICK_MILLIS) return clock;
  if (clock.version === '2.53') {
    const ticks = Math.floor((atMillis - clock.pollMillis) / TICK_MILLIS);
    return { ...clock, pollMillis: clock.pollMillis + ticks * TICK_MILLIS };
  }
  return { ...clock, pollMillis: atMillis + draw() * spread(FIRST_WAIT_MILLIS, draw), waitMillis: FIRST_WAIT_MILLIS };
};

/**
 * The time at which a change at `atMillis` takes effect: new targets start their phase wait, removed ones stop. Changes
 * come in order of time; several of them may take effect together.
 */
export const discoverChange = (
  clock: DiscoveryClock,
  atMillis: number,
  draw: () => number,
): { readonly effectMillis: number; readonly clock: DiscoveryClock } => {
  let state = clock;
  while (state.pending && state.pollMillis < atMillis) state = poll(state, draw);
  state = skipQuiet(state, atMillis, draw);
  while (state.pollMillis < atMillis) state = poll(state, draw);
  state = { ...state, pending: true };
  return { effectMillis: reloadAt(state), clock: state };
};
