// The `kind` program: in $SURGELAB_BIN, in the cache of the offline build, or on PATH.

import { delimiter, join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { isExecutable } from '../bare/find-programs.ts';
import type { Environment } from './names.ts';
import { KIND, NETWORK, offlineFolder } from './names.ts';
import type { Call } from './shell.ts';
import { run } from './shell.ts';

/** Null = nowhere. */
export const findKind = (environment: Environment): string | null =>
  [
    environment['SURGELAB_BIN'] ?? '',
    join(offlineFolder(environment), 'bin'),
    ...(environment['PATH'] ?? '').split(delimiter),
  ]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'kind'))
    .find(isExecutable) ?? null;

/** Runs kind in our own Docker network. Throws TOOL_MISSING. */
export const kind = (args: readonly string[], environment: Environment, call: Call = {}): Promise<string> => {
  const program = findKind(environment);
  if (program === null)
    throw new TestbedError('TOOL_MISSING', 'the program kind is not installed', {
      hint: `go install sigs.k8s.io/kind@${KIND}, or bash cluster/kind/offline/build-parts.sh ~/.cache/surgelab/kind-offline node`,
    });
  return run(program, args, { ...call, environment: { ...environment, KIND_EXPERIMENTAL_DOCKER_NETWORK: NETWORK } });
};
