// Laws of the controller that hold for every input, not only for the recorded ones.

import { describe, it, expect } from 'vitest';
import fc from 'fast-check';
import type { HPAScalingPolicy, HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import { compileHpa } from './compile.ts';
import type { HpaMemory } from './memory.ts';
import { NO_MEMORY } from './memory.ts';
import type { MetricAnswer, ObservedPod } from './observation.ts';
import { groupPods } from './pod-classes.ts';
import { readyPods, rehearse } from './rehearse.test-support.ts';
import { changeWithin, recordScaleEvent } from './scale-events.ts';
import { hpaSettings } from './settings.ts';

const policy: fc.Arbitrary<HPAScalingPolicy> = fc.record({
  type: fc.constantFrom('Pods' as const, 'Percent' as const),
  value: fc.integer({ min: 1, max: 200 }),
  periodSeconds: fc.integer({ min: 1, max: 120 }),
});

const direction = fc.record({
  stabilizationWindowSeconds: fc.integer({ min: 0, max: 120 }),
  selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
  policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
});

const specOf = (
  behavior: HorizontalPodAutoscalerSpec['behavior'],
  min: number,
  max: number,
): HorizontalPodAutoscalerSpec => ({
  scaleTargetRef: { kind: 'Deployment', name: 'd' },
  minReplicas: min,
  maxReplicas: max,
  metrics: [{ type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '4' } } }],
  ...(behavior === undefined ? {} : { behavior }),
});

const behavior = fc.option(fc.record({ scaleUp: direction, scaleDown: direction }), { nil: undefined });
const loads = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 60_000 }), total: fc.nat(400_000) }), {
  minLength: 1,
  maxLength: 30,
});

const spread = (count: number, total: number): MetricAnswer => ({
  kind: 'pods',
  items: readyPods(count).map(({ name }) => ({ podName: name, milli: Math.floor(total / count) })),
});

/** A world that follows at once: the next count is what was desired. */
const follow = (spec: HorizontalPodAutoscalerSpec, first: number, load: readonly { gap: number; total: number }[]) => {
  const hpa = compileHpa(spec, hpaSettings('1.37'));
  const moments: { atMillis: number; replicas: number; answers: MetricAnswer[] }[] = [];
  let replicas = first;
  let atMillis = 0;
  for (const { gap, total } of load) {
    atMillis += gap;
    moments.push({ atMillis, replicas, answers: [spread(replicas, total)] });
    replicas = rehearse(hpa, moments).at(-1)!.decision.desired;
  }
  return { hpa, results: rehearse(hpa, moments) };
};

describe('laws', () => {
  it('never leave [min, max] once inside', () => {
    fc.assert(
      fc.property(
        behavior,
        loads,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 5, max: 40 }),
        (b, load, min, max) => {
          for (const { decision } of follow(specOf(b, min, max), min, load).results) {
            expect(decision.desired).toBeGreaterThanOrEqual(min);
            expect(decision.desired).toBeLessThanOrEqual(max);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a behaviour never moves against the proposal', () => {
    fc.assert(
      fc.property(fc.record({ scaleUp: direction, scaleDown: direction }), loads, (b, load) => {
        for (const { decision } of follow(specOf(b, 1, 50), 3, load).results) {
          const raw = decision.normalised!.raw;
          const move = decision.desired - decision.current;
          expect(move === 0 || Math.sign(move) === Math.sign(raw - decision.current)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a disabled direction never moves', () => {
    fc.assert(
      fc.property(direction, loads, (other, load) => {
        const disabled = { ...other, selectPolicy: 'Disabled' as const };
        for (const { decision } of follow(specOf({ scaleUp: disabled, scaleDown: disabled }, 1, 50), 5, load).results) {
          expect(decision.desired).toBe(5);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('the same inputs give the same outcome, and the memory handed in stays what it was', () => {
    fc.assert(
      fc.property(behavior, loads, (b, load) => {
        const first = follow(specOf(b, 1, 30), 2, load).results;
        const frozen = structuredClone(first);
        expect(follow(specOf(b, 1, 30), 2, load).results).toEqual(first);
        expect(structuredClone(first)).toEqual(frozen);
      }),
      { numRuns: 30 },
    );
  });

  it('a Pods policy never adds more than its value within its period while nothing scales down', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 5, max: 60 }),
        loads,
        (value, periodSeconds, load) => {
          const b = {
            scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods' as const, value, periodSeconds }] },
            scaleDown: { selectPolicy: 'Disabled' as const },
          };
          const { results } = follow(specOf(b, 1, 100), 1, load);
          let atMillis = 0;
          const times = load.map(({ gap }) => (atMillis += gap));
          for (const [i, { decision }] of results.entries()) {
            const before = times.findIndex((t) => t > times[i]! - periodSeconds * 1000);
            expect(decision.desired - results[before]!.decision.current).toBeLessThanOrEqual(value);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('counted changes are conserved: all events are within a period longer than their age', () => {
    const hpa = compileHpa(specOf({}, 1, 100), hpaSettings('1.37'));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 10 }), (changes) => {
        let memory: HpaMemory = NO_MEMORY;
        let count = 1;
        changes.forEach((change, i) => {
          memory = recordScaleEvent(memory, hpa.behavior, count, count + change, i);
          count += change;
        });
        expect(changeWithin(memory.up, 15_000, changes.length)).toBe(count - 1);
      }),
    );
  });

  it('the order of an answer and of its duplicates but the last one does not matter', () => {
    const pods: ObservedPod[] = readyPods(6).map((pod, i) => ({ ...pod, phase: i === 0 ? 'Pending' : 'Running' }));
    const names = fc.constantFrom('p0', 'p1', 'p2', 'p3', 'stranger');
    const items = fc.uniqueArray(fc.record({ podName: names, milli: fc.nat(9999) }), { selector: (s) => s.podName });
    fc.assert(
      fc.property(items, (samples) => {
        const groups = groupPods(pods, samples, null);
        const stale = samples.map((s) => ({ ...s, milli: -1 }));
        const shuffled = groupPods(pods, [...stale, ...samples.toReversed()], null);
        expect({ ...shuffled, values: shuffled.values.toSorted() }).toEqual({
          ...groups,
          values: groups.values.toSorted(),
        });
      }),
    );
  });
});
