// A question answered in real time on the local profile: the same schedule, real processes, the wall clock compressed.

import type { CapacityCurve } from '../model/record.ts';
import type { ChosenEngine } from './k6/choose-engine.ts';
import type { Question } from './question.ts';
import { startProgress } from './progress.ts';
import type { Replayed } from './replay/real-run.ts';
import { replayLocal } from './replay/replay-local.ts';
import { runVersions } from './versions.ts';

/** Replays the question; an abort gives the part that was done. Throws TARGET_FAILED, PORT_IN_USE. */
export const replayQuestion = async (
  question: Question,
  timeScale: number,
  capacity: CapacityCurve | null,
  signal: AbortSignal,
  { engine, notes }: ChosenEngine = { engine: null, notes: [] },
): Promise<Replayed> => {
  const progress = startProgress(`replay of ${question.scenario.name}, ${timeScale} times as fast as real time`);
  try {
    return await replayLocal({
      schedule: question.schedule,
      scenario: question.scenario,
      platform: question.platform,
      timeScale,
      scheduleHash: question.hash,
      versions: runVersions(question.platform),
      capacity,
      ...(engine === null ? {} : { engine }),
      notes,
      signal,
      onProgress: progress.update,
    });
  } finally {
    progress.end();
  }
};
