// What a hop needs of whoever tells it the time: the event engine in virtual time, or the local profile's agenda on the
// wall clock. A handler is told the instant that was asked for, so that nothing inherits the lateness of a timer.

import type { Engine, Handler } from '../engine/engine.ts';

export type Agenda = Pick<Engine, 'now' | 'on' | 'schedule' | 'reschedule' | 'cancel'>;

/**
 * Agendas for several hops of one kind that share an event class of the engine: each sees its own events only, told apart
 * by the subject, which is theirs no more.
 */
export const sharedClass = (engine: Agenda, cls: number): (() => Agenda) => {
  const handlers: Handler[] = [];
  engine.on(cls, (now, subject, detail) => handlers[subject]!(now, subject, detail));
  return () => {
    const number = handlers.length;
    handlers.push(() => undefined);
    return {
      get now() {
        return engine.now;
      },
      on: (_, handler) => {
        handlers[number] = handler;
      },
      schedule: (at, of, _, detail) => engine.schedule(at, of, number, detail),
      reschedule: (id, at) => engine.reschedule(id, at),
      cancel: (id) => engine.cancel(id),
    };
  };
};
