import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import type { Fault } from '../../scenarios/scenario.ts';
import { refuseFaults } from './replay-kind-faults.ts';

const frozen = (length: number): Fault => ({ kind: 'api-server-frozen', at: seconds(60), for: seconds(length) });

describe('faults on the kind profile', () => {
  it('refuse an API server that stands still for longer than kubelets may be silent, and say what to do', () => {
    expect(() => refuseFaults([frozen(40), frozen(41)])).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message:
          'fault api-server-frozen at 60 s lasts 41 s; expected at most 40 s on the kind profile: real kubelets that cannot report for longer are taken for lost',
        hint: 'shorten it, or use --profile bare',
      }),
    );
  });

  it('are otherwise those of the scenario', () => {
    refuseFaults([frozen(40), { kind: 'prometheus-down', at: seconds(10), for: seconds(300) }]);
  });
});
