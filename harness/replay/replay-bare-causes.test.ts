import { describe, expect, it } from 'vitest';
import { HPA_CONTROLLER } from '../../cluster/kube/hpa-syncs.ts';
import type { LifeEvent, PodTransition } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import { withCauses } from './replay-bare-causes.ts';

const pod = (t: number, ordinal: number, event: PodTransition): LifeEvent => ({
  t: millis(t),
  subject: 'pod',
  name: `p${ordinal}`,
  ordinal,
  event,
  node: null,
  cause: 'as the kubelet saw it',
});

describe('causes of a bare run', () => {
  it('are the last change of the replicas in the same direction, for as many pods as it asked for; a replacement keeps what the kubelet saw', () => {
    const changes = [
      { atMillis: -9000, replicas: 1, by: 'surgelab' },
      { atMillis: 5000, replicas: 3, by: HPA_CONTROLLER },
      { atMillis: 60_000, replicas: 2, by: 'somebody' },
    ];
    const life = [
      pod(0, 0, 'created'),
      pod(5010, 1, 'created'),
      pod(5020, 2, 'created'),
      pod(9000, 1, 'ready'),
      pod(30_000, 0, 'deleting'),
      pod(30_010, 3, 'created'),
      pod(60_010, 2, 'deleting'),
      pod(61_000, 4, 'created'),
    ];
    expect(withCauses(life, changes, [0], 'asr').map((event) => event.cause)).toEqual([
      'as the kubelet saw it',
      'scaled from 1 to 3 by HPA asr',
      'scaled from 1 to 3 by HPA asr',
      'as the kubelet saw it',
      'fault of the scenario',
      // Two pods were asked for; this one replaces the killed one.
      'as the kubelet saw it',
      'scaled from 3 to 2 by somebody',
      'as the kubelet saw it',
    ]);
  });

  it('leave nodes alone', () => {
    const node: LifeEvent = { t: millis(9), subject: 'node', name: 'n', event: 'added', cause: 'drawn' };
    expect(withCauses([node], [], [], 'asr')).toEqual([node]);
  });
});
