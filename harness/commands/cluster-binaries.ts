// cluster binaries: where the programs of the bare profile are.

import { TestbedError } from '../../model/errors.ts';
import type { KubernetesVersion } from '../../model/platform.ts';
import { KUBERNETES_RELEASES } from '../../cluster/bare/recipes.ts';

/** Throws USAGE. */
export const kubernetesOption = (text: string): KubernetesVersion => {
  const known = Object.keys(KUBERNETES_RELEASES) as KubernetesVersion[];
  const found = known.find((version) => version === text);
  if (found === undefined) throw new TestbedError('USAGE', `--kubernetes ${text}: expected ${known.join(' or ')}`);
  return found;
};
