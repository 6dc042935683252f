// One attempt of a row at a pod, as the front and the clients that carry it see it: sent, answered once or abandoned.

import type { Unanswered } from './failures.ts';

export type Answer =
  | {
      readonly kind: 'ok';
      /** As the pod says; NaN if it does not. */
      readonly admittedMillis: number;
      readonly firstResultMillis: number;
      readonly doneMillis: number;
      /** NaN for batch requests. */
      readonly lagSeconds: number;
    }
  | Unanswered;

/** Abandons what is under way; gives the largest lag so far of a live session that was heard, else NaN. */
export type Abandon = () => number;

/** Sends one attempt to a pod and tells its answer once; returns how to abandon it. */
export type Send = (pod: number, row: number, attempt: number, settle: (answer: Answer) => void) => Abandon;
