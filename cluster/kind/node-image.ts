// Builds the image of a program of this repository without a base image and without a registry: this Node, the libraries it
// is linked with, the sources that its entry reaches and their packages, as one `docker import`, run as nobody. Its tag is a
// hash of what is in it.

import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModuleFiles } from './module-files.ts';
import { moduleFiles } from './module-files.ts';
import { run, tryRun } from './shell.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

export interface NodeProgram {
  /** Name of the image, without a tag. */
  readonly image: string;
  /** From the repository's root. */
  readonly entry: string;
}

export const EMULATOR: NodeProgram = { image: 'surgelab/emulator', entry: 'cluster/emulator/container-main.ts' };
export const SWEEP_JOB: NodeProgram = { image: 'surgelab/sweep', entry: 'harness/sweep-job-main.ts' };
export const LOAD_JOB: NodeProgram = { image: 'surgelab/load', entry: 'harness/load-job-main.ts' };

/** Changes with the layout below. */
const LAYOUT = 2;
const NOBODY = 'root:x:0:0::/:/none\nnobody:x:65534:65534::/:/none\n';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

const tagOf = (image: string, { files, packages }: ModuleFiles): string => {
  const hash = createHash('sha256').update(`${LAYOUT} ${process.version} ${process.arch} ${read('package.json')}\n`);
  for (const path of files) hash.update(`${path}\n${read(path)}\n`);
  for (const name of packages) hash.update(`${name} ${read(`node_modules/${name}/package.json`)}\n`);
  return `${image}:${hash.digest('hex').slice(0, 12)}`;
};

/** Shared libraries of a program, as the dynamic linker finds them here. */
const libraries = async (program: string): Promise<readonly string[]> => [
  ...new Set((await run('ldd', [program])).match(/\/[^ :()]+/g) ?? []),
];

const layOut = async (root: string, { files, packages }: ModuleFiles): Promise<void> => {
  const place = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  };
  place(process.execPath, 'bin/node');
  for (const library of await libraries(process.execPath)) if (statSync(library).isFile()) place(library, library);
  for (const path of files) place(join(REPOSITORY, path), `app/${path}`);
  for (const name of packages)
    cpSync(join(REPOSITORY, 'node_modules', name), join(root, 'app', 'node_modules', name), {
      recursive: true,
      dereference: true,
    });
  // Who it is (versions of a run), and that its files are modules.
  copyFileSync(join(REPOSITORY, 'package.json'), join(root, 'app', 'package.json'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc', 'passwd'), NOBODY);
};

/** Images of earlier sources; nodes have copies of their own. */
const removeOlder = async (image: string, tag: string): Promise<void> => {
  const told = await tryRun('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}', image]);
  const older = (told ?? '').split('\n').filter((each) => each !== '' && each !== tag && !each.endsWith(':<none>'));
  if (older.length > 0) await tryRun('docker', ['rmi', ...older]);
};

/** Resolves with the tag of an image that is there. Throws TOOL_MISSING, TARGET_FAILED. */
export const buildNodeImage = async ({ image, entry }: NodeProgram, signal: AbortSignal): Promise<string> => {
  const wanted = moduleFiles(entry, read);
  const tag = tagOf(image, wanted);
  if ((await tryRun('docker', ['image', 'inspect', '-f', '{{.Id}}', tag], { signal })) !== null) return tag;
  const folder = mkdtempSync(join(tmpdir(), 'surgelab-image-'));
  try {
    const root = join(folder, 'root');
    mkdirSync(root);
    await layOut(root, wanted);
    const archive = join(folder, 'root.tar');
    await run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.'], { signal });
    const changes = [
      `ENTRYPOINT ${JSON.stringify(['/bin/node', `/app/${entry}`])}`,
      'USER 65534:65534',
      'ENV NODE_ENV=production',
    ];
    await run('docker', ['import', ...changes.flatMap((change) => ['-c', change]), archive, tag], { signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await removeOlder(image, tag);
  // For manifests that name it without knowing what is in it.
  await run('docker', ['tag', tag, `${image}:local`], { signal });
  return tag;
};
