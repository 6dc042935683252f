// Builds one program from its Go module into the cache: in a folder of its own, then renamed into place, so that a build
// that is cut off leaves nothing half and two builds at once do not meet. Go's own caches make the second one quick.

import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Environment } from './find-programs.ts';
import { cacheFolder, cacheName } from './find-programs.ts';
import { go } from './go-tool.ts';
import type { Recipe } from './recipes.ts';
import { buildArguments, wrapperModule } from './wrapper-module.ts';

interface Downloaded {
  readonly GoMod: string;
}

/** Resolves with the path of the program. Throws TOOL_MISSING, INTERRUPTED. */
export const buildProgram = async (recipe: Recipe, environment: Environment, signal: AbortSignal): Promise<string> => {
  const cache = cacheFolder(environment);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, `.building-${recipe.program}-`));
  try {
    const call = { folder, environment, signal };
    const answer = await go(['mod', 'download', '-json', `${recipe.module}@${recipe.version}`], call);
    const { GoMod } = JSON.parse(answer) as Downloaded;
    await writeFile(join(folder, 'go.mod'), wrapperModule(recipe, await readFile(GoMod, 'utf8')));
    const place = join(cache, cacheName(recipe));
    const made = join(folder, 'made');
    await go(buildArguments(recipe, join(made, recipe.program)), call);
    try {
      await rename(made, dirname(place));
    } catch (error) {
      // Another build of the same was quicker.
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    return place;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
