// The answers against their bounds: a search over at least 60 settings of 2 h at 10 requests/s, the plan of the default
// scenario, the quality of the search on known landscapes. Prints what was measured with the machine and its load, since
// wall clock on a busy machine says little: processor seconds stand beside it. Asserts nothing.

import { cpus, loadavg } from 'node:os';
import { stream } from '../model/rng.ts';
import { planQuestion } from '../harness/plan/plan-question.ts';
import { openSimulations } from '../harness/tune/simulations.ts';
import { tune } from '../harness/tune/tune.ts';
import type { Point, Space } from '../reports/search/space.ts';
import { gridSize } from '../reports/search/space.ts';
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

const tuned = async (): Promise<void> => {
  const options = { scenario: 'vendor-default-step', duration: '2h' };
  const simulations = openSimulations(options, null, signal, () => undefined);
  const { value, wall, cpu } = await timed(() =>
    tune({ options, seeds: SEEDS, budget: BUDGET, penaltyPerMiss: null, simulations }),
  );
  await simulations.close();
  const { answer } = value;
  print(
    `tune: ${answer.simulations} simulations of 2 h at 10 requests/s, ${answer.tried} settings, finalists with ${SEEDS} paired seeds: ` +
      `${wall.toFixed(0)} s wall, ${cpu.toFixed(0)} processor s, ${((1000 * cpu) / answer.simulations).toFixed(0)} ms each (bound: 120 s on two cores)`,
  );
  print(
    `tune: ${((600 * cpu) / answer.simulations / cpus().length).toFixed(0)} s for 60 settings × 10 seeds without a race, on all cores alone`,
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

const load = (): string =>
  loadavg()
    .map((n) => n.toFixed(1))
    .join(', ');
print(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}, load before ${load()}`,
);
await quality();
await planned();
await tuned();
print(`load after ${load()}`);
