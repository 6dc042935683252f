import { describe, expect, it } from 'vitest';
import { exampleRun } from '../example-run.test-support.ts';
import { score } from '../score/score.ts';
import { evaluate, measure } from './evaluate.ts';
import { FIGURES, FIGURE_NAMES } from './figures.ts';
import { parseObjectives } from './parse.ts';

const run = exampleRun({ seed: 5 });
const scored = score(run);
const judge = (...texts: string[]) => evaluate(parseObjectives(texts), run, scored);

describe('verdict', () => {
  it('passes when every objective is met', () => {
    expect(judge('reaction.toReady p95 <= 55s', 'cost.gpuHours <= 6', 'storage.bytesPerDay <= 50MB')).toMatchObject({
      verdict: 'pass',
      why: 'all 3 objectives met',
      objectives: [
        { measured: { kind: 'value', value: 55 }, met: true, dimension: 'seconds' },
        { met: true },
        { met: true },
      ],
    });
  });

  it('fails when one is missed, and names it', () => {
    expect(judge('attainment{within=2s} >= 0.99', 'cost.gpuHours <= 6')).toMatchObject({
      verdict: 'fail',
      why: '1 of 2 objectives missed: attainment{within=2s} >= 0.99',
    });
  });

  it('is no-data, not pass, when a figure has no data or nothing was asked', () => {
    expect(judge('lag p95 <= 1s')).toMatchObject({
      verdict: 'no-data',
      why: 'no data for lag p95 <= 1s: no live sessions',
      objectives: [{ met: false }],
    });
    expect(judge().verdict).toBe('no-data');
    expect(judge('attainment{stream=nobody} >= 0').verdict).toBe('no-data');
  });

  it('is generator-limited whatever the figures say, if the generator was', () => {
    const limited = score({
      ...run,
      header: { ...run.header, validity: { verdict: 'generator-limited', checks: [] } },
    });
    expect(evaluate(parseObjectives(['cost.gpuHours <= 6']), run, limited).verdict).toBe('generator-limited');
  });
});

describe('figures', () => {
  it('agree with the score', () => {
    const [misses, wait, over] = judge(
      'misses{within=2s} <= 0',
      'wait p50 <= 1s',
      'elasticity.over{convention=demand} <= 100',
    ).objectives.map((o) => o.measured);
    expect(misses).toEqual({ kind: 'value', value: scored.service.missed });
    expect(wait).toEqual(scored.service.kinds[0]!.wait.p50);
    expect(over).toMatchObject({ kind: 'value' });
  });

  it('a quantile that falls on unanswered calls is no data, with the share', () => {
    const cut = {
      ...run,
      requests: { ...run.requests, outcome: run.requests.outcome.map((o, i) => (i % 10 === 0 ? 1 : o)) },
    };
    const [p95, p50] = parseObjectives(['latency p95 <= 2s', 'latency p50 <= 2s']);
    expect(measure(p95!, cut, scored)).toEqual({
      kind: 'no-data',
      why: '10.0 % of calls never got there, more than p95 allows',
    });
    expect(measure(p50!, cut, scored).kind).toBe('value');
  });

  it('every known figure is measured by name: none is unknown to the evaluation', () => {
    for (const name of FIGURE_NAMES) {
      const text = `${name}${FIGURES[name].quantile === 'required' ? ' p95' : ''} <= 1${FIGURES[name].dimension === 'seconds' ? 's' : ''}`;
      const measured = measure(parseObjectives([text])[0]!, run, scored);
      expect(measured.kind === 'no-data' ? measured.why : '').not.toMatch(/is not a figure/);
    }
  });
});
