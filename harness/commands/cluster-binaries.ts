// cluster binaries: finds the programs of the bare profile, builds those that are missing, says where each is.

import type { FoundProgram, MissingProgram } from '../../cluster/bare/find-programs.ts';
import { findPrograms } from '../../cluster/bare/find-programs.ts';
import { buildProgram } from '../../cluster/bare/build-program.ts';
import type { Recipe } from '../../cluster/bare/recipes.ts';
import { KUBERNETES_RELEASES, NEWEST_KUBERNETES, recipesFor } from '../../cluster/bare/recipes.ts';
import { TestbedError } from '../../model/errors.ts';
import type { KubernetesVersion } from '../../model/platform.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { startProgress } from '../progress.ts';
import type { CommandContext } from '../run-command.ts';

export interface ClusterBinariesOptions {
  readonly kubernetes?: string;
  /** Only say what is there. */
  readonly look?: boolean;
  readonly json?: boolean;
}

/** Throws USAGE. */
export const kubernetesOption = (text: string): KubernetesVersion => {
  const known = Object.keys(KUBERNETES_RELEASES) as KubernetesVersion[];
  const found = known.find((version) => version === text);
  if (found === undefined) throw new TestbedError('USAGE', `--kubernetes ${text}: expected ${known.join(' or ')}`);
  return found;
};

/**
 * How much of a program is built after `elapsed` seconds when all of it takes about `usual`: rises to 1 without ever
 * getting there, since Go tells nothing on the way.
 */
export const shareBuilt = (elapsed: number, usual: number): number => 1 - Math.exp((-2 * elapsed) / usual);

const buildAll = async (recipes: readonly Recipe[], context: CommandContext): Promise<FoundProgram[]> => {
  const usual = recipes.reduce((sum, { coldSeconds }) => sum + coldSeconds, 0);
  context.tell(
    `building ${recipes.map(({ program }) => program).join(', ')} from Go modules: about ${Math.ceil(usual / 60)} min on two cores when nothing is cached`,
  );
  const progress = startProgress('building');
  const built: FoundProgram[] = [];
  let before = 0;
  try {
    for (const recipe of recipes) {
      const from = performance.now();
      const ticking = setInterval(() => {
        const share = shareBuilt((performance.now() - from) / 1000, recipe.coldSeconds);
        progress.update((before + share * recipe.coldSeconds) / usual);
      }, 1000);
      try {
        const path = await buildProgram(recipe, process.env, context.signal);
        built.push({ kind: 'found', program: recipe.program, path, source: 'built', note: null });
      } finally {
        clearInterval(ticking);
      }
      before += recipe.coldSeconds;
      context.tell(`built ${recipe.program} ${recipe.version} in ${((performance.now() - from) / 1000).toFixed(0)} s`);
    }
  } finally {
    progress.end();
  }
  return built;
};

const row = (recipe: Recipe, found: FoundProgram | MissingProgram): string => {
  const name = `${recipe.program.padEnd(24)} ${recipe.version.padEnd(9)}`;
  return found.kind === 'found'
    ? `${name} ${found.source.padEnd(12)} ${found.path}${found.note === null ? '' : `  (${found.note})`}`
    : `${name} missing      ${found.looked.join('; ')}`;
};

export const run = async (options: ClusterBinariesOptions, context: CommandContext): Promise<number> => {
  const recipes = recipesFor(
    options.kubernetes === undefined ? NEWEST_KUBERNETES : kubernetesOption(options.kubernetes),
  );
  const there = await findPrograms(recipes, process.env);
  const missing = there.filter((each) => each.kind === 'missing');
  const built =
    missing.length === 0 || options.look === true
      ? []
      : await buildAll(
          missing.map(({ recipe }) => recipe),
          context,
        );
  const now = there.map((each) => built.find(({ program }) => program === each.program) ?? each);
  context.print(
    options.json === true
      ? JSON.stringify(
          now.map((each, i) => ({ version: recipes[i]!.version, ...each })),
          null,
          2,
        )
      : now.map((each, i) => row(recipes[i]!, each)).join('\n'),
  );
  const left = now.filter((each) => each.kind === 'missing');
  if (left.length === 0) return OUTCOME_EXIT.ok.code;
  throw new TestbedError('TOOL_MISSING', `missing: ${left.map(({ program }) => program).join(', ')}`, {
    hint: 'surgelab cluster binaries without --look builds them',
  });
};
