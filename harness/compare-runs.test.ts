import { describe, expect, it } from 'vitest';
import { exampleRun } from '../reports/example-run.test-support.ts';
import { compareRuns } from './compare-runs.ts';

const named = (a: string, b: string): readonly string[] => {
  const run = exampleRun();
  const { first, second } = compareRuns({ record: run, folder: a }, { record: run, folder: b });
  return [first, second];
};

describe('two runs of one kind', () => {
  it('are told apart by their folders, by the whole path where the last name is the same', () => {
    expect(named('/runs/slow', '/runs/fast')).toEqual(['slow', 'fast']);
    expect(named('/before/bench-sim', '/after/bench-sim')).toEqual(['/before/bench-sim', '/after/bench-sim']);
  });
});
