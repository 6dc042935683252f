// Plays a schedule on a fleet inside an engine: the events of callers and of service. Used by the whole world and by
// the fast simulation of a static fleet alike.

import type { Schedule } from '../../model/schedule.ts';
import type { Engine } from '../engine/engine.ts';
import { CLASS } from '../event-classes.ts';
import type { FleetSettings } from '../service/fleet.ts';
import type { Leaving } from '../service/fleet.ts';
import { Fleet } from '../service/fleet.ts';

/** `detail` of a 'departure' event. */
const LEAVINGS: readonly Leaving[] = ['hangup', 'cut'];

/**
 * Sets the handlers of completions, deadlines, departures, retries and arrivals; the arrivals are the engine's series.
 *
 * @param idle called when nothing is on a pod that the fleet was asked to watch
 * @param sentMillis when each request comes, never decreasing; absent = as the schedule wants it
 */
export const playTraffic = (
  engine: Engine,
  schedule: Schedule,
  settings: FleetSettings,
  idle: (pod: number) => void,
  sentMillis: Float64Array = schedule.offsetMillis,
): Fleet => {
  const timers: number[] = [];
  const fleet = new Fleet(
    schedule,
    settings,
    {
      completions: (pod, at) => {
        const timer = timers[pod] ?? -1;
        if (at < Infinity) {
          if (timer >= 0) engine.reschedule(timer, at);
          else timers[pod] = engine.schedule(at, CLASS.completions, pod);
        } else if (timer >= 0) {
          engine.cancel(timer);
          timers[pod] = -1;
        }
      },
      retry: (request, at) => engine.schedule(at, CLASS.retry, request),
      deadline: (at) => engine.schedule(at, CLASS.deadline, 0),
      leave: (request, at, why) => engine.schedule(at, CLASS.departure, request, LEAVINGS.indexOf(why)),
      idle,
    },
    sentMillis,
  );
  engine.on(CLASS.completions, (now, pod) => {
    timers[pod] = -1;
    fleet.completions(now, pod);
  });
  engine.on(CLASS.deadline, (now) => fleet.deadline(now));
  engine.on(CLASS.departure, (now, request, why) => fleet.callerLeaves(now, request, LEAVINGS[why]!));
  engine.on(CLASS.retry, (now, request) => fleet.retry(now, request));
  engine.on(CLASS.arrival, (now, request) => fleet.arrive(now, request));
  engine.series(CLASS.arrival, sentMillis);
  return fleet;
};
