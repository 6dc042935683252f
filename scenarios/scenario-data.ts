// The recorded data a scenario names: which files, and their contents once harness has read them.

import type { Distribution } from '../model/distribution.ts';
import { TestbedError } from '../model/errors.ts';
import type { Scenario } from './scenario.ts';
import { readDurations } from './traces/read-durations.ts';
import type { RateProfile } from './traces/read-profile.ts';
import { readProfile } from './traces/read-profile.ts';
import type { Trace } from './traces/read-trace.ts';
import { readTrace } from './traces/read-trace.ts';

export interface ScenarioData {
  readonly traces: ReadonlyMap<string, Trace>;
  readonly profiles: ReadonlyMap<string, RateProfile>;
  readonly durations: ReadonlyMap<string, Distribution>;
}

export const NO_DATA: ScenarioData = { traces: new Map(), profiles: new Map(), durations: new Map() };

type Names = Readonly<Record<'traces' | 'profiles' | 'durations', readonly string[]>>;

/** The names in the scenario, each once. */
export const dataNames = (scenario: Scenario): Names => {
  const names = { traces: new Set<string>(), profiles: new Set<string>(), durations: new Set<string>() };
  for (const { arrivals, audioSeconds } of scenario.traffic) {
    if (arrivals.kind === 'trace') names.traces.add(arrivals.file);
    if (arrivals.kind === 'profile') names.profiles.add(arrivals.file);
    if (audioSeconds?.kind === 'table') names.durations.add(audioSeconds.file);
  }
  return { traces: [...names.traces], profiles: [...names.profiles], durations: [...names.durations] };
};

/** Reads every file that the scenario names; `textOf` gives its decompressed text. Throws TRACE_INVALID, and what `textOf` throws. */
export const loadScenarioData = (
  scenario: Scenario,
  textOf: (name: string, folder: 'traces' | 'durations') => { readonly file: string; readonly text: string },
): ScenarioData => {
  const names = dataNames(scenario);
  const load = <T>(all: readonly string[], folder: 'traces' | 'durations', read: (file: string, text: string) => T) =>
    new Map(
      all.map((name) => {
        const { file, text } = textOf(name, folder);
        return [name, read(file, text)] as const;
      }),
    );
  return {
    traces: load(names.traces, 'traces', readTrace),
    profiles: load(names.profiles, 'traces', readProfile),
    durations: load(names.durations, 'durations', readDurations),
  };
};

/** An entry that the scenario names. Throws INPUT_MISSING if it was not loaded. */
export const named = <T>(entries: ReadonlyMap<string, T>, name: string): T => {
  const entry = entries.get(name);
  if (entry === undefined) throw new TestbedError('INPUT_MISSING', `the data set ${name} was not loaded`);
  return entry;
};
