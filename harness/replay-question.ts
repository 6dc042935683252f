// A question answered in real time: on the local profile with the wall clock compressed, on the bare profile under the
// real controllers, or at a service that exists.

import type { CapacityCurve } from '../model/record.ts';
import type { ChosenEngine } from './k6/choose-engine.ts';
import type { Question } from './question.ts';
import type { Progress } from './progress.ts';
import { startProgress } from './progress.ts';
import type { AuditedReplayed, LoadWishes, Replayed } from './replay/real-run.ts';
import { replayLocal } from './replay/replay-local.ts';
import { replayBare } from './replay/replay-bare.ts';
import { replayKind } from './replay/replay-kind.ts';
import type { ExistingReplayed, ReplayExistingSettings } from './replay/replay-existing.ts';
import { replayExisting } from './replay/replay-existing.ts';
import type { TargetSettings } from './replay/replay-target.ts';
import { replayTarget } from './replay/replay-target.ts';
import { runVersions } from './versions.ts';

type Wishes = LoadWishes & { readonly workers?: number };

const NODE_ENGINE: ChosenEngine = { engine: null, notes: [] };

/** What every way of replaying is told of the question and of who sends it. */
const told = (question: Question, { engine, notes }: ChosenEngine, wishes: Wishes, signal: AbortSignal) => ({
  schedule: question.schedule,
  scenario: question.scenario,
  platform: question.platform,
  scheduleHash: question.hash,
  versions: runVersions(question.platform),
  ...(engine === null ? {} : { engine }),
  notes: [...question.notes, ...notes],
  ...wishes,
  signal,
});

/** A service that exists has components of its own: only what is ours has a version. */
const ownVersions = (question: Question): Readonly<Record<string, string>> => ({
  surgelab: runVersions(question.platform)['surgelab']!,
  node: process.version,
});

/** A replay with its progress shown from its start to its end, however it ends. */
const shown = async <T>(label: string, replay: (onProgress: Progress['update']) => Promise<T>): Promise<T> => {
  const progress = startProgress(label);
  try {
    return await replay(progress.update);
  } finally {
    progress.end();
  }
};

/** Replays the question; an abort gives the part that was done. Throws TARGET_FAILED, PORT_IN_USE. */
export const replayQuestion = (
  question: Question,
  timeScale: number,
  capacity: CapacityCurve | null,
  signal: AbortSignal,
  chosen: ChosenEngine = NODE_ENGINE,
  wishes: Wishes = {},
): Promise<Replayed> =>
  shown(
    `replay of ${question.scenario.name}, ${timeScale === 1 ? 'in real time' : `${timeScale} times as fast as real time`}`,
    (onProgress) =>
      replayLocal({
        timeScale,
        capacity,
        ...told(question, chosen, wishes, signal),
        onProgress,
      }),
  );

/**
 * Replays the question under the real control plane, in real time; `notes` of the result tell what its programs are.
 * Throws TOOL_MISSING, TARGET_FAILED.
 */
export const replayQuestionOnBare = (
  question: Question,
  capacity: CapacityCurve | null,
  signal: AbortSignal,
  chosen: ChosenEngine = NODE_ENGINE,
  wishes: Wishes = {},
): Promise<AuditedReplayed> =>
  shown(`replay of ${question.scenario.name} under the real controllers`, (onProgress) =>
    replayBare({
      timeScale: 1,
      capacity,
      ...told(question, chosen, wishes, signal),
      logFolder: null,
      environment: process.env,
      onProgress,
    }),
  );

/**
 * Replays the question on a kind cluster, in real time: the one that is up, or one that is made and taken away.
 * Throws TOOL_MISSING, TARGET_FAILED, USAGE.
 */
export const replayQuestionOnKind = async (
  question: Question,
  capacity: CapacityCurve | null,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
  chosen: ChosenEngine = NODE_ENGINE,
  wishes: Wishes = {},
): Promise<AuditedReplayed> => {
  // It begins with the run, not with the cluster.
  let progress: Progress | null = null;
  try {
    return await replayKind({
      timeScale: 1,
      capacity,
      ...told(question, chosen, wishes, signal),
      environment: process.env,
      tell,
      onProgress: (done) => {
        progress ??= startProgress(`replay of ${question.scenario.name} on kind`);
        progress.update(done);
      },
    });
  } finally {
    (progress as Progress | null)?.end();
  }
};

/** Replays the question at a service that exists already, in real time. Throws what replayTarget throws. */
export const replayQuestionAt = (
  question: Question,
  target: Pick<TargetSettings, 'origin' | 'authorization' | 'dialect' | 'tell'>,
  signal: AbortSignal,
  chosen: ChosenEngine = NODE_ENGINE,
  wishes: Wishes = {},
): Promise<Replayed> =>
  shown(`replay of ${question.scenario.name} at ${target.origin}`, (onProgress) =>
    replayTarget({
      ...target,
      ...told(question, chosen, wishes, signal),
      versions: ownVersions(question),
      onProgress,
    }),
  );

/** The same on a cluster that is not ours, which is watched. Throws what replayExisting throws. */
export const replayQuestionOnExisting = (
  question: Question,
  target: Pick<ReplayExistingSettings, 'api' | 'prometheus' | 'origin' | 'authorization' | 'dialect' | 'tell'>,
  signal: AbortSignal,
  chosen: ChosenEngine,
  wishes: Wishes,
): Promise<ExistingReplayed> =>
  shown(`replay of ${question.scenario.name} at ${target.origin}`, (onProgress) =>
    replayExisting({
      ...target,
      ...told(question, chosen, wishes, signal),
      versions: ownVersions(question),
      onProgress,
    }),
  );
