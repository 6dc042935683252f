// The HPA target together with the least grace period that cuts no live session: a pod that is told to go serves its
// sessions to their end only while the period lasts. Pure but for what it asks.

import type { GraceNeed, TargetTrial } from '../../reports/plan/answer.ts';
import { chooseTarget } from '../../reports/plan/answer.ts';
import { leastWhole } from './least-minimum.ts';

/** Grace periods are looked for in steps of this. */
const STEP_SECONDS = 30;
/** A session that fell behind lasts longer than its audio, and another seed has longer ones: look up to this many times the longest. */
const BEYOND_LONGEST = 2;

/** What was simulated with one target and grace period, over all seeds. */
export interface Drained {
  readonly sessions: number;
  readonly cut: number;
  readonly moneyPerDay: number;
}

export interface GraceQuestion {
  readonly presentSeconds: number;
  /** The longest session of the scenario. */
  readonly longestSeconds: number;
  readonly trials: (graceSeconds: number) => Promise<readonly TargetTrial[]>;
  readonly drained: (target: number | null, graceSeconds: number) => Promise<Drained>;
}

export interface TargetAndGrace {
  readonly targets: readonly TargetTrial[];
  readonly target: number | null;
  readonly graceSeconds: number;
  /** Null where the present grace period cuts nobody. */
  readonly need: GraceNeed | null;
}

/**
 * Chooses the target, lengthens the grace period until that target cuts nobody, and chooses again with it. What is told of the
 * present period is of the target that is chosen in the end, so that both sums of money are of one target.
 */
export const withGrace = async (ask: GraceQuestion): Promise<TargetAndGrace> => {
  const { presentSeconds } = ask;
  const most = Math.ceil((BEYOND_LONGEST * ask.longestSeconds) / STEP_SECONDS);
  // Ends: the grace period grows in every turn, and beyond the most there is none.
  for (let graceSeconds = presentSeconds; ;) {
    const targets = await ask.trials(graceSeconds);
    const target = chooseTarget(targets);
    const now = await ask.drained(target, graceSeconds);
    const steps =
      now.cut === 0
        ? null
        : await leastWhole(
            Math.floor(graceSeconds / STEP_SECONDS),
            most,
            async (n) => (await ask.drained(target, n * STEP_SECONDS)).cut === 0,
          );
    if (steps === null) {
      const { cut, sessions, moneyPerDay: present } = await ask.drained(target, presentSeconds);
      if (cut === 0) return { targets, target, graceSeconds: presentSeconds, need: null };
      const [leastSeconds, least] = now.cut === 0 ? [graceSeconds, now.moneyPerDay] : [null, null];
      const need = { presentSeconds, leastSeconds, cut, sessions, moneyPerDay: { present, least } };
      return { targets, target, graceSeconds, need };
    }
    graceSeconds = steps * STEP_SECONDS;
  }
};
