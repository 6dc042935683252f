// Some settings of one seed, in a worker of the pool: compiles the schedule once, reads the platform once, simulates every
// setting and gives its outcome. What was compiled is kept for the next task of the same seed.

import { freemem } from 'node:os';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import type { Outcome } from '../../reports/search/outcome.ts';
import { outcomeOf } from '../../reports/search/outcome.ts';
import type { SetValue } from '../../reports/search/space.ts';
import type { ScenarioOptions, Traffic } from '../question.ts';
import { readQuestion } from '../question.ts';
import type { InputFile } from '../read-scenario.ts';
import { readManifestFiles, readScenarioData } from '../read-scenario.ts';
import { compile } from '../../scenarios/compile.ts';
import { simulateQuestion } from '../simulate-question.ts';
import type { Adjustment } from './adjust.ts';
import { adjusted, interventionsOf } from './adjust.ts';

export interface OutcomeTask {
  readonly options: ScenarioOptions;
  readonly seed: number;
  readonly sets: readonly Readonly<Record<string, SetValue>>[];
  readonly adjust?: Adjustment;
}

interface Prepared {
  readonly traffic: Traffic;
  readonly manifests: readonly InputFile[];
}

/** Schedules kept per worker: a search walks over its seeds again and again. */
const KEPT = 24;
const prepared = new Map<string, Prepared>();

const prepare = (options: ScenarioOptions, seed: number, adjust: Adjustment | undefined): Prepared => {
  const key = JSON.stringify([options, seed, adjust]);
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const file = readQuestion({ ...options, seed: String(seed) });
  const scenario = adjust === undefined ? file.scenario : adjusted(file.scenario, adjust);
  // Nobody asks for the hash of these schedules, and to hash one costs as much as to simulate it.
  const { schedule, notes } = compile(scenario, readScenarioData(file), freemem());
  const made = { traffic: { scenario, schedule, notes, hash: '' }, manifests: readManifestFiles(file) };
  if (prepared.size >= KEPT) prepared.clear();
  prepared.set(key, made);
  return made;
};

const outcomes = ({ options, seed, sets, adjust }: OutcomeTask): Outcome[] => {
  const { traffic, manifests } = prepare(options, seed, adjust);
  const known = adjust?.lost === undefined ? undefined : { interventions: interventionsOf(adjust) };
  return sets.map((set) => {
    const { platform } = traffic.scenario;
    const merged = { ...platform.set, ...set };
    const scenario = { ...traffic.scenario, platform: { ...platform, set: merged } };
    const read = readPlatform(manifests, merged);
    return outcomeOf(simulateQuestion({ ...traffic, scenario, platform: read }, false, known));
  });
};

export default outcomes;
