// generate rbac SCENARIO: the rights that a replay or an observation on a cluster that is not ours needs, as manifests. Made
// from the list of calls itself, so that it cannot fall behind it.

import { inNamespace } from '../../cluster/existing/look-there.ts';
import { prometheusPlace } from '../../cluster/existing/prometheus-place.ts';
import { readsOf } from '../../cluster/existing/reads.ts';
import { rightsText } from '../../cluster/existing/rights.ts';
import { LOAD_RIGHTS } from '../../cluster/kube/job-rights.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { platformOf, readQuestion } from '../question.ts';
import type { CommandContext } from '../run-command.ts';

export interface GenerateRbacOptions {
  readonly scenario: string;
  readonly namespace?: string;
  readonly prometheus?: string;
  /** With what `replay --on k8s` needs. */
  readonly loadPods?: boolean;
}

export const run = (
  { scenario, namespace, prometheus, loadPods }: GenerateRbacOptions,
  context: CommandContext,
): Promise<number> => {
  const read = platformOf(readQuestion({ scenario }));
  const platform = namespace === undefined ? read : inNamespace(read, namespace);
  const place = prometheus === undefined ? null : prometheusPlace(prometheus);
  const jobs = loadPods === true ? LOAD_RIGHTS : [];
  context.print(rightsText(readsOf(platform, place), platform.deployment.namespace, jobs).trimEnd());
  return Promise.resolve(OUTCOME_EXIT.ok.code);
};
