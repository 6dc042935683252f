// Puts the last bench's answer into README.md and its report's first screen into docs/report.png. Run it after
// `make bench`: the figures of the README are never typed. The picture needs a Chromium on PATH; without one it stays.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const out = join(root, 'bench-out');
const START = '<!-- answer: made by `make bench && npm run -s docs` -->';
const END = '<!-- /answer -->';

const answer = readFileSync(join(out, 'answer.txt'), 'utf8').trimEnd();
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const from = readme.indexOf(START);
const to = readme.indexOf(END);
if (from < 0 || to < from) throw new Error('README.md has lost its answer markers');
writeFileSync(
  join(root, 'README.md'),
  `${readme.slice(0, from)}${START}\n\n\`\`\`text\n${answer}\n\`\`\`\n\n${readme.slice(to)}`,
);

const profile = mkdtempSync(join(tmpdir(), 'surgelab-chromium-'));
const { status, error } = spawnSync(
  'chromium',
  [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update', `--user-data-dir=${profile}`],
    ...['--hide-scrollbars', '--window-size=1280,1400', `--screenshot=${join(root, 'docs', 'report.png')}`],
    pathToFileURL(join(out, 'report.html')).href,
  ],
  { stdio: 'ignore', timeout: 60_000 },
);
rmSync(profile, { recursive: true, force: true });
if (error !== undefined || status !== 0)
  process.stderr.write('docs/report.png was not renewed: no chromium that works on PATH\n');
