import { describe, expect, it } from 'vitest';
import { ADAPTER_AUDIT_POLICY, AUDIT_POLICY } from './audit-policy.ts';

interface Rule {
  readonly level: string;
  readonly users?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly { readonly group: string; readonly resources?: readonly string[] }[];
}

/** `user verb group/resource[/subresource]`, group `core` for ''. The first matching rule decides, as in the API server. */
const levelOf = (rules: readonly Rule[], request: string): string => {
  const [user, verb, target] = request.split(' ') as [string, string, string];
  const [group, resource, subresource] = target.split('/') as [string, string, string?];
  const names = (pattern: string): boolean =>
    subresource === undefined
      ? pattern === resource
      : [`${resource}/${subresource}`, `${resource}/*`, `*/${subresource}`].includes(pattern);
  const matches = (rule: Rule): boolean =>
    (rule.users?.includes(user) ?? true) &&
    (rule.verbs?.includes(verb) ?? true) &&
    (rule.resources?.some(
      (each) => each.group === (group === 'core' ? '' : group) && (each.resources?.some(names) ?? true),
    ) ??
      true);
  return rules.find(matches)?.level ?? 'None';
};

const HPA = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
const OTHER = 'system:serviceaccount:kube-system:deployment-controller';
const levels = (rules: readonly Rule[], requests: readonly string[]) =>
  requests.map((request) => levelOf(rules, request));

describe('the audit policy of the API server', () => {
  it('keeps what one sync of the HPA reads and writes, with bodies', () =>
    expect(
      levels(AUDIT_POLICY.rules, [
        `${HPA} get apps/deployments/scale`,
        `${HPA} get custom.metrics.k8s.io/pods/asr_active_requests`,
        `${HPA} list external.metrics.k8s.io/lightning_asr_replica_count`,
        `${HPA} update apps/deployments/scale`,
        `${HPA} update autoscaling/horizontalpodautoscalers/status`,
      ]),
    ).toEqual(Array(5).fill('RequestResponse')));

  it('keeps writes of what the loop changes, whoever writes', () =>
    expect(
      levels(AUDIT_POLICY.rules, [
        `${OTHER} update apps/deployments/status`,
        `${OTHER} create apps/replicasets`,
        'kubelet patch core/pods/status',
        'system:kube-scheduler create core/pods/binding',
        'kubelet create core/nodes',
        `${OTHER} update discovery.k8s.io/endpointslices`,
        `${HPA} create core/events`,
      ]),
    ).toEqual(Array(7).fill('RequestResponse')));

  it('leaves out reads of others, watches and leases, which would be most of it', () =>
    expect(
      levels(AUDIT_POLICY.rules, [
        `${OTHER} get apps/deployments`,
        `${HPA} watch autoscaling/horizontalpodautoscalers`,
        'kubelet update coordination.k8s.io/leases',
        'admin get core/pods',
        'admin create core/configmaps',
      ]),
    ).toEqual(Array(5).fill('None')));

  it('lets the adapter log the values that it answers the HPA with', () =>
    expect(
      levels(ADAPTER_AUDIT_POLICY.rules, [
        `${HPA} get custom.metrics.k8s.io/pods/asr_active_requests`,
        `admin get custom.metrics.k8s.io/pods/asr_active_requests`,
      ]),
    ).toEqual(['RequestResponse', 'None']));
});
