// Where a Job of ours runs: the kind cluster that is up, with an image that is built here and loaded into it, or a cluster
// that a kubeconfig names, with an image that it can pull, where nothing is created unasked.

import type { KubeConnection } from '../cluster/kube/client.ts';
import { connectKubernetes } from '../cluster/kube/client.ts';
import { CLUSTER_NAME, CONTROL_PLANE } from '../cluster/kind/names.ts';
import type { NodeProgram } from '../cluster/kind/node-image.ts';
import { buildNodeImage } from '../cluster/kind/node-image.ts';
import { readState, stateFiles } from '../cluster/kind/state.ts';
import { kind } from '../cluster/kind/tools.ts';
import { TestbedError } from '../model/errors.ts';
import type { CommandContext } from './run-command.ts';

export interface JobPlaceOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Of the pods; absent = built here and loaded into the kind cluster. */
  readonly image?: string;
  readonly yes?: boolean;
}

export interface JobPlace {
  readonly api: KubeConnection;
  readonly image: string;
}

/** Throws USAGE. @param creates what would be created, a sentence */
export const checkJobPlace = ({ kubeconfig, image, yes }: JobPlaceOptions, creates: string): void => {
  if (image !== undefined && yes !== true) throw new TestbedError('USAGE', creates, { hint: 'say --yes to do it' });
  if (image === undefined && (kubeconfig !== undefined || readState(process.env) === null))
    throw new TestbedError('USAGE', '--on k8s without --image needs the kind cluster, which is not up', {
      hint: 'surgelab cluster up --profile kind SCENARIO, or --image with an image that the cluster can pull',
    });
};

/** The caller closes the connection. */
export const openJobPlace = async (
  { kubeconfig, context, image }: JobPlaceOptions,
  program: NodeProgram,
  { signal, tell }: Pick<CommandContext, 'signal' | 'tell'>,
): Promise<JobPlace> => {
  if (image !== undefined) return { api: await connectKubernetes(kubeconfig ?? null, context ?? null), image };
  tell(`building and loading ${program.image}`);
  const built = await buildNodeImage(program, signal);
  await kind(['load', 'docker-image', '-q', '--name', CLUSTER_NAME, '--nodes', CONTROL_PLANE, built], process.env, {
    signal,
  });
  return { api: await connectKubernetes(stateFiles(process.env).kubeconfig), image: built };
};
