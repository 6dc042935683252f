import { expect, it } from 'vitest';
import { parseObjectives } from '../../reports/gate/parse.ts';
import { promisesOf } from './promises.ts';

it('makes shares of calls of the objectives over the whole run, and names those that need more than k6 sees', () => {
  expect(
    promisesOf(
      parseObjectives([
        'attainment{kind=short,within=2s} >= 0.9',
        'attainment{kind=stream} >= 0.9',
        'latency{stream=calls} p95 <= 1500ms',
        'lag p99 < 2s',
        'latency{kind=short} p50 >= 1s',
        'reaction.toReady p95 <= 180s',
      ]),
    ),
  ).toEqual({
    judged: [
      {
        text: 'attainment{kind=short,within=2s} >= 0.9',
        kind: 0,
        stream: null,
        of: 'judged',
        withinMillis: 2000,
        least: 0.9,
      },
      {
        text: 'latency{stream=calls} p95 <= 1500ms',
        kind: null,
        stream: 'calls',
        of: 'latency',
        withinMillis: 1500,
        least: 0.95,
      },
      { text: 'lag p99 < 2s', kind: null, stream: null, of: 'lag', withinMillis: 2000, least: 0.99 },
    ],
    left: ['attainment{kind=stream} >= 0.9', 'latency{kind=short} p50 >= 1s', 'reaction.toReady p95 <= 180s'],
  });
});
