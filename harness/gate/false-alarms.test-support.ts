// A gate on simulations of one configuration: what it says of sets of other seeds, and of the same seeds with longer audio.
// For the test, which draws its sets from a pool, and for the benchmark, which simulates every set anew.

import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { stream } from '../../model/rng.ts';
import { seconds } from '../../model/units.ts';
import { measure } from '../../reports/gate/evaluate.ts';
import { parseObjectives } from '../../reports/gate/parse.ts';
import { compareSets } from '../../reports/gate/regression.ts';
import { score } from '../../reports/score/score.ts';
import { trafficOf } from '../question.ts';
import { readManifestFiles, readScenario } from '../read-scenario.ts';
import { simulateQuestion } from '../simulate-question.ts';
import { pairedFigures } from './gated-figures.ts';

export type Figures = readonly (number | null)[];

const ASKED = { texts: ['latency{kind=short} p95 <= 2s', 'wait p50 <= 2s', 'cost.gpuHours <= 3'], gated: 3 };

/** Simulates four quiet minutes of the bench scenario, before its step; gives the gated figures, P95 first. */
export const quietMinutes = (): ((seed: number, audioFactor: number) => Figures) => {
  const file = readScenario('bench');
  const platform = readPlatform(readManifestFiles(file), {
    ...file.scenario.platform.set,
    'asr.scrapeInterval': '15s',
  });
  const objectives = parseObjectives(ASKED.texts);
  return (seed, audioFactor) => {
    const scenario = { ...file.scenario, seed, duration: seconds(240), warmup: seconds(30) };
    const traffic = trafficOf({ ...file, scenario });
    const schedule = { ...traffic.schedule, audioSeconds: traffic.schedule.audioSeconds.map((s) => s * audioFactor) };
    const run = simulateQuestion({ ...traffic, schedule, platform }, false);
    const scored = score(run);
    return objectives.map((objective) => {
      const measured = measure(objective, run, scored);
      return measured.kind === 'value' ? measured.value : null;
    });
  };
};

/** Whether the gate calls `after` worse than `before`. @param pair draws the bootstrap */
export const saysWorse = (before: readonly Figures[], after: readonly Figures[], pair: number): boolean =>
  compareSets(pairedFigures(ASKED, before, after), stream(pair, 'gate')).verdict === 'worse';
