import { describe, expect, it } from 'vitest';
import { stream } from '../model/rng.ts';
import { exampleRun } from './example-run.test-support.ts';
import { score } from './score/score.ts';
import type { SweepPoint } from './sweep.ts';
import { sweepOf } from './sweep.ts';

const SEEDS = [1, 4, 9, 14];
const at = (scrapeSeconds: number): SweepPoint => ({
  label: `${scrapeSeconds} s`,
  value: scrapeSeconds,
  scores: SEEDS.map((seed) => score(exampleRun({ scrapeSeconds, seed, durationSeconds: 600 }))),
});
const points = [at(2), at(15), at(60)];
const sweep = sweepOf('scrape interval', 's', points, '15 s', stream(1, 'sweep'));

describe('sweep over the scrape interval', () => {
  it('finds that slower scraping reacts later, misses more calls and stores less', () => {
    const [fast, now, slow] = sweep.rows.map((row) => ({
      ready: row.toReady.kind === 'value' ? row.toReady.value : NaN,
      missed: row.missed.kind === 'value' ? row.missed.value : NaN,
      money: row.metricMoneyPerMonth.kind === 'value' ? row.metricMoneyPerMonth.value : NaN,
    }));
    expect(fast!.ready).toBeLessThanOrEqual(now!.ready);
    expect(now!.ready).toBeLessThan(slow!.ready);
    expect(now!.missed).toBeLessThan(slow!.missed);
    expect(fast!.money).toBeGreaterThan(slow!.money);
  });

  it('gives paired intervals against the baseline, none for the baseline itself', () => {
    const [, now, slow] = sweep.rows;
    expect(now!.toReadyAgainstBaseline).toBeNull();
    expect(slow!.toReadyAgainstBaseline).toMatchObject({ count: 4, method: 'paired-bootstrap', confidence: 0.95 });
    expect(slow!.toReadyAgainstBaseline!.low).toBeGreaterThan(0);
  });

  it('recommends the least total cost, with regret 0, and lists what it cannot tell from it', () => {
    const best = sweep.rows.find((row) => row.label === sweep.recommended)!;
    expect(best.regret).toEqual({ kind: 'value', value: 0 });
    expect(sweep.tied).not.toContain('60 s');
  });

  it('is the same for the same stream of chance', () => {
    expect(sweepOf('scrape interval', 's', points, '15 s', stream(1, 'sweep'))).toEqual(sweep);
  });

  it('refuses runs of other schedules and an unknown baseline', () => {
    const other = { ...points[1]!, scores: points[1]!.scores.map((s) => ({ ...s, scheduleHash: 'cd' })) };
    const of = (list: readonly SweepPoint[], base: string) => () => sweepOf('x', 's', list, base, stream(1, 'a'));
    expect(of([points[0]!, other], '2 s')).toThrow(expect.objectContaining({ code: 'SCHEDULE_HASH_MISMATCH' }));
    expect(of(points, '7 s')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
