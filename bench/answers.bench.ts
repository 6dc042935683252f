// The answers against their bounds: a search over at least 60 settings of 2 h at 10 requests/s, the plan of the default
// scenario, the quality of the search on known landscapes. Prints what was measured with the machine and its load, since
// wall clock on a busy machine says little: processor seconds stand beside it. Asserts nothing.
// `node bench/answers.bench.ts [quality|plan|tune|exhaustive|gate …]`: all parts, or those that are named.

import { cpus, loadavg } from 'node:os';
import { stream } from '../model/rng.ts';
import { readPlatform } from '../cluster/manifests/read-platform.ts';
import { quietMinutes, saysWorse } from '../harness/gate/false-alarms.test-support.ts';
import { planQuestion } from '../harness/plan/plan-question.ts';
import { readQuestion } from '../harness/question.ts';
import { readManifestFiles } from '../harness/read-scenario.ts';
import { leversOf } from '../harness/tune/levers.ts';
import { openSimulations } from '../harness/tune/simulations.ts';
import { tune } from '../harness/tune/tune.ts';
import type { Point, Space } from '../reports/search/space.ts';
import { gridSize, setOf } from '../reports/search/space.ts';
import { search } from '../reports/search/search.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Wall and processor seconds of `work`, all threads together. */
const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; wall: number; cpu: number }> => {
  const [wall, cpu] = [performance.now(), cpuSeconds()];
  const value = await work();
  return { value, wall: (performance.now() - wall) / 1000, cpu: cpuSeconds() - cpu };
};

const signal = new AbortController().signal;
const SEEDS = 10;
const BUDGET = 400;
const SETTINGS = 60;

const tuned = async (): Promise<void> => {
  const options = { scenario: 'vendor-default-step', duration: '2h' };
  const simulations = openSimulations(options, null, signal, () => undefined);
  const { value, wall, cpu } = await timed(() =>
    tune({ options, seeds: SEEDS, budget: BUDGET, penaltyPerMiss: null, simulations }),
  );
  await simulations.close();
  const { answer } = value;
  print(
    `tune: ${answer.simulations} simulations of 2 h at 10 requests/s, ${answer.tried} settings (${answer.race.map((at) => `${at.settings} with ${at.seeds} seeds`).join(', ')}): ` +
      `${wall.toFixed(0)} s wall, ${cpu.toFixed(0)} processor s, ${((1000 * cpu) / answer.simulations).toFixed(0)} ms each (bound: 120 s on two cores)`,
  );
};

const planned = async (): Promise<void> => {
  const options = { scenario: 'bench' };
  const simulations = openSimulations(options, null, signal, () => undefined);
  const { wall, cpu } = await timed(() =>
    planQuestion({ options, growth: 1, seasons: [], loseNodes: 1, seeds: 5, simulations, signal }),
  );
  await simulations.close();
  print(`plan of bench: ${wall.toFixed(0)} s wall, ${cpu.toFixed(0)} processor s (bound 120 s)`);
};

/** Bowls and one interaction over 6 × 4 × 4 × 3 settings, noise of 20 % per seed and 2 % per trial. */
const quality = async (): Promise<void> => {
  const space: Space = [6, 4, 4, 3].map((count, lever) => ({
    name: `${lever}`,
    levels: Array.from({ length: count }, (_, i) => ({ label: `${i}`, set: {} })),
    current: 0,
  }));
  const grid = space.reduce<Point[]>((all, { levels }) => all.flatMap((p) => levels.map((_, i) => [...p, i])), [[]]);
  const regret: number[] = [];
  let used = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const { uniform } = stream(seed, 'bench');
    const bowls = space.map(({ levels }) => ({ at: uniform() * (levels.length - 1), depth: 0.005 + 0.05 * uniform() }));
    const truth = (point: Point): number =>
      1 + point.reduce((sum, level, i) => sum + bowls[i]!.depth * (level - bowls[i]!.at) ** 2, 0);
    const found = await search(
      space,
      { screenSeeds: 3, seeds: SEEDS, keep: 1 / 3, clearly: 1.5, budget: 720, randomPoints: 16 },
      (trials) =>
        Promise.resolve(
          trials.map(
            ({ point, seed: at }) =>
              truth(point) *
              (1 + 0.4 * stream(seed, 'common', at).uniform()) *
              (1 + 0.07 * stream(seed, point.join('.'), at).uniform()),
          ),
        ),
      stream(seed, 'search'),
    );
    used += found.trials.used;
    regret.push(truth(found.best) / Math.min(...grid.map(truth)) - 1);
  }
  const within = regret.filter((r) => r <= 0.02).length;
  print(
    `search: within 2 % of the best of the grid on ${within} of 200 landscapes, with ${((100 * used) / 200 / (gridSize(space) * SEEDS)).toFixed(0)} % of the simulations of the grid (bounds 95 %, 25 %)`,
  );
};

/** 400 pairs of sets of ten runs, every run simulated anew from a seed of its own: independent, unlike draws from a pool. */
const gated = (): void => {
  const simulated = quietMinutes();
  const RUNS = 10;
  const PAIRS = 400;
  let [alarms, found] = [0, 0];
  let seed = 0;
  const set = (audioFactor: number, from: number) =>
    Array.from({ length: RUNS }, (_, i) => simulated(from + i, audioFactor));
  const started = performance.now();
  for (let pair = 0; pair < PAIRS; pair++) {
    const before = set(1, (seed += RUNS));
    if (saysWorse(before, set(1, (seed += RUNS)), pair)) alarms += 1;
    if (saysWorse(before, set(1.1, seed - RUNS), pair)) found += 1;
  }
  const error = Math.sqrt((0.05 * 0.95) / PAIRS);
  print(
    `gate: ${((100 * alarms) / PAIRS).toFixed(1)} % false alarms over ${PAIRS} pairs of sets of ${RUNS} runs of other seeds (bound 5 % ± ${(100 * error).toFixed(1)} %), ` +
      `audio 10 % longer found in ${((100 * found) / PAIRS).toFixed(1)} % (bound 90 %); ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
};

/** Every setting with every seed, no race: the bound word for word. */
const exhaustive = async (): Promise<void> => {
  const options = { scenario: 'vendor-default-step', duration: '2h' };
  const file = readQuestion(options);
  const { levers } = leversOf(readPlatform(readManifestFiles(file), file.scenario.platform.set));
  const { uniform } = stream(file.scenario.seed, 'bench');
  const settings = Array.from({ length: SETTINGS }, () =>
    setOf(
      levers,
      levers.map(({ levels }) => Math.floor(uniform() * levels.length)),
    ),
  );
  const simulations = openSimulations(options, null, signal, () => undefined);
  const { wall, cpu } = await timed(() =>
    simulations.run(
      settings.flatMap((set) => Array.from({ length: SEEDS }, (_, i) => ({ seed: file.scenario.seed + i, set }))),
    ),
  );
  await simulations.close();
  const count = SETTINGS * SEEDS;
  print(
    `without a race: ${SETTINGS} random settings × ${SEEDS} paired seeds of 2 h at 10 requests/s: ${wall.toFixed(0)} s wall, ${cpu.toFixed(0)} processor s, ${((1000 * cpu) / count).toFixed(0)} ms each (bound: 120 s on two cores)`,
  );
};

const load = (): string =>
  loadavg()
    .map((n) => n.toFixed(1))
    .join(', ');
print(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}, load before ${load()}`,
);
const PARTS: Readonly<Record<string, () => void | Promise<void>>> = {
  quality,
  plan: planned,
  tune: tuned,
  exhaustive,
  gate: gated,
};
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await part();
print(`load after ${load()}`);
