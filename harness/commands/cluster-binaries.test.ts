import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestbedError } from '../../model/errors.ts';
import { kubernetesOption, shareBuilt } from './cluster-binaries.ts';

describe('the progress of a build', () => {
  it('rises and never claims to be done: half after a third of the usual time, most of it when that is over', () => {
    expect([0, 35, 100, 300].map((elapsed) => Number(shareBuilt(elapsed, 100).toFixed(2)))).toEqual([0, 0.5, 0.86, 1]);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (at, more) => {
          expect(shareBuilt(at + more, 100)).toBeGreaterThanOrEqual(shareBuilt(at, 100));
        },
      ),
    );
  });
});

describe('--kubernetes', () => {
  it('knows the minors that are pinned', () => {
    expect(['1.34', '1.37'].map(kubernetesOption)).toEqual(['1.34', '1.37']);
    expect(() => kubernetesOption('1.36')).toThrow(
      new TestbedError('USAGE', '--kubernetes 1.36: expected 1.34 or 1.37'),
    );
  });
});
