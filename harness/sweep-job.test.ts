import { describe, expect, it } from 'vitest';
import { TestbedError } from '../model/errors.ts';
import { variedSettings } from './commands/sweep.ts';
import { taskFiles } from './sweep-job.ts';
import { readResult, resultBytes } from './sweep-results.ts';
import sweepSeed from './sweep-worker.ts';

const settings = variedSettings('asr.scrapeInterval=2s,15s');
const options = { scenario: 'bench', duration: '3m' };

describe('a sweep as a Job', () => {
  it('has settings from one path and its values', () => {
    expect(settings).toEqual([
      { label: '2s', value: 2, set: ['asr.scrapeInterval=2s'] },
      { label: '15s', value: 15, set: ['asr.scrapeInterval=15s'] },
    ]);
    for (const text of ['asr.scrapeInterval', 'asr.scrapeInterval=2s', '=2s,3s', 'a=2s,2s'])
      expect(() => variedSettings(text)).toThrow(TestbedError);
  });

  it('carries scenario and manifests with it; another setting is another plan, more seeds are not', () => {
    const { files, plan } = taskFiles(options, settings, [1, 2]);
    expect(Object.keys(files).filter((name) => !name.startsWith('scenarios/platform/'))).toEqual([
      'scenario.yaml',
      'task.json',
    ]);
    expect(files['scenario.yaml']).toContain('/etc/surgelab/scenarios/platform/vendor-0.2.2/asr-hpa.yaml');
    expect(JSON.parse(files['task.json']!)).toEqual({
      options: { duration: '3m' },
      settings: [['asr.scrapeInterval=2s'], ['asr.scrapeInterval=15s']],
      seeds: [1, 2],
      plan,
    });
    expect(taskFiles(options, settings, [1, 2, 3]).plan).toBe(plan);
    expect(taskFiles(options, variedSettings('asr.scrapeInterval=2s,5s'), [1, 2]).plan).not.toBe(plan);
    expect(taskFiles({ ...options, duration: '4m' }, settings, [1, 2]).plan).not.toBe(plan);
  });

  it('refuses scenarios that read recorded data, which pods do not have', () => {
    expect(() => taskFiles({ scenario: 'bench-azure' }, settings, [1])).toThrow(
      /^scenario bench-azure reads recorded data, which pods do not have$/,
    );
  });

  it('gives back the scores that went into Parquet', async () => {
    const scores = sweepSeed({
      options: { scenario: 'bench', duration: '3m' },
      seed: 4,
      settings: [[], ['asr.scrapeInterval=5s']],
    });
    const result = await readResult(resultBytes({ plan: 'p', seed: 4, scores }));
    expect(result).toEqual({ plan: 'p', seed: 4, scores: JSON.parse(JSON.stringify(scores)) });
  });
});
