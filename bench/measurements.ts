// Writes docs/measurements.md: the bounds of the project and what was measured on this machine. Run it after `make test`,
// `make bench`, `npm run bench:load`, `npm run bench:sim` and `make test-kind` on a quiet machine; the figures of that page are
// never typed.
//
//   npm run -s measurements
//   npm run -s measurements -- --kind     only the part of `make test-kind`, which takes a moment

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindTable, readKindRuns } from '../harness/dev/kind-figures.ts';
import { benchHpa } from './control-hpa.bench.ts';
import { promqlBench } from './control-promql.bench.ts';
import { benchScrape } from './control-scrape.bench.ts';
import { boundText, readResults, valueText } from './load/verdict.ts';
import { machineLine } from './rows.ts';
import { readSimResults } from './sim-results.ts';

const root = join(import.meta.dirname, '..');

const seconds = (file: string): string =>
  existsSync(join(root, file)) ? `${readFileSync(join(root, file), 'utf8').trim()} s` : 'not run';

const folderBytes = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const helpSeconds = (): string => {
  const times = Array.from({ length: 11 }, () => {
    const started = performance.now();
    spawnSync(process.execPath, [join(root, 'harness', 'cli.ts'), '--help']);
    return (performance.now() - started) / 1000;
  }).sort((a, b) => a - b);
  return `${times[5]!.toFixed(2)} s (${times[0]!.toFixed(2)} to ${times[10]!.toFixed(2)}, 11 runs)`;
};

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const modules = join(root, 'node_modules');

const KIND_HEADING = '## A cluster of containers';
const page = join(root, 'docs', 'measurements.md');

const measuredNow = async (): Promise<string> => {
  const rows: (readonly [what: string, measured: string, bound: string])[] = [
    ['`make bench` after installation', seconds('bench-out/seconds.txt'), '≤ 180 s'],
    ['tests of `make test`', seconds('.cache/tests/seconds.txt'), '≤ 300 s'],
    ['`surgelab --help`', helpSeconds(), '≤ 0.3 s'],
    ['installation', megabytes(folderBytes(modules)), '≤ 600 MB'],
    ['of which the Node runtime', megabytes(statSync(join(modules, 'node', 'bin', 'node')).size), 'about 130 MB'],
  ];
  for (const bench of [benchHpa, promqlBench, benchScrape])
    for (const { name, opsPerSecond, spread, bound } of await bench())
      rows.push([
        name,
        `${Math.round(opsPerSecond).toLocaleString('en')} /s (spread ${(100 * spread).toFixed(0)} %)`,
        bound === null ? '' : `≥ ${bound.toLocaleString('en')} /s`,
      ]);

  const load = readResults();
  for (const result of load) rows.push([`${result.what}: ${result.figure}`, valueText(result), boundText(result)]);
  for (const machine of new Set(load.map((result) => result.machine)))
    rows.push(['`npm run bench:load` was run on', machine, '']);
  if (load.length === 0) rows.push(['load engine (`npm run bench:load`)', 'not run', '']);

  return `# Measurements

Medians on one machine: ${machineLine()}. Written by \`npm run -s measurements\` after \`make test\` and \`make bench\`.

| what | measured | bound |
|---|---|---|
${rows.map(([what, measured, bound]) => `| ${what} | ${measured} | ${bound} |`).join('\n')}

The simulator, as \`npm run bench:sim\` printed it:

${readSimResults()
  .map((line) => `- ${line}`)
  .join('\n')}`;
};

const before = process.argv.includes('--kind')
  ? readFileSync(page, 'utf8').split(KIND_HEADING)[0]!.trimEnd()
  : await measuredNow();

writeFileSync(
  page,
  `${before}

${KIND_HEADING}

The last two runs of \`make test-kind\` ([what it does](kind.md#measured)):

${kindTable(readKindRuns()).join('\n')}
`,
);
