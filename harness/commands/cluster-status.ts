// cluster status: the control planes of this machine that Surgelab started, with their addresses.

import { findInstances } from '../../cluster/bare/instance.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';

export interface ClusterStatusOptions {
  readonly json?: boolean;
}

export const run = (options: ClusterStatusOptions, context: CommandContext): Promise<number> => {
  const instances = findInstances();
  if (options.json === true) context.print(JSON.stringify(instances, null, 2));
  else if (instances.length === 0) context.print('no control plane runs here');
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
  return Promise.resolve(OUTCOME_EXIT.ok.code);
};
