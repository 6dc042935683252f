// A sweep as an Indexed Job: one index per seed, every setting on it, results as Parquet files in a folder. Seeds whose file
// is there already are not asked for again, so an interrupted sweep goes on where it was.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { KubeClient } from '../cluster/kube/client.ts';
import { runIndexed } from '../cluster/kube/indexed-job.ts';
import { TestbedError } from '../model/errors.ts';
import { makeFolder } from './make-folder.ts';
import type { SweepPoint } from '../reports/sweep.ts';
import type { ScenarioOptions } from './question.ts';
import { readQuestion } from './question.ts';
import { readText } from './read-input.ts';
import type { ScenarioFile } from './read-scenario.ts';
import { readManifestFiles } from './read-scenario.ts';
import type { SweepSetting } from './sweep.ts';
import type { SeedResult } from './sweep-results.ts';
import { readResult } from './sweep-results.ts';

export interface SweepJobTask {
  readonly options: Omit<ScenarioOptions, 'scenario' | 'seed'>;
  readonly settings: readonly (readonly string[])[];
  readonly seeds: readonly number[];
  /** Hash of all that decides the results. */
  readonly plan: string;
}

export interface SweepJobSettings {
  readonly api: KubeClient;
  readonly namespace: string;
  readonly image: string;
  readonly parallelism: number;
  readonly options: ScenarioOptions;
  readonly settings: readonly SweepSetting[];
  readonly seeds: readonly number[];
  /** Where the Parquet files go. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
  readonly onProgress: (done: number) => void;
}

const MOUNT = '/etc/surgelab';
const PATIENCE_MILLIS = 3_600_000;

const needsData = ({ scenario }: ScenarioFile): boolean =>
  scenario.traffic.some(
    ({ arrivals, audioSeconds }) =>
      arrivals.kind === 'trace' || arrivals.kind === 'profile' || audioSeconds?.kind === 'table',
  );

/** Under its own name, which is part of what is simulated (rule groups carry it), unless it lies outside this folder. */
const placeOf = (shown: string, index: number): string =>
  /^\w/.test(shown) ? shown : join('outside', String(index), basename(shown));

/** The files of a sweep for pods that have nothing else: the scenario with its manifests beside it. Throws USAGE. */
export const taskFiles = (
  options: ScenarioOptions,
  settings: readonly SweepSetting[],
  seeds: readonly number[],
): { readonly files: Readonly<Record<string, string>>; readonly plan: string } => {
  const file = readQuestion(options);
  if (needsData(file))
    throw new TestbedError('USAGE', `scenario ${file.scenario.name} reads recorded data, which pods do not have`, {
      hint: 'sweep it with --on local, or take a scenario with synthetic arrivals',
    });
  const manifests = readManifestFiles(file).map(({ file: shown, text }, i) => [placeOf(shown, i), text] as const);
  const yaml = parse(readText(file.path, 'the scenario')) as { readonly platform?: object };
  const scenario = stringify({
    ...yaml,
    platform: { ...yaml.platform, manifests: manifests.map(([name]) => `${MOUNT}/${name}`) },
  });
  const { scenario: _path, seed: _seed, ...others } = options;
  const asked = { options: others, settings: settings.map(({ set }) => set) };
  const plan = createHash('sha256')
    .update(JSON.stringify([scenario, manifests, asked]))
    .digest('hex')
    .slice(0, 16);
  const task: SweepJobTask = { ...asked, seeds, plan };
  return {
    plan,
    files: { 'scenario.yaml': scenario, ...Object.fromEntries(manifests), 'task.json': JSON.stringify(task) },
  };
};

const fileOf = (folder: string, seed: number): string => join(folder, `seed-${seed}.parquet`);

/** What is there of this plan and seed; null = nothing, or another plan's. */
const remembered = async (folder: string, seed: number, plan: string): Promise<SeedResult | null> => {
  if (!existsSync(fileOf(folder, seed))) return null;
  const result = await readResult(readFileSync(fileOf(folder, seed)));
  return result.plan === plan && result.seed === seed ? result : null;
};

/** One point per setting, over the seeds in order. Throws what runIndexed throws. */
export const sweepOnKubernetes = async (settings: SweepJobSettings): Promise<readonly SweepPoint[]> => {
  const { api, folder, seeds, signal, tell, onProgress } = settings;
  const { files, plan } = taskFiles(settings.options, settings.settings, seeds);
  makeFolder(folder);
  const results = new Map<number, SeedResult>();
  for (const seed of seeds) {
    const there = await remembered(folder, seed, plan);
    if (there !== null) results.set(seed, there);
  }
  if (results.size > 0) tell(`${results.size} of ${seeds.length} seeds are there already`);
  const indexes = seeds.flatMap((seed, i) => (results.has(seed) ? [] : [i]));
  const { namespace, image, parallelism } = settings;
  const name = `surgelab-sweep-${plan.slice(0, 8)}`;
  await runIndexed(
    api,
    { namespace, name, image, files, indexes, parallelism, patienceMillis: PATIENCE_MILLIS },
    {
      signal,
      tell,
      result: async (index, text) => {
        const bytes = new Uint8Array(Buffer.from(text, 'base64'));
        const result = await readResult(bytes);
        const seed = seeds[index]!;
        if (result.plan !== plan || result.seed !== seed)
          throw new TestbedError('TARGET_FAILED', `index ${index} gave seed ${result.seed} of plan ${result.plan}`, {
            hint: `seed ${seed} of plan ${plan} was asked for: is --image of this version?`,
          });
        writeFileSync(`${fileOf(folder, seed)}.new`, bytes);
        renameSync(`${fileOf(folder, seed)}.new`, fileOf(folder, seed));
        results.set(seed, result);
        onProgress(results.size / seeds.length);
      },
    },
  );
  return settings.settings.map(({ label, value }, i) => ({
    label,
    value,
    scores: seeds.map((seed) => results.get(seed)!.scores[i]!),
  }));
};
