import { describe, expect, it } from 'vitest';
import { parseObjective, parseObjectives } from './parse.ts';

const problemsOf = (text: string): readonly [number, string][] => {
  const parsed = parseObjective(text);
  return parsed.kind === 'objective' ? [] : parsed.problems.map((p) => [p.position, p.message]);
};

describe('an objective', () => {
  it('reads name, filters, quantile, comparison and unit', () => {
    expect(parseObjectives(['attainment{kind=short,within=2s} >= 0.99', ' latency{kind=short} p95 <= 500ms'])).toEqual([
      {
        text: 'attainment{kind=short,within=2s} >= 0.99',
        figure: 'attainment',
        filter: { kind: 'short', stream: null, withinSeconds: 2, convention: null, outcome: null },
        quantile: null,
        comparator: '>=',
        bound: 0.99,
      },
      {
        text: 'latency{kind=short} p95 <= 500ms',
        figure: 'latency',
        filter: { kind: 'short', stream: null, withinSeconds: null, convention: null, outcome: null },
        quantile: 0.95,
        comparator: '<=',
        bound: 0.5,
      },
    ]);
  });

  it('turns units into those of the figure', () => {
    const bounds = [
      'reaction.toReady p95 <= 2min',
      'cost.gpuHours <= 6',
      'storage.bytesPerDay <= 50MB',
      'storage.retained < 1.5GiB',
      'attainment >= 99.5%',
      'cost.gpuMoney <= 12.5$',
      'goodput > 3/s',
      'wait p99.9 <= 1s',
    ].map((text) => parseObjectives([text])[0]!);
    expect(bounds.map((o) => o.bound)).toEqual([120, 6, 50e6, 1.5 * 1024 ** 3, 0.995, 12.5, 3, 1]);
    expect(bounds[7]!.quantile).toBeCloseTo(0.999, 12);
  });
});

describe('a broken objective', () => {
  it('names the nearest figure and lists all', () => {
    const [[position, message]] = problemsOf('atainment >= 0.99') as [[number, string]];
    expect(position).toBe(1);
    expect(message).toMatch(
      /^expected the name of a figure, got atainment \(did you mean attainment\?\); known figures: attainment, misses,/,
    );
  });

  it('reports all problems at once, each with its position', () => {
    expect(problemsOf('attainment{kind=shrt,limit=2s} p95 = 0.9s')).toEqual([
      [12, 'expected kind to be one of short, batch, stream, got shrt'],
      [22, 'expected a filter of attainment, got limit; attainment takes kind, stream, within'],
      [32, 'expected no quantile: attainment is one number, got p95'],
      [36, 'expected <=, <, >= or >, got ='],
      [41, 'expected a unit of attainment (no unit, %), got s'],
    ]);
  });

  it('says what is missing', () => {
    expect(problemsOf('latency <= 2s')).toEqual([[9, 'expected a quantile such as p95 after latency, got none']]);
    expect(problemsOf('wait p99')).toEqual([
      [9, 'expected <=, <, >= or >, got none'],
      [9, 'expected a number, got none'],
    ]);
    expect(problemsOf('attainment{within=2} >= 0.9')).toEqual([[12, 'expected a duration such as 2s or 500ms, got 2']]);
    expect(problemsOf('attainment{within=2s >= 0.9').map(([, m]) => m)[0]).toBe(
      'expected } after the filters, got the end',
    );
    expect(problemsOf('')[0]![1]).toMatch(/^expected the name of a figure, got nothing; known figures/);
    expect(problemsOf('wait p101 <= 1s')).toEqual([
      [6, 'expected a quantile from p1 to p100 or a comparison, got p101'],
    ]);
    expect(problemsOf('latency p95 <= 2')).toEqual([
      [17, 'expected a unit of latency (s, ms, m, min, h, d), got none'],
    ]);
  });

  it('is thrown with the code OBJECTIVE_INVALID and one line per problem', () => {
    expect(() => parseObjectives(['attainment >= 1', 'wait <= 1s', 'cost.gpuHour <= 3'])).toThrow(
      expect.objectContaining({
        code: 'OBJECTIVE_INVALID',
        message: expect.stringMatching(
          /^objective "wait <= 1s", character 6: .*\nobjective "cost.gpuHour <= 3", character 1: .*did you mean cost.gpuHours/,
        ),
      }),
    );
  });
});
