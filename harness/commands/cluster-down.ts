// cluster down: ends control planes that Surgelab started, and removes what a killed one left; or the kind cluster.

import { takeDown } from '../../cluster/kind/down.ts';
import { endInstance, findInstances, removeAbandoned } from '../../cluster/bare/instance.ts';
import { TestbedError } from '../../model/errors.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';

export interface ClusterDownOptions {
  /** As `cluster status` prints it; absent = the only one. */
  readonly id?: string;
  readonly all?: boolean;
  readonly profile?: 'bare' | 'kind';
}

const downKind = async ({ print }: CommandContext): Promise<number> => {
  const { containers, network } = await takeDown(process.env);
  print(
    containers.length === 0
      ? 'no kind cluster of ours is here'
      : `${containers.length} nodes are down${network ? ', their network is removed' : ''}`,
  );
  return OUTCOME_EXIT.ok.code;
};

const PATIENCE_MILLIS = 10_000;

export const run = async (options: ClusterDownOptions, context: CommandContext): Promise<number> => {
  if (options.profile === 'kind') return downKind(context);
  for (const folder of removeAbandoned()) context.tell(`removed ${folder}, which a killed control plane had left`);
  const running = findInstances().filter(({ alive }) => alive);
  const ids = running.map(({ id }) => id).join(', ');
  const chosen = options.id === undefined ? running : running.filter(({ id }) => id === options.id);
  if (options.id !== undefined && chosen.length === 0)
    throw new TestbedError('USAGE', `no control plane ${options.id} runs here`, {
      hint: running.length === 0 ? 'surgelab cluster status' : `one of ${ids}`,
    });
  if (options.id === undefined && options.all !== true && running.length > 1)
    throw new TestbedError('USAGE', `${running.length} control planes run here: ${ids}`, {
      hint: 'surgelab cluster down ID, or --all',
    });
  for (const instance of chosen) {
    if (!(await endInstance(instance, PATIENCE_MILLIS)))
      throw new TestbedError('TARGET_FAILED', `supervisor ${instance.supervisorPid} does not end`, {
        hint: `kill -9 ${instance.supervisorPid}; its components die with it; then surgelab cluster down again`,
      });
    context.print(`${instance.id} is down`);
  }
  if (chosen.length === 0) context.print('no control plane runs here');
  return OUTCOME_EXIT.ok.code;
};
