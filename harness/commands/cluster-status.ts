// cluster status: the control planes of this machine that Surgelab started, with their addresses.

import { findInstances } from '../../cluster/bare/instance.ts';
import { nodeContainers } from '../../cluster/kind/evidence.ts';
import { readState, stateFiles } from '../../cluster/kind/state.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';

export interface ClusterStatusOptions {
  readonly json?: boolean;
}

/** Null = none is here. */
const kindCluster = async () => {
  const containers = await nodeContainers();
  const state = readState(process.env);
  if (containers.length === 0 && state === null) return null;
  const { scenario = 'unknown', rung = 'none' } = state ?? {};
  return { scenario, rung, containers, kubeconfig: stateFiles(process.env).kubeconfig };
};

export const run = async (options: ClusterStatusOptions, context: CommandContext): Promise<number> => {
  const instances = findInstances();
  const kind = await kindCluster();
  if (options.json === true)
    context.print(JSON.stringify([...instances, ...(kind === null ? [] : [{ profile: 'kind', ...kind }])], null, 2));
  else if (instances.length === 0 && kind === null) context.print('no control plane runs here');
  if (kind !== null && options.json !== true)
    context.print(
      [
        `kind  scenario ${kind.scenario}  came as far as: ${kind.rung}`,
        `  kubeconfig   ${kind.kubeconfig}`,
        ...kind.containers.map((name) => `  container    ${name}`),
      ].join('\n'),
    );
  for (const { id, alive, supervisorPid, folder, components, facts } of options.json === true ? [] : instances) {
    context.print(
      alive
        ? [
            `${id}  ${Object.keys(facts).length === 0 ? 'starting' : 'up'}  supervisor ${supervisorPid}`,
            ...Object.entries(facts).map(([name, value]) => `  ${name.padEnd(12)} ${String(value)}`),
            ...Object.entries(components).map(([name, pid]) => `  process ${pid}  ${name}`),
          ].join('\n')
        : `${id}  abandoned: its supervisor was killed  ${folder}`,
    );
  }
  return OUTCOME_EXIT.ok.code;
};
