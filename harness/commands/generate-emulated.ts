// generate emulated FILE: a rendered chart with the emulator in place of the vendor's programs, as a folder to apply, and the
// list of what was replaced. `-` reads what `helm template` prints.

import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { podDoors } from '../../cluster/bare/pod-addresses.ts';
import type { ContainerSettings } from '../../cluster/emulator/container-settings.ts';
import { SETTINGS_FILE } from '../../cluster/kind/workload.ts';
import { emulatorSettings } from '../../cluster/local/emulator-settings.ts';
import { openManifests } from '../../cluster/manifests/documents.ts';
import { emulated, replacedText } from '../../cluster/manifests/emulated.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { TestbedError, formatProblem } from '../../model/errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { Platform } from '../../model/platform.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { serviceLaw } from '../../sim/fleet-settings.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { readQuestion } from '../question.ts';
import type { InputFile } from '../read-scenario.ts';
import { readManifestsAt } from '../read-scenario.ts';
import type { CommandContext } from '../run-command.ts';
import { systemWords } from '../system-words.ts';

export interface GenerateEmulatedOptions {
  /** File, folder, or `-` for what comes in. */
  readonly chart: string;
  /** Whose service the emulator plays. */
  readonly scenario: string;
  readonly image: string;
  readonly out: string;
}

const SETTINGS = 'surgelab-emulator';

const chartFiles = async (chart: string): Promise<readonly InputFile[]> =>
  chart === '-' ? [{ file: 'stdin', text: await text(process.stdin) }] : readManifestsAt([resolve(chart)]);

const yamlOf = (documents: readonly object[]): string =>
  documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n');

/** What each emulated pod is told, as on the kind profile. */
const settingsObject = (platform: Platform, { service, startup, seed }: Scenario): object => {
  const settings: ContainerSettings = {
    emulator: emulatorSettings(service, serviceLaw(service)),
    doors: podDoors(platform),
    modelLoad: startup.modelLoad,
    imagePull: startup.imagePull,
    seed,
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: SETTINGS, namespace: platform.deployment.namespace },
    data: { [basename(SETTINGS_FILE)]: JSON.stringify(settings) },
  };
};

export const run = async (
  { chart, scenario, image, out }: GenerateEmulatedOptions,
  context: CommandContext,
): Promise<number> => {
  const { documents: read, problems } = openManifests(await chartFiles(chart));
  if (problems.length > 0)
    throw new TestbedError(
      'PLATFORM_INVALID',
      `the chart cannot be read:\n  ${problems.map(formatProblem).join('\n  ')}`,
    );
  const { documents, replaced } = emulated(
    read.map(({ value }) => value),
    { image, configMap: SETTINGS, folder: dirname(SETTINGS_FILE), file: basename(SETTINGS_FILE) },
  );
  if (!replaced.some(({ now }) => now === image))
    throw new TestbedError('PLATFORM_INVALID', 'the chart has no program of the vendor that could be replaced', {
      hint: 'expected a workload that asks for nvidia.com/gpu, or one that a HorizontalPodAutoscaler scales',
    });
  // The same reader as of every scenario: what it refuses here it would refuse there.
  const platform = readPlatform([{ file: 'emulated.yaml', text: yamlOf(documents) }]);
  const { deployment, hpa } = platform;
  const yaml = yamlOf([settingsObject(platform, readQuestion({ scenario }).scenario), ...documents]);
  const list = replaced.map((each) => `${replacedText(each)}\n`).join('');
  const folder = resolve(out);
  try {
    makeFolder(folder);
    await writeFile(join(folder, 'emulated.yaml'), yaml);
    await writeFile(join(folder, 'replaced.txt'), list);
  } catch (cause) {
    throw new TestbedError('RUN_FOLDER_UNWRITABLE', `cannot write ${folder}: ${systemWords(cause)}`, {
      hint: 'choose another place with --out DIR',
      cause,
    });
  }
  context.print(
    `${list}${documents.length + 1} objects in ${join(out, 'emulated.yaml')}: Deployment ${deployment.namespace}/${deployment.name}, HPA ${hpa?.name ?? '(none)'}`,
  );
  return OUTCOME_EXIT.ok.code;
};
