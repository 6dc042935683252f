// Section 16 of hpa.md: 26 surprising points, one test each, in its order. Numbers in the names are that section's.

import { describe, it, expect } from 'vitest';
import type { HorizontalPodAutoscalerSpec, HPAScalingRules, MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { CompiledHpa } from './compile.ts';
import { compileHpa } from './compile.ts';
import type { Int64 } from './int64.ts';
import type { MetricAnswer, ObservedPod } from './observation.ts';
import { readyPods, rehearse } from './rehearse.test-support.ts';
import type { HpaFlags } from './settings.ts';
import { hpaSettings } from './settings.ts';
import type { HpaVersion } from './versions.ts';

const POD_METRIC: MetricSpec = {
  type: 'Pods',
  pods: { metric: { name: 'busy' }, target: { type: 'AverageValue', averageValue: '4' } },
};

const external = (target: Record<string, string>): MetricSpec => ({
  type: 'External',
  external: { metric: { name: 'q' }, target: { type: 'Value', ...target } },
});

interface Setup {
  readonly version?: HpaVersion;
  readonly flags?: Partial<HpaFlags>;
  readonly min?: number;
  readonly max?: number;
  readonly metrics?: readonly MetricSpec[];
  readonly behavior?: HorizontalPodAutoscalerSpec['behavior'];
}

const hpaOf = ({ version = '1.37', flags, min = 1, max = 100, metrics = [POD_METRIC], behavior }: Setup): CompiledHpa =>
  compileHpa(
    {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      minReplicas: min,
      maxReplicas: max,
      metrics,
      ...(behavior === undefined ? {} : { behavior }),
    },
    hpaSettings(version, flags),
  );

/** Every listed pod reports this many milli. */
const busy = (count: number, milli: Int64): MetricAnswer => ({
  kind: 'pods',
  items: readyPods(count).map((p) => ({ podName: p.name, milli })),
});

const queue = (...milli: Int64[]): MetricAnswer => ({ kind: 'external', milli });

const FAILED: MetricAnswer = { kind: 'failed', message: 'no answer' };

const rules = (given: HPAScalingRules): HPAScalingRules => ({ stabilizationWindowSeconds: 0, ...given });

const S = 1000;
/** 4 replicas at 4 each. */
const FOUR = 16_000;

/** Desired replicas of one reconcile at time 0. */
const once = (hpa: CompiledHpa, replicas: number, answers: readonly MetricAnswer[], pods?: readonly ObservedPod[]) =>
  rehearse(hpa, [{ atMillis: 0, replicas, answers, ...(pods === undefined ? {} : { pods }) }])[0]!;

describe('hpa.md section 16', () => {
  it('1: Running pods that are not Ready count fully in a Pods metric, Pending ones damp', () => {
    const [a, b, c, d] = readyPods(4) as [ObservedPod, ObservedPod, ObservedPod, ObservedPod];
    const unready = [a, b, { ...c, ready: 'False' as const }, { ...d, ready: 'False' as const }];
    const pending = [a, b, { ...c, phase: 'Pending' as const }, { ...d, phase: 'Pending' as const }];
    expect(once(hpaOf({}), 4, [busy(4, 6000)], unready).decision.desired).toBe(6);
    expect(once(hpaOf({}), 4, [busy(4, 6000)], pending).decision.desired).toBe(4);
  });

  it('2: exactly +10 % scales before 1.33 and holds from 1.33; −10 % holds in both', () => {
    const at = (version: HpaVersion, milli: number) =>
      once(hpaOf({ version, flags: { downscaleStabilizationSeconds: 0 } }), 10, [busy(10, milli)]).decision.desired;
    expect([at('1.32', 4400), at('1.34', 4400), at('1.34', 4401)]).toEqual([11, 10, 12]);
    expect([at('1.32', 3600), at('1.34', 3600)]).toEqual([10, 10]);
  });

  it('3: Utilization is whole percent, the mean of a Pods metric whole milli', () => {
    const cpu: MetricSpec = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 30 } },
    };
    const resources = {
      containers: [{ name: 'a', kind: 'regular' as const, requests: { memory: 1000 } }],
      podLevel: {},
      overhead: {},
    };
    const usage = (milli: number): MetricAnswer => ({
      kind: 'resource',
      items: readyPods(10).map(({ name }) => ({
        podName: name,
        containers: [{ name: 'a', milli }],
        timestampMillis: 0,
        windowMillis: 30 * S,
      })),
    });
    const pods = readyPods(10).map((pod) => ({ ...pod, resources }));
    // 33.9 % of the request reads 33, and 33/30 is within tolerance.
    expect(once(hpaOf({ metrics: [cpu] }), 10, [usage(339)], pods).decision.desired).toBe(10);
    expect(once(hpaOf({ metrics: [cpu] }), 10, [usage(340)], pods).decision.desired).toBe(12);
    const tiny: MetricSpec = {
      type: 'Pods',
      pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1m' } },
    };
    const oneAndTwo: MetricAnswer = {
      kind: 'pods',
      items: [
        { podName: 'p0', milli: 1 },
        { podName: 'p1', milli: 2 },
      ],
    };
    expect(once(hpaOf({ metrics: [tiny] }), 2, [oneAndTwo]).decision.desired).toBe(2);
  });

  it('4: holding returns status.replicas for AverageValue totals, spec.replicas otherwise; Value counts ready pods', () => {
    const proposal = (metric: MetricSpec, answer: MetricAnswer) =>
      rehearse(hpaOf({ metrics: [metric] }), [
        { atMillis: 0, replicas: 4, statusReplicas: 6, pods: readyPods(5), answers: [answer] },
      ])[0]!.decision.outcomes[0];
    expect(proposal(external({ averageValue: '1' }), queue(6000))).toMatchObject({ replicas: 6 });
    expect(proposal(external({ value: '1' }), queue(1000))).toMatchObject({ replicas: 4 });
    expect(proposal(external({ value: '1' }), queue(2000))).toMatchObject({ replicas: 10 });
    expect(proposal(POD_METRIC, busy(5, 4000))).toMatchObject({ replicas: 4 });
    expect(proposal(POD_METRIC, busy(5, 8000))).toMatchObject({ replicas: 10 });
  });

  it('5: the raw, unlimited recommendation is recorded', () => {
    const { decision, memory } = once(hpaOf({}), 2, [busy(2, 40 * S)]);
    expect(decision.desired).toBe(4);
    expect(memory.recommendations).toEqual([
      { replicas: 2, atMillis: 0 },
      { replicas: 20, atMillis: 0 },
    ]);
  });

  it('6: the count at start-up blocks scale-down for the window', () => {
    const moments = [0, 15, 285, 300, 301].map((s) => ({ atMillis: s * S, replicas: 10, answers: [busy(10, 400)] }));
    expect(rehearse(hpaOf({}), moments).map((r) => r.decision.desired)).toEqual([10, 10, 10, 10, 1]);
  });

  it('7: a count outside [min, max] goes to the bound at once, without metrics, windows and policies', () => {
    const frozen = { scaleUp: { selectPolicy: 'Disabled' as const }, scaleDown: { selectPolicy: 'Disabled' as const } };
    const hpa = hpaOf({ min: 3, max: 5, behavior: frozen });
    expect(once(hpa, 9, [FAILED]).decision).toMatchObject({ branch: 'above-max', desired: 5 });
    expect(once(hpa, 1, [FAILED]).decision).toMatchObject({ branch: 'below-min', desired: 3 });
  });

  it('8: default behaviour is not the legacy path: from 3 it allows 7, not 6', () => {
    expect(once(hpaOf({}), 3, [busy(3, 40 * S)]).decision.desired).toBe(6);
    expect(once(hpaOf({ behavior: {} }), 3, [busy(3, 40 * S)]).decision.desired).toBe(7);
  });

  it('9: percent policies keep the noise of doubles', () => {
    const percent = (direction: 'scaleUp' | 'scaleDown', value: number, replicas: number) => {
      const one = rules({ policies: [{ type: 'Percent', value, periodSeconds: 15 }] });
      const answer = busy(replicas, direction === 'scaleUp' ? 4_000_000 : 0);
      return once(hpaOf({ min: 0, max: 9999, behavior: { [direction]: one } }), replicas, [answer]).decision.desired;
    };
    expect([percent('scaleUp', 10, 50), percent('scaleUp', 10, 100), percent('scaleUp', 10, 90)]).toEqual([
      56, 111, 100,
    ]);
    expect(percent('scaleUp', 120, 50)).toBe(111);
    expect([percent('scaleDown', 80, 10), percent('scaleDown', 90, 10), percent('scaleDown', 30, 90)]).toEqual([
      1, 0, 62,
    ]);
  });

  it('10: an event or recommendation exactly as old as its window is outside', () => {
    const behavior = { scaleUp: rules({ policies: [{ type: 'Pods', value: 2, periodSeconds: 15 }] }) };
    const after = (second: number) =>
      rehearse(hpaOf({ behavior }), [
        { atMillis: 0, replicas: 4, answers: [busy(4, 40 * S)] },
        { atMillis: second, replicas: 6, answers: [busy(6, 40 * S)] },
      ])[1]!.decision.desired;
    expect([after(14_999), after(15_000)]).toEqual([6, 8]);
    const down = (second: number) =>
      rehearse(hpaOf({ behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } }), [
        { atMillis: 0, replicas: 10, answers: [busy(10, 4000)] },
        { atMillis: second, replicas: 10, answers: [busy(10, 400)] },
      ])[1]!.decision.desired;
    expect([down(59_999), down(60_000)]).toEqual([10, 1]);
  });

  it('11: one failing metric forbids scaling down, not up', () => {
    const hpa = hpaOf({ flags: { downscaleStabilizationSeconds: 0 }, metrics: [POD_METRIC, external({ value: '1' })] });
    expect(once(hpa, 4, [busy(4, 400), FAILED]).decision).toMatchObject({ branch: 'metrics-failed', desired: 4 });
    expect(once(hpa, 4, [busy(4, 6000), FAILED])).toMatchObject({ decision: { desired: 6 }, error: 'partial' });
  });

  it('12: no ready pod at peak makes a Value target propose 0, hence min', () => {
    const pods = readyPods(4).map((pod) => ({ ...pod, ready: 'False' as const }));
    const hpa = hpaOf({ min: 2, flags: { downscaleStabilizationSeconds: 0 }, metrics: [external({ value: '1' })] });
    const moments = [0, 1].map((t) => ({ atMillis: t, replicas: 4, pods, answers: [queue(9000)] }));
    expect(rehearse(hpa, moments)[1]!.decision).toMatchObject({ desired: 2, normalised: { raw: 0 } });
  });

  it('13: a NaN that the adapter turned into 0 looks like an idle pod', () => {
    const answer: MetricAnswer = {
      kind: 'pods',
      items: [
        { podName: 'p0', milli: 6000 },
        { podName: 'p1', milli: 0 },
      ],
    };
    expect(once(hpaOf({}), 2, [answer]).decision.outcomes[0]).toMatchObject({ replicas: 2, value: 3000 });
  });

  it('14: a sample may be as old as it likes', () => {
    const memory: MetricSpec = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1' } },
    };
    const answer: MetricAnswer = {
      kind: 'resource',
      items: readyPods(2).map(({ name }) => ({
        podName: name,
        containers: [{ name: 'a', milli: 3000 }],
        timestampMillis: -86_400_000,
        windowMillis: 30 * S,
      })),
    };
    expect(once(hpaOf({ metrics: [memory] }), 2, [answer]).decision.outcomes[0]).toMatchObject({ replicas: 6 });
  });

  it('15: AbleToScale is overwritten within a reconcile, only the last reason survives', () => {
    const able = (milli: number) =>
      once(hpaOf({}), 4, [busy(4, milli)]).status.conditions.filter((c) => c.type === 'AbleToScale');
    expect(able(4000)).toMatchObject([{ status: 'True', reason: 'ReadyForNewScale' }]);
    expect(able(400)).toMatchObject([{ status: 'True', reason: 'ScaleDownStabilized' }]);
    expect(able(6000)).toMatchObject([{ status: 'True', reason: 'SucceededRescale' }]);
  });

  it('16: the up window waits until the whole window agrees', () => {
    const hpa = hpaOf({ behavior: { scaleUp: { stabilizationWindowSeconds: 60 } } });
    const moments = [0, 15, 30, 45, 60].map((s) => ({ atMillis: s * S, replicas: 4, answers: [busy(4, 6000)] }));
    expect(rehearse(hpa, moments).map((r) => r.decision.desired)).toEqual([4, 4, 4, 4, 6]);
  });

  it('17: a changed policy looks at old events with its new period', () => {
    const period = (periodSeconds: number) =>
      hpaOf({ behavior: { scaleUp: rules({ policies: [{ type: 'Pods', value: 2, periodSeconds }] }) } });
    const [, same, longer] = rehearse(period(15), [
      { atMillis: 0, replicas: 4, answers: [busy(4, 40 * S)] },
      { atMillis: 20 * S, replicas: 6, answers: [busy(6, 6000)] },
      { atMillis: 40 * S, replicas: 8, answers: [busy(8, 40 * S)], hpa: period(60) },
    ]);
    expect(same!.decision.desired).toBe(8);
    expect(longer!.decision.desired).toBe(8);
  });

  it('18: the legacy path scales up on an old recommendation although the present one is low', () => {
    const results = rehearse(hpaOf({}), [
      { atMillis: 0, replicas: 4, answers: [busy(4, 40 * S)] },
      { atMillis: 15 * S, replicas: 8, answers: [busy(8, 1000)] },
      { atMillis: 30 * S, replicas: 16, answers: [busy(16, 500)] },
    ]);
    expect(results.map((r) => r.decision.desired)).toEqual([8, 16, 32]);
    expect(results[1]!.decision.reason).toBe('All metrics below target');
  });

  it('19: a huge metric wraps to −2147483648 and ends at min', () => {
    const hpa = hpaOf({ min: 2, flags: { downscaleStabilizationSeconds: 0 } });
    const moments = [0, 1].map((t) => ({ atMillis: t, replicas: 4, answers: [busy(4, 2n ** 60n)] }));
    const { decision } = rehearse(hpa, moments)[1]!;
    expect(decision.outcomes[0]).toMatchObject({ replicas: -2147483648 });
    expect(decision.desired).toBe(2);
  });

  it('20: with a failing metric and a proposal equal to the count, a held-over recommendation still scales up', () => {
    const hpa = hpaOf({ metrics: [POD_METRIC, external({ value: '1' })] });
    const results = rehearse(hpa, [
      { atMillis: 0, replicas: 4, answers: [busy(4, 12_000), FAILED] },
      { atMillis: 15 * S, replicas: 8, answers: [busy(8, 4000), FAILED] },
    ]);
    expect(results.map((r) => [r.decision.desired, r.error])).toEqual([
      [8, 'partial'],
      [12, 'partial'],
    ]);
  });

  it('21: a policy whose limit overflows int32 allows no scale-up at all', () => {
    const pods = rules({ policies: [{ type: 'Pods', value: 2147483647, periodSeconds: 15 }] });
    const percent = rules({ policies: [{ type: 'Percent', value: 2147483647, periodSeconds: 15 }] });
    expect(once(hpaOf({ behavior: { scaleUp: pods } }), 4, [busy(4, 40 * S)]).decision.desired).toBe(4);
    expect(once(hpaOf({ behavior: { scaleUp: percent } }), 400, [busy(400, 40 * S)]).decision).toMatchObject({
      branch: 'above-max',
    });
    const wide = hpaOf({ max: 1000, behavior: { scaleUp: percent } });
    expect(once(wide, 400, [busy(400, 40 * S)]).decision.desired).toBe(400);
  });

  it('22: a proposal of 0 followed by −3 folds to −3, which acts as 0', () => {
    const object = (value: number): MetricAnswer => ({ kind: 'object', milli: value });
    const metric: MetricSpec = {
      type: 'Object',
      object: {
        describedObject: { kind: 'Service', name: 's' },
        metric: { name: 'q' },
        target: { type: 'AverageValue', averageValue: '1' },
      },
    };
    const { decision } = once(hpaOf({ metrics: [metric, metric] }), 4, [object(0), object(-3000)]);
    expect(decision.outcomes).toMatchObject([{ replicas: 0 }, { replicas: -3 }]);
    expect(decision).toMatchObject({ winner: 1, normalised: { raw: 0 } });
  });

  it('23: pod-level requests include the overhead, container sums do not', () => {
    const cpu: MetricSpec = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 50 } },
    };
    const answer: MetricAnswer = {
      kind: 'resource',
      items: readyPods(1).map(({ name }) => ({
        podName: name,
        containers: [{ name: 'a', milli: 60 }],
        timestampMillis: 0,
        windowMillis: 0,
      })),
    };
    const containers = [{ name: 'a', kind: 'regular' as const, requests: { memory: 100 } }];
    const utilization = (podLevel: { memory?: number }) => {
      const pods = readyPods(1).map((p) => ({ ...p, resources: { containers, podLevel, overhead: { memory: 20 } } }));
      return once(hpaOf({ metrics: [cpu] }), 1, [answer], pods).decision.outcomes[0];
    };
    expect(utilization({})).toMatchObject({ utilization: 60 });
    expect(utilization({ memory: 100 })).toMatchObject({ utilization: 50 });
  });

  it('24: a zero that a user makes after the HPA made one is scaled up again', () => {
    const hpa = hpaOf({
      min: 0,
      flags: { downscaleStabilizationSeconds: 0 },
      metrics: [external({ averageValue: '1' })],
    });
    const results = rehearse(hpa, [
      { atMillis: 0, replicas: 2, answers: [queue(0)] },
      { atMillis: 1000, replicas: 2, answers: [queue(0)] },
      { atMillis: 2000, replicas: 3, answers: [queue(3000)] },
      { atMillis: 3000, replicas: 0, answers: [queue(2000)] },
    ]);
    expect(results.map((r) => r.decision.desired)).toEqual([2, 0, 3, 2]);
    expect(once(hpa, 0, [queue(2000)]).decision.branch).toBe('disabled');
  });

  it('25: a scale-down by a lowered maxReplicas gives later scale-ups that much more room', () => {
    const hpa = (max: number) =>
      hpaOf({ max, behavior: { scaleUp: rules({ policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] }) } });
    const results = rehearse(hpa(20), [
      { atMillis: 0, replicas: 10, answers: [busy(10, 4000)] },
      { atMillis: 15 * S, replicas: 10, answers: [busy(10, 4000)], hpa: hpa(5) },
      { atMillis: 30 * S, replicas: 5, answers: [busy(5, 40 * S)], hpa: hpa(20) },
    ]);
    expect(results.map((r) => r.decision.desired)).toEqual([10, 5, 11]);
  });

  it('26: a message alone causes a status write', () => {
    const two = [POD_METRIC, external({ averageValue: '4' })];
    const results = rehearse(hpaOf({ metrics: two }), [
      { atMillis: 0, replicas: 4, answers: [busy(4, 4000), queue(FOUR)] },
      { atMillis: 15 * S, replicas: 4, answers: [busy(4, 4000), queue(FOUR)] },
      { atMillis: 30 * S, replicas: 4, answers: [FAILED, queue(FOUR)] },
      { atMillis: 45 * S, replicas: 4, answers: [{ ...FAILED, message: 'other words' }, queue(FOUR)] },
    ]);
    expect(results.map((r) => r.writesStatus)).toEqual([true, false, true, false]);
    const failing = rehearse(hpaOf({}), [
      { atMillis: 0, replicas: 4, answers: [FAILED] },
      { atMillis: 15 * S, replicas: 4, answers: [FAILED] },
      { atMillis: 30 * S, replicas: 4, answers: [{ ...FAILED, message: 'other words' }] },
    ]);
    expect(failing.map((r) => r.writesStatus)).toEqual([true, false, true]);
  });
});
