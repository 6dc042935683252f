import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplePlatform } from '../kube/observe.test-support.ts';
import { LOAD_RIGHTS } from '../kube/job-rights.ts';
import { readsOf } from './reads.ts';
import { rightsFor, rightsText } from './rights.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const PROMETHEUS = { kind: 'service', namespace: 'monitoring', service: 'prometheus-operated', port: '9090' } as const;

describe('the rights of an observation', () => {
  it('are reading, in the namespaces that are read, of named objects where names are known', () => {
    const rules = (rightsFor(readsOf(examplePlatform, PROMETHEUS), 'default') as Record<string, unknown>[])
      .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
      .map(({ kind, metadata, rules: own }) => [kind, metadata, own]);
    const verbs = ['list', 'watch'];
    expect(rules).toEqual([
      [
        'Role',
        { name: 'surgelab-observer', namespace: 'default' },
        [
          { apiGroups: [''], resources: ['pods'], verbs },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
          { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['asr'], verbs },
          { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], resourceNames: ['asr'], verbs },
          { apiGroups: [''], resources: ['events'], verbs },
        ],
      ],
      ['ClusterRole', { name: 'surgelab-observer-default' }, [{ apiGroups: [''], resources: ['nodes'], verbs }]],
      [
        'Role',
        { name: 'surgelab-observer', namespace: 'monitoring' },
        [
          {
            apiGroups: [''],
            resources: ['services/proxy'],
            resourceNames: ['prometheus-operated:9090'],
            verbs: ['get'],
          },
        ],
      ],
    ]);
  });

  it('are a role more where load comes from pods of a Job', () => {
    const roles = (rightsFor([], 'asr', LOAD_RIGHTS) as Record<string, unknown>[]).filter(
      ({ kind }) => kind === 'Role',
    );
    expect(roles).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'surgelab-load', namespace: 'asr' },
        rules: [
          { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'delete'] },
          { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
          { apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] },
          { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
        ],
      },
    ]);
  });

  it('of the documented example are those that are made now', () => {
    const asr = { name: 'lightning-asr', namespace: 'asr' };
    const { deployment, hpa } = examplePlatform;
    const platform = {
      ...examplePlatform,
      deployment: { ...deployment, ...asr, selector: { app: 'lightning-asr' } },
      hpa: { ...hpa!, ...asr },
    };
    expect(readFileSync(join(REPOSITORY, 'docs/examples/surgelab-rbac.yaml'), 'utf8')).toBe(
      rightsText(readsOf(platform, PROMETHEUS), 'asr'),
    );
  });
});
