// The programs that a control plane needs, as paths, or the reason why they are not there. Looks only; builds nothing.

import { TestbedError } from '../../model/errors.ts';
import type { KubernetesVersion } from '../../model/platform.ts';
import type { Component, ProgramPaths } from './component-names.ts';
import { COMPONENTS } from './component-names.ts';
import type { Environment, FoundProgram } from './find-programs.ts';
import { findPrograms } from './find-programs.ts';
import { recipesFor } from './recipes.ts';

export interface Programs {
  readonly paths: ProgramPaths;
  /** For instance that another version than the pinned one is used. */
  readonly notes: readonly string[];
}

/** Null = every component is there; else a sentence: what is missing, for the printed reason of a skipped test. */
export const missingPrograms = async (
  kubernetes: KubernetesVersion,
  environment: Environment,
  components: readonly Component[] = COMPONENTS,
): Promise<string | null> => {
  try {
    await programsFor(kubernetes, environment, components);
    return null;
  } catch (error) {
    if (error instanceof TestbedError && error.code === 'TOOL_MISSING') return error.message;
    throw error;
  }
};

/** Throws TOOL_MISSING with what was looked for where. */
export const programsFor = async (
  kubernetes: KubernetesVersion,
  environment: Environment,
  components: readonly Component[] = COMPONENTS,
): Promise<Programs> => {
  const wanted = recipesFor(kubernetes).filter(({ program }) => (components as readonly string[]).includes(program));
  const found = await findPrograms(wanted, environment);
  const missing = found.filter((each) => each.kind === 'missing');
  if (missing.length > 0)
    throw new TestbedError(
      'TOOL_MISSING',
      `for Kubernetes ${kubernetes} these programs are missing: ${missing.map(({ program }) => program).join(', ')}`,
      { hint: `surgelab cluster binaries --kubernetes ${kubernetes}   (or SURGELAB_BIN=FOLDER with them in it)` },
    );
  const there = found.filter((each): each is FoundProgram => each.kind === 'found');
  return {
    paths: Object.fromEntries(there.map(({ program, path }) => [program, path])),
    notes: there.flatMap(({ note }) => (note === null ? [] : [note])),
  };
};

export const componentsFor = (kubeStateMetrics: boolean): readonly Component[] =>
  COMPONENTS.filter((component) => kubeStateMetrics || component !== 'kube-state-metrics');
