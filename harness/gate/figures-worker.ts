// Some figures of one seed under several platforms, in a worker of the pool: one schedule, one simulation per platform.

import type { ManifestFile } from '../../cluster/manifests/documents.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { measure } from '../../reports/gate/evaluate.ts';
import { parseObjectives } from '../../reports/gate/parse.ts';
import { score } from '../../reports/score/score.ts';
import type { ScenarioOptions } from '../question.ts';
import { readQuestion, trafficOf } from '../question.ts';
import { simulateQuestion } from '../simulate-question.ts';

/** A platform as files and overrides. */
export interface PlatformInput {
  readonly manifests: readonly ManifestFile[];
  readonly set: Readonly<Record<string, string | number | boolean>>;
}

export interface FiguresTask {
  readonly options: ScenarioOptions;
  readonly seed: number;
  readonly platforms: readonly PlatformInput[];
  readonly objectives: readonly string[];
}

export interface SeedFigures {
  readonly scheduleHash: string;
  /** Per platform one value per objective; null = no data. */
  readonly values: readonly (readonly (number | null)[])[];
}

const figures = ({ options, seed, platforms, objectives }: FiguresTask): SeedFigures => {
  const file = readQuestion({ ...options, seed: String(seed) });
  const traffic = trafficOf(file);
  const asked = parseObjectives(objectives);
  return {
    scheduleHash: traffic.hash,
    values: platforms.map(({ manifests, set }) => {
      const platform = readPlatform(manifests, set);
      const run = simulateQuestion({ ...traffic, platform }, false);
      const scored = score(run);
      return asked.map((objective) => {
        const measured = measure(objective, run, scored);
        return measured.kind === 'value' ? measured.value : null;
      });
    }),
  };
};

export default figures;
