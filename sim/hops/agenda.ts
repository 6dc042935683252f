// What a hop needs of whoever tells it the time: the event engine in virtual time, or the local profile's agenda on the
// wall clock. A handler is told the instant that was asked for, so that nothing inherits the lateness of a timer.

import type { Engine } from '../engine/engine.ts';

export type Agenda = Pick<Engine, 'now' | 'on' | 'schedule' | 'reschedule' | 'cancel'>;
