import { describe, expect, it } from 'vitest';
import { compare, fidelityBounds } from './compare.ts';
import { exampleRun } from './example-run.test-support.ts';

const run = exampleRun({ seed: 5 });
const bounds = fidelityBounds(1);
const statusOf = (name: string, rows: ReturnType<typeof compare>['rows']): string[] =>
  rows.filter((row) => row.name === name).map((row) => row.status);

describe('comparison', () => {
  it('of a run with itself passes every row that can be compared', () => {
    const comparison = compare(run, run, bounds);
    expect(comparison.pass).toBe(true);
    expect(comparison.rows.map((row) => row.status)).not.toContain('fail');
    expect(comparison.rows[0]).toMatchObject({ name: 'equal desired replicas', difference: 1, status: 'pass' });
  });

  it('finds a model that loads 30 s longer: replicas, reaction and latency fail, by the amount', () => {
    const { pass, rows } = compare(run, exampleRun({ seed: 5, modelLoadSeconds: 73.6 }), bounds);
    expect(pass).toBe(false);
    expect(rows.find((row) => row.name === 'reaction.toReady, step 1')).toMatchObject({
      difference: -30,
      status: 'fail',
    });
    expect(statusOf('equal ready replicas', rows)).toEqual(['pass']);
    expect(statusOf('ready replica-seconds', rows)).toEqual(['fail']);
    expect(rows.filter((row) => row.name.startsWith('short latency') && row.status === 'fail').length).toBeGreaterThan(
      0,
    );
  });

  it('names kind and regime of each latency and does not compare a regime with too few calls', () => {
    const { rows } = compare(run, run, bounds);
    const latency = rows.filter((row) => row.name.includes('latency'));
    expect(latency.map((row) => [row.name, row.regime, row.status])).toEqual([
      ['short latency p50', 'below 0.7', 'pass'],
      ['short latency p95', 'below 0.7', 'pass'],
      ['short latency p99', 'below 0.7', 'pass'],
      ['short latency p50', '0.7 to 1', 'pass'],
      ['short latency p95', '0.7 to 1', 'pass'],
      ['short latency p99', '0.7 to 1', 'pass'],
      ['short latency', 'above 1', 'not-compared'],
    ]);
  });

  it('fails a figure that only one side has', () => {
    const deaf = { ...run, decisions: run.decisions.map((d) => ({ ...d, metrics: [] })) };
    expect(statusOf('age of the metric at the HPA', compare(run, deaf, bounds).rows)).toEqual(['fail']);
  });

  it('compares the bytes of the jobs that both have where one side keeps what the other does not', () => {
    const { storage } = run;
    const [own] = storage.jobs;
    const twice = { ...storage, retainedBytes: 2 * storage.retainedBytes };
    const keeping = (jobs: typeof storage.jobs) => ({ ...run, storage: { ...twice, jobs } });
    const state = { ...own!, job: 'kube-state-metrics' };
    const of = (other: typeof run) =>
      compare(run, other, bounds)
        .rows.filter(({ name }) => name.startsWith('metric bytes'))
        .map(({ name, status }) => [name, status]);
    expect(
      [run, keeping(storage.jobs), keeping([own!, state]), keeping([{ ...own!, chunkBytes: 0 }, state])].map(of),
    ).toEqual([
      [['metric bytes retained', 'pass']],
      [['metric bytes retained', 'fail']],
      [['metric bytes of the common jobs', 'pass']],
      [['metric bytes of the common jobs', 'fail']],
    ]);
    expect(of(keeping([state]))).toEqual([['metric bytes of the common jobs', 'not-compared']]);
  });

  it('refuses runs of different schedules', () => {
    const other = { ...run, header: { ...run.header, scheduleHash: 'cd'.repeat(32) } };
    expect(() => compare(run, other, bounds)).toThrow(expect.objectContaining({ code: 'SCHEDULE_HASH_MISMATCH' }));
  });
});
