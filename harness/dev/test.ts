// Runs the unit tests, then the live ones (sockets, processes; one file after the other), and prints one closing line
// `N passed, N failed, N skipped`. The exit code is 1 if a test failed or if none ran. With names of projects as arguments
// only those run, and the closing line counts what ran before as well: `test.ts bare` after `test.ts`.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const root = join(import.meta.dirname, '..', '..');
const out = join(root, '.cache', 'tests');
mkdirSync(out, { recursive: true });

const SUMMARY = join(out, 'summary.txt');
const asked = process.argv.slice(2);
const counted = asked.length > 0 && existsSync(SUMMARY) ? (readFileSync(SUMMARY, 'utf8').match(/\d+/g) ?? []) : [];
let [passed, failed, skipped] = [0, 1, 2].map((i) => Number(counted[i] ?? 0)) as [number, number, number];
const [passedBefore, failedBefore] = [passed, failed];

const started = performance.now();
for (const project of asked.length > 0 ? asked : ['unit', 'live']) {
  const report = join(out, `${project}.json`);
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--project', project, '--passWithNoTests'],
      ...['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`],
    ],
    { cwd: root, stdio: 'inherit' },
  );
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8')) as JsonReport;
    passed += counts.numPassedTests;
    failed += Math.max(counts.numFailedTests, status === 0 ? 0 : 1);
    skipped += counts.numPendingTests + counts.numTodoTests;
  } catch {
    failed += 1;
  }
}
const summary = `${passed} passed, ${failed} failed, ${skipped} skipped`;
writeFileSync(SUMMARY, `${summary}\n`);
if (asked.length === 0)
  writeFileSync(join(out, 'seconds.txt'), `${((performance.now() - started) / 1000).toFixed(0)}\n`);
process.stdout.write(`${summary}\n`);
process.exitCode = failed > failedBefore || passed === passedBefore ? 1 : 0;
