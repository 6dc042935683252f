// The controller against upstream's recorded behaviour: the compact set of this repository always, the whole sets
// wherever they are at hand (../shared/golden next to the repository, or $SURGELAB_SHARED/golden).

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, expect } from 'vitest';
import { conformHpa } from './hpa.ts';
import type { ConformResult } from './result.ts';
import { conforms } from './result.ts';

const ROOT = join(import.meta.dirname, '../..');
const COMPACT = join(ROOT, 'sim/autoscaler/golden');
const WHOLE = join(process.env['SURGELAB_SHARED'] ?? join(ROOT, '../shared'), 'golden/hpa');

const report = (result: ConformResult): void => {
  for (const set of result.sets) console.log(`${set.name}: ${set.cases} cases, ${set.mismatches} mismatches`);
};

const withFolder = async (files: Readonly<Record<string, string>>, use: (folder: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'hpa-golden-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

describe('conformHpa', () => {
  it('agrees with the compact recordings of 1.34.2 and 1.37.2', async () => {
    const result = await conformHpa(COMPACT);
    report(result);
    expect(result.mismatches).toEqual([]);
    expect(conforms(result)).toBe(true);
    expect(result.sets.map((s) => s.version)).toEqual(['1.34', '1.37', '', '1.34', '1.37']);
  });

  const absent = existsSync(WHOLE) ? '' : ' [NOT RUN: no golden/hpa beside the repository, set SURGELAB_SHARED]';
  it.skipIf(absent !== '')(
    `agrees with every recording${absent}`,
    async () => {
      const result = await conformHpa(WHOLE);
      report(result);
      expect(result.mismatches).toEqual([]);
      expect(conforms(result)).toBe(true);
    },
    900_000,
  );

  it('does not conform to a folder without recordings, and fails on one that is not there', () =>
    withFolder({ 'README.md': 'nothing', 'calc-9.99.0.ndjson': '{}' }, async (folder) => {
      expect(conforms(await conformHpa(folder))).toBe(false);
      await expect(conformHpa(join(folder, 'none'))).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    }));

  it('does not conform to an empty file', () =>
    withFolder({ 'seq-1.37.2.ndjson': '' }, async (folder) => {
      const result = await conformHpa(folder);
      expect(result.sets).toEqual([{ name: 'seq-1.37.2.ndjson', version: '1.37', cases: 0, mismatches: 0 }]);
      expect(conforms(result)).toBe(false);
    }));

  it('names case, place, expected and got of a difference', () => {
    const spec = {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      maxReplicas: 9,
      metrics: [{ type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '4' } } }],
    };
    const step = { dt: 0, sc: [1, 1], p: [[0, 1, 'RT']], m: [4000], e: { w: 2 } };
    const files = {
      'calc-1.37.2.ndjson': '{"id":"tol-0","t":"Pods","av":4000,"sr":1,"p":[[1,"RT"]],"m":[8000],"e":[3,8000]}\n',
      'seq-1.37.2.ndjson': JSON.stringify({ id: 'made-up', spec, steps: [step] }),
      'quantity.ndjson': '{"q":"1k","s":"1k","m":1000,"f":1000}\n',
    };
    return withFolder(files, async (folder) => {
      const { sets, mismatches } = await conformHpa(folder);
      expect(sets.map((s) => s.mismatches)).toEqual([1, 1, 1]);
      expect(mismatches.filter((m) => m.id !== 'made-up')).toEqual([
        { id: 'tol-0', where: 'proposal', expected: '[3,8000]', got: '[2,8000]' },
        { id: '1k', where: 'quantity', expected: '["1k","1000",1000]', got: '["1k","1000000",1000]' },
      ]);
      expect(mismatches).toContainEqual({ id: 'made-up', where: 'step 0 w', expected: '2', got: 'unchanged' });
    });
  });
});
