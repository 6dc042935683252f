import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conformAdapter } from './adapter.ts';
import { goldenFolder } from './kinds.ts';
import { conforms } from './result.ts';

const COMPACT = join(import.meta.dirname, '../../sim/adapter/golden');
const FULL = join(goldenFolder(), 'adapter');

const replay = async (folder: string): Promise<void> => {
  const result = await conformAdapter(folder);
  console.log(
    result.sets.map((s) => `adapter ${s.name} ${s.version}: ${s.cases} cases, ${s.mismatches} mismatches`).join('\n'),
  );
  expect(result.mismatches).toEqual([]);
  expect(conforms(result)).toBe(true);
};

describe('prometheus-adapter v0.12.0 as recorded', () => {
  it('agrees with the set of this repository', () => replay(COMPACT));

  it.skipIf(!existsSync(FULL))(
    `agrees with the shared set${existsSync(FULL) ? '' : ' (skipped: ../shared/golden/adapter is not there)'}`,
    () => replay(FULL),
  );

  it('does not conform to an empty folder', async () => {
    expect(conforms(await conformAdapter(join(COMPACT, 'nothing-here')))).toBe(false);
  });
});
