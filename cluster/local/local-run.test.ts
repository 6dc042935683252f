import { describe, expect, it } from 'vitest';
import { exampleDeployment, exampleHpa, examplePlatform } from '../../model/example-platform.test-support.ts';
import { otherHpaNotes } from './local-run.ts';

describe('an HPA of another workload', () => {
  it('is not run in the local profile, and a note says so', () => {
    const follower = exampleHpa(exampleDeployment({ name: 'api-server' }), { maxReplicas: 4 });
    expect(otherHpaNotes(examplePlatform(exampleDeployment()))).toEqual([]);
    expect(otherHpaNotes(examplePlatform(exampleDeployment(), { otherHpas: [follower] }))).toEqual([
      'the HPA of api-server is not run in the local profile, which has the pods of the service alone; simulate and replay --profile bare or kind run it',
    ]);
  });
});
