// The rights that an observation needs, as manifests to apply: made from the list of its reads, nothing more. And the account
// that has them. Pure.

import { stringify } from 'yaml';
import type { JobRight } from '../kube/job-rights.ts';
import type { KubeRead } from './reads.ts';

export const OBSERVER = 'surgelab-observer';
/** Name of the role that lets the observer run load in pods of a Job. */
const LOADER = 'surgelab-load';
const RBAC = 'rbac.authorization.k8s.io';

interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Absent or none = all objects. */
  readonly names?: readonly string[];
}

const ruleOf = ({ group, resource, verbs, names = [] }: Right): object => ({
  apiGroups: [group],
  resources: [resource],
  ...(names.length === 0 ? {} : { resourceNames: names }),
  verbs,
});

const boundRole = (name: string, account: object, namespace: string | null, rules: readonly object[]): object[] => {
  const [role, metadata] =
    namespace === null ? (['ClusterRole', { name }] as const) : (['Role', { name, namespace }] as const);
  const apiVersion = `${RBAC}/v1`;
  return [
    { apiVersion, kind: role, metadata, rules },
    {
      apiVersion,
      kind: `${role}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind: role, name },
      subjects: [account],
    },
  ];
};

/**
 * A ServiceAccount in `namespace`, and a role with its binding for each namespace that is read.
 *
 * @param jobs what it may do in `namespace` besides, none = reading only
 */
export const rightsFor = (
  reads: readonly KubeRead[],
  namespace: string,
  jobs: readonly JobRight[] = [],
): readonly object[] => {
  const account = { kind: 'ServiceAccount', name: OBSERVER, namespace };
  const byNamespace = Map.groupBy(reads, (read) => read.namespace);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: OBSERVER, namespace } },
    // A role of the whole cluster has a name that says whose it is: there may be one per namespace.
    ...[...byNamespace].flatMap(([where, own]) =>
      boundRole(where === null ? `${OBSERVER}-${namespace}` : OBSERVER, account, where, own.map(ruleOf)),
    ),
    ...(jobs.length === 0 ? [] : boundRole(LOADER, account, namespace, jobs.map(ruleOf))),
  ];
};

export const rightsText = (reads: readonly KubeRead[], namespace: string, jobs: readonly JobRight[] = []): string =>
  [
    jobs.length === 0
      ? '# What surgelab needs to observe a workload on a cluster that is not its own: reading only, nothing is created.'
      : '# What surgelab needs to observe a workload on a cluster that is not its own, and to send it load from pods of a Job.',
    `# Made by: surgelab generate rbac SCENARIO [--namespace NAMESPACE] [--prometheus NAMESPACE/SERVICE:PORT]${jobs.length === 0 ? '' : ' --load-pods'}`,
    ...rightsFor(reads, namespace, jobs).map(
      (object) => `---\n${stringify(object, { aliasDuplicateObjects: false, singleQuote: true }).trimEnd()}`,
    ),
    '',
  ].join('\n');
