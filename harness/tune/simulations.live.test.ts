import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Job } from './simulations.ts';
import { openSimulations } from './simulations.ts';

const folder = mkdtempSync(join(tmpdir(), 'surgelab-tune-'));
const state = join(folder, 'outcomes.ndjson');
const options = { scenario: 'bench', duration: '3m' };
const jobs: readonly Job[] = [1, 2].flatMap((seed) => [
  { seed, set: { 'asr.scrapeInterval': '15s' } },
  { seed, set: { 'asr.scrapeInterval': '30s' } },
]);
const { signal } = new AbortController();

afterAll(() => rmSync(folder, { recursive: true }));

describe('simulations on all cores', () => {
  it('are remembered: a second search reads them, past a line that was cut off, and gives the same', async () => {
    const counts: number[] = [];
    const first = openSimulations(options, state, signal, (done) => counts.push(done));
    const outcomes = await first.run(jobs);
    await first.close();
    expect(first.remembered).toBe(0);
    expect(counts.at(-1)).toBe(4);
    expect(outcomes[0]!.metricMoneyPerMonth).toBeGreaterThan(outcomes[1]!.metricMoneyPerMonth);

    appendFileSync(state, '{"job":"[3,');
    const second = openSimulations(options, state, signal, () => expect.fail('nothing is left to simulate'));
    expect(second.remembered).toBe(4);
    expect(await second.run(jobs)).toEqual(outcomes);
    await second.close();
    expect(readFileSync(state, 'utf8').endsWith('}\n')).toBe(true);
  });

  it('of another question are refused', () => {
    expect(() => openSimulations({ ...options, duration: '4m' }, state, signal, () => undefined)).toThrow(
      /made for another scenario/,
    );
  });

  it('stop when they are interrupted, and say how to go on', async () => {
    const abort = new AbortController();
    const running = openSimulations({ ...options, duration: '2h' }, null, abort.signal, () => undefined);
    const result = running.run(jobs);
    abort.abort();
    await expect(result).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await running.close();
  });
});
