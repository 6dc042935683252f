// The programs that a bare run of a platform needs, and the platform as they run it.

import type { ProgramPaths } from '../../cluster/bare/component-names.ts';
import { componentsFor, missingPrograms, programsFor } from '../../cluster/bare/programs.ts';
import type { KubernetesVersion, Platform } from '../../model/platform.ts';
import { needsKubeStateMetrics } from '../../sim/hops/kube-state-metrics.ts';

export interface BarePrograms {
  readonly paths: ProgramPaths;
  readonly kubeStateMetrics: boolean;
  readonly notes: readonly string[];
}

/** Throws TOOL_MISSING. Without kube-state-metrics a run is possible, and says what it lacks. */
export const programsOf = async (
  platform: Platform,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<BarePrograms> => {
  const { version } = platform.controller;
  const wanted = needsKubeStateMetrics(platform);
  const missing = wanted && (await missingPrograms(version, environment, ['kube-state-metrics'])) !== null;
  const kubeStateMetrics = wanted && !missing;
  const { paths, notes } = await programsFor(version, environment, componentsFor(kubeStateMetrics));
  return {
    paths,
    kubeStateMetrics,
    notes: missing
      ? ['kube-state-metrics is not there: what is scaled by its metrics keeps its replicas', ...notes]
      : notes,
  };
};

const KNOWN_VERSIONS: readonly KubernetesVersion[] = ['1.34', '1.37'];

/** What simulates this run has to follow the components that ran. */
export const asItRuns = (platform: Platform, gitVersion: string): Platform => {
  const { controller, prometheus } = platform;
  const version = KNOWN_VERSIONS.find((known) => gitVersion.startsWith(`v${known}.`)) ?? controller.version;
  return { ...platform, controller: { ...controller, version }, prometheus: { ...prometheus, version: '3' } };
};
