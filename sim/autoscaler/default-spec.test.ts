import { describe, it, expect } from 'vitest';
import { defaultHpaSpec } from './default-spec.ts';

const bare = { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 5 };

describe('defaultHpaSpec', () => {
  it('fills in min 1 and 80 % of cpu, and leaves an absent behavior absent', () => {
    expect(defaultHpaSpec(bare)).toEqual({
      ...bare,
      minReplicas: 1,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    });
  });

  it('fills both directions of an empty behavior, the down window stays open for the flag', () => {
    expect(defaultHpaSpec({ ...bare, behavior: {} }).behavior).toEqual({
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
    });
  });

  it('takes each field on its own: a given list of policies replaces the default list', () => {
    const policies = [{ type: 'Pods' as const, value: 1, periodSeconds: 60 }];
    const spec = defaultHpaSpec({ ...bare, behavior: { scaleUp: { policies }, scaleDown: { selectPolicy: 'Min' } } });
    expect(spec.behavior).toMatchObject({
      scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies },
      scaleDown: { selectPolicy: 'Min', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
    });
    expect(defaultHpaSpec(spec)).toEqual(spec);
  });
});
