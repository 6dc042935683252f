// Makes the compact recordings of sim/prometheus/golden and sim/adapter/golden from the full ones of golden/scrape and
// golden/adapter: every sixth target with its phases, everything else whole. The same bytes at every run.
// Usage: node harness/dev/metrics-golden.ts

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { goldenFolder } from '../conform/kinds.ts';

const root = join(import.meta.dirname, '..', '..');
const scrape = join(goldenFolder(), 'scrape');
const adapter = join(goldenFolder(), 'adapter');
const scrapeOut = join(root, 'sim', 'prometheus', 'golden', 'scrape');
const adapterOut = join(root, 'sim', 'adapter', 'golden');

const EVERY = 6;

const lines = (file: string): string[] => gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');

const write = (file: string, rows: readonly string[]): void =>
  writeFileSync(file, gzipSync(`${rows.join('\n')}\n`, { level: 9 }));

const idOf = (line: string): string => (JSON.parse(line) as { readonly id?: string }).id ?? '';

mkdirSync(scrapeOut, { recursive: true });
mkdirSync(adapterOut, { recursive: true });
for (const name of ['endofrun.csv', 'groups.ndjson.gz', 'sequences.ndjson.gz']) {
  copyFileSync(join(scrape, name), join(scrapeOut, name));
}
const configs = JSON.parse(readFileSync(join(scrape, 'operator-configs.json'), 'utf8')) as unknown;
writeFileSync(join(scrapeOut, 'operator-configs.json'), `${JSON.stringify(configs, null, 2)}\n`);
const targets = lines(join(scrape, 'targets.ndjson.gz')).filter(
  (line, i) => i % EVERY === 0 || line.includes('"error"'),
);
const kept = new Set(targets.map(idOf));
write(join(scrapeOut, 'targets.ndjson.gz'), targets);
write(
  join(scrapeOut, 'phases.ndjson.gz'),
  lines(join(scrape, 'phases.ndjson.gz')).filter((line) => line.startsWith('{"seeds"') || kept.has(idOf(line))),
);
copyFileSync(join(adapter, 'cases.ndjson.gz'), join(adapterOut, 'cases.ndjson.gz'));
