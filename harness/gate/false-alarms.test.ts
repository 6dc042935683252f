import { describe, expect, it } from 'vitest';
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

const file = readScenario('bench');
const platform = readPlatform(readManifestFiles(file), { ...file.scenario.platform.set, 'asr.scrapeInterval': '15s' });
const asked = { texts: ['latency{kind=short} p95 <= 2s', 'wait p50 <= 2s', 'cost.gpuHours <= 3'], gated: 3 };

/** The gated figures of a real simulation: four quiet minutes of the bench scenario, before its step. */
const simulated = (seed: number, audioFactor: number): readonly (number | null)[] => {
  const scenario = { ...file.scenario, seed, duration: seconds(240), warmup: seconds(30) };
  const traffic = trafficOf({ ...file, scenario });
  const schedule = { ...traffic.schedule, audioSeconds: traffic.schedule.audioSeconds.map((s) => s * audioFactor) };
  const run = simulateQuestion({ ...traffic, schedule, platform }, false);
  const scored = score(run);
  return parseObjectives(asked.texts).map((objective) => {
    const measured = measure(objective, run, scored);
    return measured.kind === 'value' ? measured.value : null;
  });
};

const POOL = 60;
const RUNS = 10;
const PAIRS = 400;

const pool = Array.from({ length: POOL }, (_, i) => simulated(i + 1, 1));

/** `count` different members of the pool, drawn at random. */
const drawn = (count: number, pair: number): readonly number[] => {
  const { uniform } = stream(pair, 'pairs');
  const left = Array.from({ length: POOL }, (_, i) => i);
  return Array.from({ length: count }, () => left.splice(Math.floor(uniform() * left.length), 1)[0]!);
};

const alarms = (of: (pair: number) => readonly [before: typeof pool, after: typeof pool]): number => {
  let worse = 0;
  for (let pair = 0; pair < PAIRS; pair++) {
    const [before, after] = of(pair);
    if (compareSets(pairedFigures(asked, before, after), stream(pair, 'gate')).verdict === 'worse') worse += 1;
  }
  return worse / PAIRS;
};

describe('the gate on simulations', () => {
  it('raises a false alarm in at most 5 % of 400 pairs of sets of ten other seeds of one configuration', () => {
    const share = alarms((pair) => {
      const chosen = drawn(2 * RUNS, pair).map((i) => pool[i]!);
      return [chosen.slice(0, RUNS), chosen.slice(RUNS)];
    });
    expect(share).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / PAIRS));
  });

  it('finds audio that is 10 % longer, which makes P95 about 10 % longer, in at least 90 %', () => {
    const slower = Array.from({ length: POOL }, (_, i) => simulated(i + 1, 1.1));
    const mean = (values: typeof pool): number => values.reduce((sum, [p95]) => sum + (p95 ?? NaN), 0) / POOL;
    expect(mean(slower) / mean(pool)).toBeGreaterThan(1.05);
    expect(mean(slower) / mean(pool)).toBeLessThan(1.25);
    const share = alarms((pair) => {
      const chosen = drawn(RUNS, pair);
      return [chosen.map((i) => pool[i]!), chosen.map((i) => slower[i]!)];
    });
    expect(share).toBeGreaterThanOrEqual(0.9);
  });
});
