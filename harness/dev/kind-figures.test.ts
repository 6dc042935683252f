import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atLeast, atMost, figureLine, keepKindRun, kindTable, must, readKindRuns, told } from './kind-figures.ts';

const run = (on: string, bytes: number) => ({
  on,
  figures: [
    atMost('memory of its processes', { value: bytes / 1e9, unit: 'GB', bound: 1.5 }),
    atLeast('seconds with equal replicas', { value: 92.96, unit: '%', bound: 93 }),
    must('nothing left behind', true, 'nothing'),
    told('latency p50 off', 'no data'),
  ],
});

describe('figures of the test on kind', () => {
  it('are kept at their bound and not beyond it', () => {
    const bounded = [run('', 1.5e9), run('', 1.501e9)].map(({ figures }) => figures[0]!);
    expect(bounded.map(({ value, bound, kept }) => [value, bound, kept])).toEqual([
      ['1.50 GB', '≤ 1.5 GB', true],
      ['1.50 GB', '≤ 1.5 GB', false],
    ]);
  });

  it('are lines for a person; what has no bound is not judged', () => {
    expect(run('', 1.46e9).figures.map(figureLine)).toEqual([
      'memory of its processes                             1.46 GB   ≤ 1.5 GB     kept',
      'seconds with equal replicas                         92.96 %   ≥ 93 %       NOT KEPT',
      'nothing left behind                                 nothing   must         kept',
      'latency p50 off                                     no data',
    ]);
  });

  it('of the last two runs stand side by side, by name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgelab-kind-figures-'));
    const path = join(folder, 'deeper', 'measured.json');
    try {
      expect(kindTable(readKindRuns(path))).toEqual(['Not run.']);
      keepKindRun(run('first', 1e9), path);
      keepKindRun({ on: 'second', figures: run('', 1.6e9).figures.slice(0, 2) }, path);
      keepKindRun(run('third', 1.46e9), path);
      expect(kindTable(readKindRuns(path))).toEqual([
        '| figure | second | third | bound |',
        '| --- | ---: | ---: | --- |',
        '| memory of its processes | 1.60 GB: **not kept** | 1.46 GB | ≤ 1.5 GB |',
        '| seconds with equal replicas | 92.96 %: **not kept** | 92.96 %: **not kept** | ≥ 93 % |',
        '| nothing left behind | not measured | nothing | must |',
        '| latency p50 off | not measured | no data |  |',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
