// Takes the cluster away: node containers with their volumes, the Docker network made for them, the files. Images stay, so
// that the next one is quick.

import { nodeContainers } from './evidence.ts';
import type { Environment } from './names.ts';
import { CLUSTER_NAME, NETWORK } from './names.ts';
import { tryRun, run } from './shell.ts';
import { removeState, stateFiles } from './state.ts';
import { findKind, kind } from './tools.ts';

export interface DownResult {
  readonly containers: readonly string[];
  readonly network: boolean;
}

export const takeDown = async (environment: Environment): Promise<DownResult> => {
  const containers = await nodeContainers();
  if (containers.length > 0) {
    if (findKind(environment) !== null)
      await kind(
        ['delete', 'cluster', '--name', CLUSTER_NAME, '--kubeconfig', stateFiles(environment).kubeconfig],
        environment,
      );
    const left = await nodeContainers();
    if (left.length > 0) await run('docker', ['rm', '-f', '-v', ...left]);
  }
  const network = (await tryRun('docker', ['network', 'rm', NETWORK])) !== null;
  removeState(environment);
  return { containers, network };
};
