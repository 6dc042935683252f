// The way up as a ladder: each rung has a name and a patience, says what it waits for and how long it still will, and a rung
// that breaks is named in the error, beside the evidence that was kept.

import { TestbedError } from '../../model/errors.ts';
import { patiently } from '../patience.ts';

export interface Ladder {
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

export interface Waiting {
  readonly what: string;
  readonly patienceSeconds: number;
  /** Null = it is so; else what is still missing. */
  readonly check: () => Promise<string | null>;
  /** What to try when patience ends. */
  readonly hint?: string;
}

const LOOK_MILLIS = 250;
const TELL_MILLIS = 5000;

/** Resolves with null, or with what was still missing when patience ended. Throws INTERRUPTED. */
export const waitFor = async (
  { what, patienceSeconds, check }: Waiting,
  { signal, tell }: Ladder,
): Promise<string | null> => {
  const from = performance.now();
  let told = from;
  return patiently({ patienceMillis: 1000 * patienceSeconds, lookMillis: LOOK_MILLIS }, async () => {
    if (signal.aborted) throw new TestbedError('INTERRUPTED', `interrupted while waiting for ${what}`);
    const missing = await check();
    const now = performance.now();
    if (missing !== null && now - told > TELL_MILLIS) {
      told = now;
      const left = Math.max(0, patienceSeconds - (now - from) / 1000);
      tell(`waiting for ${what}: ${missing} (at most ${left.toFixed(0)} s more)`);
    }
    return missing;
  });
};

/** As waitFor; throws TARGET_FAILED when patience ends. */
export const need = async (waiting: Waiting, ladder: Ladder): Promise<void> => {
  const missing = await waitFor(waiting, ladder);
  if (missing !== null)
    throw new TestbedError(
      'TARGET_FAILED',
      `waited ${waiting.patienceSeconds} s for ${waiting.what}, in vain: ${missing}`,
      waiting.hint === undefined ? {} : { hint: waiting.hint },
    );
};
