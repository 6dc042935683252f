// From a scenario's name and the overrides of the command line to everything an engine needs: scenario, platform,
// schedule and its hash. All reading of input happens here; engines get values.

import { freemem } from 'node:os';
import { parseDuration } from '../model/duration.ts';
import { TestbedError } from '../model/errors.ts';
import type { Platform } from '../model/platform.ts';
import type { Schedule } from '../model/schedule.ts';
import { seconds } from '../model/units.ts';
import { compile } from '../scenarios/compile.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { readPlatform } from '../cluster/manifests/read-platform.ts';
import type { ScenarioFile } from './read-scenario.ts';
import { platformNotes } from './platform-notes.ts';
import { readManifestFiles, readScenario, readScenarioData } from './read-scenario.ts';
import { scheduleHash } from './schedule-hash.ts';

export interface ScenarioOptions {
  readonly scenario: string;
  /** `path=value` overrides of the platform. */
  readonly set?: readonly string[];
  readonly seed?: string;
  readonly duration?: string;
}

/** Only what names a question, of the options of a command: what a worker or a state file may depend on. */
export const scenarioOptionsOf = ({ scenario, set, seed, duration }: ScenarioOptions): ScenarioOptions => ({
  scenario,
  ...(set === undefined ? {} : { set }),
  ...(seed === undefined ? {} : { seed }),
  ...(duration === undefined ? {} : { duration }),
});

export interface Traffic {
  readonly scenario: Scenario;
  readonly schedule: Schedule;
  readonly hash: string;
  readonly notes: readonly string[];
}

export interface Question extends Traffic {
  readonly platform: Platform;
}

type SetValue = string | number | boolean;

const setValue = (text: string): SetValue =>
  text === 'true' || text === 'false' ? text === 'true' : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;

/** `['a.b=5s', 'c=3']` → `{ 'a.b': '5s', c: 3 }`. Throws USAGE. */
export const parseSet = (texts: readonly string[]): Readonly<Record<string, SetValue>> =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at <= 0)
        throw new TestbedError('USAGE', `--set ${text}: expected path=value`, { hint: '--set asr.scrapeInterval=5s' });
      return [text.slice(0, at), setValue(text.slice(at + 1))];
    }),
  );

const wholeSeed = (text: string): number => {
  if (!/^\d{1,9}$/.test(text))
    throw new TestbedError('USAGE', `--seed ${text}: expected a whole number below 1000000000`);
  return Number(text);
};

/** A length above the warm-up, which is cut off before anything is counted. */
const durationAfter = (warmup: number, text: string): number => {
  const parsed = parseDuration(text);
  if (parsed === null || parsed <= 0)
    throw new TestbedError('USAGE', `--duration ${text}: expected a duration above 0 with its unit`, {
      hint: '--duration 10m, 90s or 1h30m',
    });
  if (parsed <= warmup)
    throw new TestbedError(
      'USAGE',
      `--duration ${text}: the first ${warmup} s are warm-up, which nothing is counted of`,
      {
        hint: `a duration above ${warmup}s, or a scenario with a shorter warmup`,
      },
    );
  return parsed;
};

/** The scenario with the overrides of the command line applied. Throws USAGE, INPUT_MISSING, SCENARIO_INVALID. */
export const readQuestion = (options: ScenarioOptions): ScenarioFile => {
  const file = readScenario(options.scenario);
  const { scenario } = file;
  return {
    ...file,
    scenario: {
      ...scenario,
      seed: options.seed === undefined ? scenario.seed : wholeSeed(options.seed),
      duration:
        options.duration === undefined ? scenario.duration : seconds(durationAfter(scenario.warmup, options.duration)),
      platform: { ...scenario.platform, set: { ...scenario.platform.set, ...parseSet(options.set ?? []) } },
    },
  };
};

/** Compiles the schedule. Throws what reading and compiling throw. */
export const trafficOf = (file: ScenarioFile): Traffic => {
  const { schedule, notes } = compile(file.scenario, readScenarioData(file), freemem());
  return { scenario: file.scenario, schedule, hash: scheduleHash(schedule), notes };
};

export const platformOf = (file: ScenarioFile): Platform =>
  readPlatform(readManifestFiles(file), file.scenario.platform.set);

/** Compiles the schedule and reads the platform; what of its YAML was not used is among the notes. */
export const questionOf = (file: ScenarioFile): Question => {
  const traffic = trafficOf(file);
  const platform = platformOf(file);
  return { ...traffic, platform, notes: [...traffic.notes, ...platformNotes(platform)] };
};

export const loadQuestion = (options: ScenarioOptions): Question => questionOf(readQuestion(options));
