// generate emulated FILE: a rendered chart with the emulator in place of the vendor's programs, as a folder to apply, and the
// list of what was replaced. `-` reads what `helm template` prints.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { openManifests } from '../../cluster/manifests/documents.ts';
import type { Replaced } from '../../cluster/manifests/emulated.ts';
import { emulated } from '../../cluster/manifests/emulated.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { TestbedError, formatProblem } from '../../model/errors.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { InputFile } from '../read-scenario.ts';
import { readManifestsAt } from '../read-scenario.ts';
import type { CommandContext } from '../run-command.ts';

export interface GenerateEmulatedOptions {
  /** File, folder, or `-` for what comes in. */
  readonly chart: string;
  readonly image: string;
  readonly out: string;
}

const chartFiles = async (chart: string): Promise<readonly InputFile[]> =>
  chart === '-' ? [{ file: 'stdin', text: await text(process.stdin) }] : readManifestsAt([resolve(chart)]);

const line = ({ object, path, was, now, why }: Replaced): string =>
  path === '' ? `${object}: taken out; ${why}` : `${object} ${path}: ${was} → ${now ?? 'taken out'}; ${why}`;

export const run = async ({ chart, image, out }: GenerateEmulatedOptions, context: CommandContext): Promise<number> => {
  const { documents: read, problems } = openManifests(await chartFiles(chart));
  if (problems.length > 0)
    throw new TestbedError(
      'PLATFORM_INVALID',
      `the chart cannot be read:\n  ${problems.map(formatProblem).join('\n  ')}`,
    );
  const { documents, replaced } = emulated(
    read.map(({ value }) => value),
    image,
  );
  if (!replaced.some(({ now }) => now === image))
    throw new TestbedError('PLATFORM_INVALID', 'the chart has no program of the vendor that could be replaced', {
      hint: 'expected a workload that asks for nvidia.com/gpu, or one that a HorizontalPodAutoscaler scales',
    });
  const yaml = documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n');
  // The same reader as of every scenario: what it refuses here it would refuse there.
  const { deployment, hpa } = readPlatform([{ file: 'emulated.yaml', text: yaml }]);
  const list = replaced.map((each) => `${line(each)}\n`).join('');
  const folder = resolve(out);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'emulated.yaml'), yaml);
    await writeFile(join(folder, 'replaced.txt'), list);
  } catch (cause) {
    throw new TestbedError('RUN_FOLDER_UNWRITABLE', `cannot write ${folder}: ${(cause as Error).message}`, {
      hint: 'choose another place with --out DIR',
      cause,
    });
  }
  context.print(
    `${list}${documents.length} objects in ${join(out, 'emulated.yaml')}: Deployment ${deployment.namespace}/${deployment.name}, HPA ${hpa?.name ?? '(none)'}`,
  );
  return OUTCOME_EXIT.ok.code;
};
