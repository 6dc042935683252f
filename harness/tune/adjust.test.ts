import { describe, expect, it } from 'vitest';
import { trafficOf } from '../question.ts';
import { readScenario } from '../read-scenario.ts';
import { adjusted, interventionsOf } from './adjust.ts';

const count = (name: string, load: number): number => {
  const file = readScenario(name);
  return trafficOf({ ...file, scenario: adjusted(file.scenario, { load }) }).schedule.count;
};

describe('adjusted', () => {
  it.each(['bench', 'nine-oclock'])('multiplies the calls of %s, steps and lines alike', (name) => {
    expect(count(name, 1.5) / count(name, 1)).toBeGreaterThan(1.45);
    expect(count(name, 1.5) / count(name, 1)).toBeLessThan(1.55);
  });

  it('keeps the surge where it was, as a multiple', () => {
    const { scenario } = readScenario('nine-oclock');
    expect(adjusted(scenario, { load: 2 }).traffic[0]!.surge).toEqual({
      between: 'linear',
      points: [
        [0, 2],
        [1740, 2],
        [1860, 4],
      ],
    });
  });

  it('loses as many nodes as are asked for, at that instant', () => {
    const one = { atMillis: 5000, kind: 'cluster', input: { kind: 'node-lost', node: null, cause: 'the plan asks' } };
    expect(interventionsOf({ load: 1, lost: { nodes: 2, atMillis: 5000 } })).toEqual([one, one]);
    expect(interventionsOf({ load: 1 })).toEqual([]);
  });

  it('changes nothing at factor 1, and resizes the node pool', () => {
    const { scenario } = readScenario('bench');
    expect(adjusted(scenario, { load: 1 })).toEqual(scenario);
    expect(adjusted(scenario, { load: 1, nodes: { min: 12, max: 20 } }).nodes).toMatchObject({
      min: 12,
      warm: 12,
      max: 20,
    });
  });
});
