import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenFolder } from './kinds.ts';
import { conforms } from './result.ts';
import { conformScrape } from './scrape.ts';

const COMPACT = join(import.meta.dirname, '../../sim/prometheus/golden/scrape');
const FULL = join(goldenFolder(), 'scrape');

const replay = async (folder: string): Promise<void> => {
  const result = await conformScrape(folder);
  console.log(
    result.sets.map((s) => `scrape ${s.name} ${s.version}: ${s.cases} cases, ${s.mismatches} mismatches`).join('\n'),
  );
  expect(result.mismatches).toEqual([]);
  expect(conforms(result)).toBe(true);
  expect(result.sets.length).toBe(11);
};

describe('scraping as recorded from Prometheus 2.53.0, 3.16.0 and operator v0.74.0', () => {
  it('agrees with the compact set of this repository', () => replay(COMPACT));

  it.skipIf(!existsSync(FULL))(
    `agrees with the full set${existsSync(FULL) ? '' : ' (skipped: ../shared/golden/scrape is not there)'}`,
    () => replay(FULL),
  );

  it('does not conform to an empty folder', async () => {
    expect(conforms(await conformScrape(join(COMPACT, 'nothing-here')))).toBe(false);
  });
});
