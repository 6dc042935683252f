// One seed of a sweep, in a worker of the pool: compiles the schedule once and simulates every setting on it, so that the
// settings of a seed are compared on the same arrivals and the same draws.

import { readPlatform } from '../cluster/manifests/read-platform.ts';
import type { Score } from '../reports/score/score.ts';
import { score } from '../reports/score/score.ts';
import type { ScenarioOptions } from './question.ts';
import { parseSet, readQuestion, trafficOf } from './question.ts';
import { readManifestFiles } from './read-scenario.ts';
import { simulateQuestion } from './simulate-question.ts';

export interface SweepTask {
  readonly options: ScenarioOptions;
  readonly seed: number;
  /** One entry per setting: the overrides that make it. */
  readonly settings: readonly (readonly string[])[];
}

/** One score per setting, in order. */
const sweepSeed = ({ options, seed, settings }: SweepTask): Score[] => {
  const file = readQuestion({ ...options, seed: String(seed) });
  const traffic = trafficOf(file);
  const manifests = readManifestFiles(file);
  return settings.map((setting) => {
    const set = { ...file.scenario.platform.set, ...parseSet(setting) };
    const scenario = { ...file.scenario, platform: { ...file.scenario.platform, set } };
    return score(simulateQuestion({ ...traffic, scenario, platform: readPlatform(manifests, set) }, false));
  });
};

export default sweepSeed;
