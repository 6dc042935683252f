// Finds what a scenario consists of: the file itself (a path, or the bare name of a library scenario), the recorded data
// it names, and its Kubernetes YAML. Reading only; parsing is scenarios' and cluster/manifests' business.

import { readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { TestbedError } from '../model/errors.ts';
import { suggestion } from '../model/nearest.ts';
import { parseScenario } from '../scenarios/parse.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { ScenarioData } from '../scenarios/scenario-data.ts';
import { loadScenarioData } from '../scenarios/scenario-data.ts';
import { firstExisting, readText, yamlFiles } from './read-input.ts';

export const REPOSITORY = resolve(import.meta.dirname, '..');
const LIBRARY = join(REPOSITORY, 'scenarios/library');
const PLATFORMS = join(REPOSITORY, 'scenarios/platform');

export interface ScenarioFile {
  readonly scenario: Scenario;
  /** Absolute path of the file; relative names inside it start from its folder. */
  readonly path: string;
}

export interface InputFile {
  /** As shown in messages: relative to the working folder. */
  readonly file: string;
  readonly text: string;
}

const shown = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('../..') || short === '' ? path : short;
};

const isBareName = (name: string): boolean => !name.includes('/') && !/\.ya?ml$/.test(name);

/** Names of the scenarios that come with Surgelab. */
export const libraryScenarios = (): readonly string[] =>
  readdirSync(LIBRARY)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''))
    .sort();

/** Reads and parses a scenario. Throws INPUT_MISSING, SCENARIO_INVALID. */
export const readScenario = (nameOrPath: string): ScenarioFile => {
  const path = isBareName(nameOrPath) ? join(LIBRARY, `${nameOrPath}.yaml`) : resolve(nameOrPath);
  if (isBareName(nameOrPath) && firstExisting([path]) === null) {
    const own = statSync(nameOrPath, { throwIfNoEntry: false });
    const isRun = firstExisting([join(nameOrPath, 'run.json')]) !== null;
    throw new TestbedError(
      'INPUT_MISSING',
      own === undefined
        ? `no scenario named ${nameOrPath}${suggestion(nameOrPath, libraryScenarios())}`
        : `${nameOrPath}: expected a scenario, a file that ends in .yaml, got a ${isRun ? 'run' : own.isDirectory() ? 'folder' : 'file of another name'}`,
      {
        hint: isRun
          ? 'give the scenario that the run was made from; a run goes to score, report, gate and compare'
          : 'give a path to a .yaml file, or a name of scenarios/library',
      },
    );
  }
  return { scenario: parseScenario(shown(path), readText(path, 'the scenario')), path };
};

/** Where recorded traces are looked for: SURGELAB_TRACES, else `../shared/traces` beside the repository. */
export const traceFolder = (): string => process.env.SURGELAB_TRACES ?? resolve(REPOSITORY, '../shared/traces');

const DATA_HINT = [
  'set SURGELAB_TRACES to the folder that holds it, or give a path in the scenario. Public sources: Azure LLM inference',
  'traces 2023 (GitHub project Azure/AzurePublicDataset, CC BY 4.0), NASA-HTTP logs (Internet Traffic Archive), AMI meeting',
  'corpus (CC BY 4.0), ServeGen by Alibaba (Apache-2.0); lengths: Common Voice 19.0 (CC0), LibriSpeech, VoxConverse 0.3',
  '(CC BY 4.0). Convert one to rows `offset_s,audio_s,kind`: seconds since the first request in three decimals, never',
  'decreasing; length of the audio in seconds above 0; short, batch or stream. docs/scenario.md says more',
].join(' ');

const locateData = (name: string, folder: 'traces' | 'durations', scenarioPath: string): string => {
  const base = folder === 'durations' ? join(traceFolder(), 'durations') : traceFolder();
  const endings = ['', '.csv', '.csv.gz'].map((ending) => `${name}${ending}`);
  const found = firstExisting(
    name.includes('/') || isAbsolute(name)
      ? endings.map((file) => resolve(dirname(scenarioPath), file))
      : endings.filter((file) => file !== name || /\.csv(\.gz)?$/.test(name)).map((file) => join(base, file)),
  );
  if (found !== null) return found;
  throw new TestbedError('INPUT_MISSING', `the recorded data set ${name} is not in ${shown(base)}`, {
    hint: DATA_HINT,
  });
};

/** Reads the recorded data that the scenario names. Throws INPUT_MISSING with where to get it, TRACE_INVALID. */
export const readScenarioData = ({ scenario, path }: ScenarioFile): ScenarioData =>
  loadScenarioData(scenario, (name, folder) => {
    const file = locateData(name, folder, path);
    return { file: shown(file), text: readText(file, 'the data set') };
  });

/** A platform that comes with Surgelab. */
const libraryPlatform = (name: string): string => {
  const path = join(PLATFORMS, name);
  if (firstExisting([path]) !== null) return path;
  throw new TestbedError('INPUT_MISSING', `no platform named ${name}${suggestion(name, readdirSync(PLATFORMS))}`, {
    hint: `a folder or file beside the scenario has a slash in its name: ./${name}`,
  });
};

/** Files and folders of Kubernetes YAML that the scenario names. Throws INPUT_MISSING. */
export const manifestPaths = ({ scenario, path }: ScenarioFile): readonly string[] =>
  scenario.platform.manifests.map((name) => (isBareName(name) ? libraryPlatform(name) : resolve(dirname(path), name)));

/** The YAML of files and folders. Throws INPUT_MISSING. */
export const readManifestsAt = (paths: readonly string[]): readonly InputFile[] =>
  paths
    .flatMap((path) => yamlFiles(path, 'the platform'))
    .map((at) => ({ file: shown(at), text: readText(at, 'the platform file') }));

/** Reads the Kubernetes YAML of the scenario: files and folders beside it, or bare names of scenarios/platform. */
export const readManifestFiles = (file: ScenarioFile): readonly InputFile[] => readManifestsAt(manifestPaths(file));
