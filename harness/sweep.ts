// Runs a sweep over all cores: every setting on the same seeds, one task per seed. Takes settings and seeds, gives the
// points that reports/sweep.ts compares.

import { TestbedError } from '../model/errors.ts';
import type { Score } from '../reports/score/score.ts';
import type { SweepPoint } from '../reports/sweep.ts';
import type { ScenarioOptions } from './question.ts';
import type { SweepTask } from './sweep-worker.ts';
import { workerPool } from './worker-pool.ts';

export interface SweepSetting {
  readonly label: string;
  readonly value: number;
  readonly set: readonly string[];
}

export interface SweepPlan {
  readonly options: ScenarioOptions;
  readonly settings: readonly SweepSetting[];
  readonly seeds: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** Throws what a simulation throws, and INTERRUPTED. */
export const runSweep = async (plan: SweepPlan): Promise<readonly SweepPoint[]> => {
  const pool = workerPool(new URL('./sweep-worker.ts', import.meta.url), plan.seeds.length);
  let done = 0;
  try {
    const bySeed = await Promise.all(
      plan.seeds.map(async (seed) => {
        const task: SweepTask = { options: plan.options, seed, settings: plan.settings.map(({ set }) => set) };
        const scores = (await pool.run(task, { signal: plan.signal })) as Score[];
        done += 1;
        plan.onProgress(done / plan.seeds.length);
        return scores;
      }),
    );
    return plan.settings.map(({ label, value }, i) => ({ label, value, scores: bySeed.map((scores) => scores[i]!) }));
  } catch (error) {
    if (plan.signal.aborted) throw new TestbedError('INTERRUPTED', 'the sweep was interrupted', { cause: error });
    throw error;
  } finally {
    await pool.destroy();
  }
};
