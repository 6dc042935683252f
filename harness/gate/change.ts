// gate against something: the figures of two states on the same schedules and seeds, and what the difference means. The other
// state is the platform YAML of a git ref, a baseline file, or a folder of runs.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { platformChanges } from '../../cluster/manifests/platform-changes.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { TestbedError } from '../../model/errors.ts';
import { stream } from '../../model/rng.ts';
import { measure } from '../../reports/gate/evaluate.ts';
import { parseObjectives } from '../../reports/gate/parse.ts';
import type { Change } from '../../reports/gate/regression.ts';
import { compareSets } from '../../reports/gate/regression.ts';
import { score } from '../../reports/score/score.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { tellPlatformNotes } from '../platform-notes.ts';
import { firstExisting } from '../read-input.ts';
import type { ScenarioOptions } from '../question.ts';
import { platformOf, readQuestion } from '../question.ts';
import type { InputFile, ScenarioFile } from '../read-scenario.ts';
import { readManifestFiles } from '../read-scenario.ts';
import type { CommandContext } from '../run-command.ts';
import { readRun } from '../run-folder.ts';
import type { Baseline } from './baseline.ts';
import type { FiguresTask, PlatformInput, SeedFigures } from './figures-worker.ts';
import { gatedTexts, pairedFigures } from './gated-figures.ts';
import { manifestsAt } from './git-manifests.ts';
import { workerPool } from '../worker-pool.ts';

export interface Gated {
  readonly change: Change;
  /** What differs between the two states, in words; null where that is not known. */
  readonly changes: readonly string[] | null;
  /** What was compared. */
  readonly about: string;
}

type Values = readonly (number | null)[];
interface SeedRun {
  readonly seed: number;
  readonly scheduleHash: string;
  readonly values: Values;
}

type Context = Pick<CommandContext, 'signal' | 'tell'>;

const GATE_STREAM = 'gate';

/** Figures per seed and platform, on all cores. Throws what a simulation throws, and INTERRUPTED. */
const measureSeeds = async (
  options: ScenarioOptions,
  seeds: readonly number[],
  platforms: readonly PlatformInput[],
  objectives: readonly string[],
  signal: AbortSignal,
): Promise<readonly SeedFigures[]> => {
  const pool = workerPool(new URL('./figures-worker.ts', import.meta.url), seeds.length);
  try {
    return await Promise.all(
      seeds.map(
        (seed) =>
          pool.run({ options, seed, platforms, objectives } satisfies FiguresTask, { signal }) as Promise<SeedFigures>,
      ),
    );
  } catch (error) {
    if (signal.aborted) throw new TestbedError('INTERRUPTED', 'the gate was interrupted', { cause: error });
    throw error;
  } finally {
    await pool.destroy();
  }
};

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** Two platforms on the schedules of one scenario. */
const gatePlatforms = async (
  options: ScenarioOptions,
  { scenario }: ScenarioFile,
  before: PlatformInput,
  after: PlatformInput,
  seeds: number,
  against: string,
  context: Context,
): Promise<Gated> => {
  const asked = gatedTexts(scenario.objectives);
  const platforms = [readPlatform(before.manifests, before.set), readPlatform(after.manifests, after.set)] as const;
  tellPlatformNotes(platforms, context.tell);
  const list = seedsFrom(scenario.seed, seeds);
  const measured = await measureSeeds(options, list, [before, after], asked.texts, context.signal);
  const of = (platform: 0 | 1): readonly Values[] => measured.map(({ values }) => values[platform]!);
  return {
    change: compareSets(pairedFigures(asked, of(0), of(1)), stream(scenario.seed, GATE_STREAM)),
    changes: platformChanges(...platforms),
    about: `${scenario.name}, ${seeds} seeds on the same schedules, against ${against}`,
  };
};

/** The platform of `ref` against the present one. */
export const gateAgainstRef = async (
  options: ScenarioOptions,
  ref: string,
  seeds: number,
  context: Context,
): Promise<Gated> => {
  const file = readQuestion(options);
  const { set } = file.scenario.platform;
  const [before, after] = [manifestsAt(ref, file), readManifestFiles(file)];
  return gatePlatforms(options, file, { manifests: before, set }, { manifests: after, set }, seeds, ref, context);
};

export interface Candidate {
  /** Overrides on top of the scenario's. */
  readonly set: PlatformInput['set'];
  /** Files or folders of YAML in place of the scenario's; null = the scenario's. */
  readonly manifests: readonly InputFile[] | null;
}

/** A candidate platform against the present one, on the traffic of the scenario: a dry run. */
export const shadowRun = async (
  options: ScenarioOptions,
  candidate: Candidate,
  seeds: number,
  context: Context,
): Promise<Gated> => {
  const file = readQuestion(options);
  const { set } = file.scenario.platform;
  const manifests = readManifestFiles(file);
  const after = { manifests: candidate.manifests ?? manifests, set: { ...set, ...candidate.set } };
  return gatePlatforms(options, file, { manifests, set }, after, seeds, 'the present platform', context);
};

/** The figures of the present state, to be committed as a baseline. */
export const measureBaseline = async (
  options: ScenarioOptions,
  seeds: number,
  context: Context,
): Promise<Omit<Baseline, 'schema'>> => {
  const file = readQuestion(options);
  tellPlatformNotes([platformOf(file)], context.tell);
  const { texts } = gatedTexts(file.scenario.objectives);
  const list = seedsFrom(file.scenario.seed, seeds);
  const measured = await measureSeeds(
    options,
    list,
    [{ manifests: readManifestFiles(file), set: file.scenario.platform.set }],
    texts,
    context.signal,
  );
  return {
    scenario: file.scenario.name,
    figures: texts,
    runs: measured.map(({ scheduleHash, values }, i) => ({ seed: list[i]!, scheduleHash, values: values[0]! })),
  };
};

/** Pairs by seed. Throws SCHEDULE_HASH_MISMATCH where the traffic of a seed is no longer the same. */
const paired = (
  before: readonly SeedRun[],
  after: readonly SeedRun[],
  what: string,
): readonly (readonly [SeedRun, SeedRun])[] => {
  const bySeed = new Map(before.map((run) => [run.seed, run]));
  return after.flatMap((run) => {
    const other = bySeed.get(run.seed);
    if (other === undefined) return [];
    if (other.scheduleHash !== run.scheduleHash)
      throw new TestbedError('SCHEDULE_HASH_MISMATCH', `seed ${run.seed} has another schedule than in ${what}`, {
        hint: 'the traffic of the scenario changed: compare runs of one scenario, or write the baseline anew with --update',
      });
    return [[other, run] as const];
  });
};

export const gateAgainstBaseline = async (
  options: ScenarioOptions,
  baseline: Baseline,
  path: string,
  context: Context,
): Promise<Gated> => {
  const file = readQuestion(options);
  tellPlatformNotes([platformOf(file)], context.tell);
  const asked = gatedTexts(file.scenario.objectives);
  const seeds = baseline.runs.map(({ seed }) => seed);
  const measured = await measureSeeds(
    options,
    seeds,
    [{ manifests: readManifestFiles(file), set: file.scenario.platform.set }],
    asked.texts,
    context.signal,
  );
  const now = measured.map(({ scheduleHash, values }, i): SeedRun => ({
    seed: seeds[i]!,
    scheduleHash,
    values: values[0]!,
  }));
  // The baseline's figures by name: one that it lacks has no data there.
  const then = baseline.runs.map((run) => ({
    ...run,
    values: asked.texts.map((text) => run.values[baseline.figures.indexOf(text)] ?? null),
  }));
  const pairs = paired(then, now, path);
  return {
    change: compareSets(
      pairedFigures(
        asked,
        pairs.map(([a]) => a.values),
        pairs.map(([, b]) => b.values),
      ),
      stream(file.scenario.seed, GATE_STREAM),
    ),
    changes: null,
    about: `${file.scenario.name}, ${pairs.length} seeds, against ${path}`,
  };
};

/** A run folder, or a folder of run folders. Throws INPUT_MISSING. */
export const runFoldersIn = (path: string): readonly string[] => {
  const isRun = (folder: string): boolean => firstExisting([join(folder, 'run.json')]) !== null;
  if (isRun(path)) return [path];
  const inside = firstExisting([path]) !== null && statSync(path).isDirectory() ? readdirSync(path).sort() : [];
  const folders = inside.map((name) => join(path, name)).filter(isRun);
  if (folders.length === 0)
    throw new TestbedError('INPUT_MISSING', `${path} holds no run`, { hint: 'give a run folder, or a folder of them' });
  return folders;
};

const measuredRun = async (folder: string, texts: readonly string[]): Promise<SeedRun> => {
  const { record } = await readRun(folder);
  const scored = score(record);
  return {
    seed: record.header.seed,
    scheduleHash: record.header.scheduleHash,
    values: parseObjectives(texts).map((objective) => {
      const measured = measure(objective, record, scored);
      return measured.kind === 'value' ? measured.value : null;
    }),
  };
};

/** Two sets of runs, paired by seed and schedule; judged by the objectives of the first run of `after`. */
export const gateSets = async (before: string, after: string): Promise<Gated> => {
  const [old, now] = [runFoldersIn(before), runFoldersIn(after)];
  const { record } = await readRun(now[0]!);
  const asked = gatedTexts((record.header.scenario as unknown as Scenario).objectives);
  const of = async (folders: readonly string[]): Promise<readonly SeedRun[]> => {
    const runs: SeedRun[] = [];
    for (const folder of folders) runs.push(await measuredRun(folder, asked.texts));
    return runs;
  };
  const pairs = paired(await of(old), await of(now), before);
  return {
    change: compareSets(
      pairedFigures(
        asked,
        pairs.map(([a]) => a.values),
        pairs.map(([, b]) => b.values),
      ),
      stream(record.header.seed, GATE_STREAM),
    ),
    changes: platformChanges((await readRun(old[0]!)).record.header.platform, record.header.platform),
    about: `${record.header.scenarioName}, ${pairs.length} pair${pairs.length === 1 ? '' : 's'} of runs, ${before} against ${after}`,
  };
};
