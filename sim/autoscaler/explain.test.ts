import { describe, it, expect } from 'vitest';
import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import { compileHpa } from './compile.ts';
import { decisionRow, why } from './explain.ts';
import type { MetricAnswer } from './observation.ts';
import { readyPods, rehearse } from './rehearse.test-support.ts';
import { hpaSettings } from './settings.ts';

const spec: HorizontalPodAutoscalerSpec = {
  scaleTargetRef: { kind: 'Deployment', name: 'asr' },
  minReplicas: 1,
  maxReplicas: 10,
  metrics: [
    {
      type: 'Pods',
      pods: { metric: { name: 'asr_active_requests' }, target: { type: 'AverageValue', averageValue: '4' } },
    },
  ],
  behavior: {
    scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] },
    scaleDown: { stabilizationWindowSeconds: 300 },
  },
};

const hpa = compileHpa(spec, hpaSettings('1.37'));

const busy = (count: number, milli: number): MetricAnswer => ({
  kind: 'pods',
  items: readyPods(count).map(({ name }) => ({ podName: name, milli })),
});

const sentence = (replicas: number, answer: MetricAnswer) =>
  why(hpa, rehearse(hpa, [{ atMillis: 0, replicas, answers: [answer] }])[0]!.decision);

describe('why', () => {
  it('names the metric that won and what held the count', () => {
    expect(sentence(2, busy(2, 10_800))).toBe(
      'asr_active_requests averages 10.8 per pod against a target of 4 → 6 replicas; policy allows at most 3 now',
    );
    expect(sentence(4, busy(4, 4100))).toBe(
      'asr_active_requests averages 4.1 per pod against a target of 4 → 4 replicas',
    );
    expect(sentence(4, busy(4, 500))).toBe(
      'asr_active_requests averages 0.5 per pod against a target of 4 → 1 replica; the scale-down window holds 4',
    );
    expect(sentence(10, busy(10, 8000))).toBe(
      'asr_active_requests averages 8 per pod against a target of 4 → 20 replicas; maxReplicas is 10',
    );
  });

  it('says why metrics did not count', () => {
    expect(sentence(12, busy(12, 500))).toBe(
      '12 replicas are above maxReplicas 10: metrics, windows and policies do not count',
    );
    expect(sentence(0, busy(0, 500))).toBe(
      'scaling is disabled: the target has no replicas, and not because of this HPA',
    );
    expect(sentence(3, { kind: 'failed', message: 'HTTP 404' })).toBe(
      'no usable proposal, 3 replicas stay: invalid metrics (1 invalid out of 1), first: the HPA was unable to compute the replica count: unable to get metric asr_active_requests: HTTP 404',
    );
  });

  it('fills a row of decisions.ndjson in units of the metric', () => {
    const [result] = rehearse(hpa, [{ atMillis: 5000, replicas: 2, answers: [busy(2, 10_800)] }]);
    const context = { atMillis: 5000, hpa: 'asr', ready: 2, sampleAgeMillis: [8100], scaled: true };
    expect(decisionRow(hpa, result!, context)).toEqual({
      t: 5000,
      hpa: 'asr',
      current: 2,
      ready: 2,
      metrics: [
        {
          name: 'asr_active_requests',
          value: 10.8,
          target: 4,
          proposal: 6,
          error: null,
          oldestSampleAgeMillis: 8100,
        },
      ],
      proposal: 6,
      desired: 3,
      limitedBy: 'ScaleUpLimit',
      scaled: true,
      why: 'asr_active_requests averages 10.8 per pod against a target of 4 → 6 replicas; policy allows at most 3 now',
    });
    const failed = { kind: 'failed', message: 'HTTP 503' } as const;
    const [unanswered] = rehearse(hpa, [{ atMillis: 5000, replicas: 2, answers: [failed] }]);
    expect(decisionRow(hpa, unanswered!, context).metrics).toEqual([
      {
        name: 'asr_active_requests',
        value: null,
        target: 4,
        proposal: null,
        error: 'unable to get metric asr_active_requests: HTTP 503',
        oldestSampleAgeMillis: null,
      },
    ]);
  });
});
