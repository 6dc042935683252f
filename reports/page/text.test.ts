import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { compare, fidelityBounds } from '../compare.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { evaluate } from '../gate/evaluate.ts';
import { parseObjectives } from '../gate/parse.ts';
import { scenarioOf } from '../score/scenario-of.ts';
import type { Score } from '../score/score.ts';
import { score } from '../score/score.ts';
import type { Quantiles } from '../score/service.ts';
import { sweepOf } from '../sweep.ts';
import { renderSummary } from './text.ts';

const run = exampleRun({ seed: 5 });
const scored = score(run);
const point = (s: number) => ({
  label: `${s} s`,
  value: s,
  scores: [score(exampleRun({ scrapeSeconds: s, seed: 5 }))],
});
const verdict = evaluate(parseObjectives(scenarioOf(run).objectives), run, scored);
const text = renderSummary({
  score: scored,
  verdict,
  sweep: sweepOf('scrape interval', 's', [point(5), point(15)], '15 s', stream(1, 'sweep')),
  comparison: compare(run, exampleRun({ seed: 6 }), fidelityBounds(1)),
});

describe('terminal summary', () => {
  it('has no line over 100 columns, no trailing blank and no missing number', () => {
    for (const line of text.split('\n')) {
      expect(Array.from(line).length, line).toBeLessThanOrEqual(100);
      expect(line).toBe(line.trimEnd());
    }
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  });

  it('opens with the answer and ends with the verdict', () => {
    expect(text.split('\n')[0]).toMatch(/^When calls go up fourfold 5 min into the run, 100 % of callers/);
    expect(text.split('\n\n').at(-1)).toBe('FAIL: 1 of 3 objectives missed: attainment{kind=short,within=2s} >= 0.99');
  });

  it('tells how many sessions were cut by pods that were told to go, and nothing where none was', () => {
    const [kind] = scored.service.kinds;
    const kinds = [{ ...kind!, kind: 'stream', arrived: 595, cutByDrain: 17 } as const];
    const promises = [...scored.promises, { ...scored.promises[0]!, kind: 'stream' } as const];
    const live = { ...scored, promises, service: { ...scored.service, kinds } };
    const summary = renderSummary({ score: live, verdict, sweep: null, comparison: null });
    expect(summary).toMatch(/^Live sessions cut by pods that were told to go +17 of 595$/m);
    expect(text).not.toContain('told to go');
  });

  it('tells how many live sessions are open at the load step, and nothing where none is', () => {
    const [reaction] = scored.responsiveness.reactions;
    const sessions = { perMinuteBefore: 8, perMinuteAfter: 24, openBefore: 39, openMost: 130 };
    const reactions = [{ ...reaction!, step: { ...reaction!.step, sessions } }];
    const live = { ...scored, responsiveness: { ...scored.responsiveness, reactions } };
    const line = (of: Score): string | undefined =>
      /^Load step to first new pod ready .*$/m.exec(
        renderSummary({ score: of, verdict, sweep: null, comparison: null }),
      )?.[0];
    expect(line(live)).toMatch(/ready +[\d.]+ s at 39 → 130 live sessions$/);
    expect(line(scored)).toMatch(/ready +[\d.]+ s$/);
  });

  it('tells the highest of p95, p90 and p50 that is a number, and none where all fall on calls without an answer', () => {
    const [kind] = scored.service.kinds;
    const value = (seconds: number) => ({ kind: 'value', value: seconds }) as const;
    const none = { kind: 'no-data', why: '12 % of calls never got there, more than p95 allows' } as const;
    const line = (latency: Quantiles): string[] => {
      const service = { ...scored.service, kinds: [{ ...kind!, latency }] };
      const summary = renderSummary({ score: { ...scored, service }, verdict, sweep: null, comparison: null });
      return summary.split('\n').filter((one) => one.startsWith('Calls: time to answer'));
    };
    const all = { p50: value(1), p90: value(2), p95: value(3), p99: value(4) };
    expect(line(all)).toEqual([expect.stringMatching(/^Calls: time to answer, p95 +3 s$/)]);
    expect(line({ ...all, p95: none, p99: none })).toEqual([
      expect.stringMatching(/^Calls: time to answer, p90 +2 s · p95: no answer$/),
    ]);
    expect(line({ p50: none, p90: none, p95: none, p99: none })).toEqual([]);
  });

  it('holds every table once', () => {
    const heads = ['objective ', 'where the time goes', 'scrape interval ', 'Recommended: '];
    for (const head of heads) expect(text.split('\n').filter((line) => line.startsWith(head))).toHaveLength(1);
  });
});
