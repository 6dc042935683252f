// Writes docs/storage-cost.md: the storage model beside what the real database wrote (golden/storage), row by row with the
// error. `npm run -s storage-doc`; the figures of that page are never typed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageError } from '../sim/prometheus/cost/recorded-storage.test-support.ts';
import {
  blockErrors,
  chunkErrors,
  indexErrors,
  storageRows,
  walErrors,
} from '../sim/prometheus/cost/recorded-storage.test-support.ts';

const root = join(import.meta.dirname, '..');
const INTERVALS = [1, 2, 5, 10, 15, 30, 60];

const percent = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)} %`;

/** One row per profile, one column per interval: recorded value and error of the model. */
const table = (errors: readonly StorageError[], digits: number): string => {
  const byProfile = Map.groupBy(errors, ({ profile }) => profile);
  const rows = [...byProfile].map(([profile, of]) => {
    const cells = INTERVALS.map((interval) => {
      const error = of.find((one) => one.interval === interval);
      return error === undefined ? '' : `${error.recorded.toFixed(digits)} ${percent(error.percent)}`;
    });
    return `| ${profile} | ${cells.join(' | ')} |`;
  });
  return [
    `| | ${INTERVALS.map((s) => `${s} s`).join(' | ')} |`,
    `|---|${INTERVALS.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
};

const worst = (errors: readonly StorageError[]): string =>
  `Largest error ${Math.max(...errors.map((error) => Math.abs(error.percent))).toFixed(1)} % over ${errors.length} rows.`;

const file = join(process.env['SURGELAB_SHARED'] ?? join(root, '..', 'shared'), 'golden', 'storage', 'data.csv');
if (existsSync(file)) {
  const rows = storageRows(readFileSync(file, 'utf8'));
  const [chunks, blocks, index, wal] = [
    chunkErrors(rows, INTERVALS),
    blockErrors(rows, INTERVALS),
    indexErrors(rows),
    walErrors(rows),
  ];
  writeFileSync(
    join(root, 'docs', 'storage-cost.md'),
    `# Storage cost: the model and the real database

What the database of Prometheus 2.53.0 wrote, and by how much the model of \`sim/prometheus/cost\` differs. 3.16.0 writes the
same chunks and log to 0.02 %. Written by \`npm run -s storage-doc\`; the series are made again from their description.

## Bytes in persisted blocks: chunks and index of a pod's page, per series and 2 h block

${worst(blocks)}

${table(blocks, 0)}

## Chunk bytes per sample, by shape

${worst(chunks)} How long the recorded calls of the gauge of active requests took is not quite described, which shows where
it is scraped more often than calls end.

${table(chunks, 3)}

## Index bytes per series and block

${worst(index)} Pages of 100 series by traffic; 200 series before and after compaction.

${table(index, 0)}

## Log bytes per sample of a page of 25 series

${worst(wal)} One number for every traffic: 25 B per scrape and 7.4 B per sample.

${table(wal, 2)}
`,
  );
  process.stdout.write(
    `docs/storage-cost.md: blocks: ${worst(blocks)} chunks: ${worst(chunks)} index: ${worst(index)} log: ${worst(wal)}\n`,
  );
} else {
  process.stderr.write(`skipped: ${file} is not there; set SURGELAB_SHARED to the folder that holds golden/\n`);
}
