// PUT of the scale: how often a conflict is tried again (hpa.md section 2, point 7). Who sends it is left to the caller.

import type { VersionRules } from './versions.ts';

/** Outcome of one PUT. Between two tries the caller reads the scale afresh; whether that works changes nothing. */
export type PutAnswer = 'accepted' | 'conflict' | 'failed';

/** Whether the `attempt`-th PUT (from 1) with this answer is followed by another one. Golden n:put-conflicts. */
export const triesAgain = (rules: VersionRules, attempt: number, answer: PutAnswer): boolean =>
  answer === 'conflict' && attempt < rules.scalePutTries;
