import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { controlledMean } from './control-variates.ts';

describe('control variates', () => {
  it('are the plain mean and its standard error without a control', () => {
    const { mean, error, degreesOfFreedom } = controlledMean([1, 2, 3, 4], []);
    expect([mean, degreesOfFreedom]).toEqual([2.5, 3]);
    expect(error).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
  });

  it('remove exactly what follows linearly from the controls', () => {
    const a = [0.1, -0.2, 0.4, 0.3, -0.1, 0.2];
    const b = [1, 3, -2, 0.5, 2, -1];
    const values = a.map((x, i) => 7 + 2 * x - 3 * b[i]!);
    const { mean, error } = controlledMean(values, [a, b]);
    expect(mean).toBeCloseTo(7, 12);
    expect(error).toBeLessThan(1e-9);
  });

  it('leave out a control that never varies', () => {
    expect(controlledMean([1, 2, 3], [[0, 0, 0]])).toEqual(controlledMean([1, 2, 3], []));
  });

  it('cover the true mean as often as they say', () => {
    const { uniform } = stream(1, 'coverage');
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const control = Array.from({ length: 20 }, () => uniform() - 0.5);
      const values = control.map((c) => 3 + 5 * c + uniform() - 0.5);
      const { mean, error } = controlledMean(values, [control]);
      if (Math.abs(mean - 3) <= 2.101 * error) covered += 1; // t at 95 %, 18 degrees of freedom
    }
    expect(covered).toBeGreaterThan(930);
    expect(covered).toBeLessThan(970);
  });
});
