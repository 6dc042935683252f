// make test-bare: the tests on the real controllers, then real controllers beside their simulation. Three five-minute experiments of bare-suite/ side by
// side, each simulated with what is known of it. Fails if our code decides otherwise than the real HPA on the same answers,
// or if the median of the runs is beyond the bounds of one run. A race at a threshold parts one run in six or so from its
// simulation, so three more are run before that is called a failure. Without the binaries and without Go it says so and
// ends with 0; SURGELAB_BARE=1 makes that a failure.
//
//   npx node harness/dev/bare-check.ts [--runs DIR]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AGREEMENT_BOUNDS, boundedFigures } from '../../reports/fidelity/agreement.ts';
import { divergenceSentence } from '../../reports/fidelity/divergence.ts';
import { percent } from '../../reports/fidelity/text.ts';
import { ascending, quantile } from '../../reports/stats/quantile.ts';
import { measuredRun } from './bare-measured.ts';
import type { SuiteRun } from './bare-page.ts';
import { figuresOver } from './bare-page.ts';
import type { Experiment } from './bare-runs.ts';
import { runMissing } from './bare-runs.ts';

const ROUNDS: readonly (readonly string[])[] = [
  ['step', 'burst-15s', 'cold-nodes'],
  ['fast-2s', 'files', 'window-1m'],
];

const { values } = parseArgs({ options: { runs: { type: 'string' } } });
const tell = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const CLI = join(import.meta.dirname, '..', 'cli.ts');

/** Finds or builds the programs; false: they are not to be had. */
const havePrograms = (): boolean => {
  const { status } = spawnSync(process.execPath, [CLI, 'cluster', 'binaries'], { stdio: 'inherit' });
  if (status === 0) return true;
  const wanted = process.env['SURGELAB_BARE'] === '1';
  tell(`${wanted ? 'failed' : 'skipped'}: the real controllers are not here and could not be built (see above)`);
  process.exitCode = wanted ? 1 : 0;
  return false;
};

const row = ({ name, agreement, conformance, divergence }: SuiteRun): string => {
  const figures = boundedFigures(agreement).map(
    ({ what, value, kept }) => `${what} ${percent(value)}${kept ? '' : ' (!)'}`,
  );
  const decided = conformance.syncs - conformance.decisions.length;
  return [
    `${name}: ${figures.join(', ')}`,
    `  decisions of the real HPA that are ours: ${decided} of ${conformance.syncs}`,
    `  ${divergence === null ? 'equal at every second' : divergenceSentence(divergence)}`,
  ].join('\n');
};

/** Figures of the median run that are beyond their bound. */
const beyond = (runs: readonly SuiteRun[]): readonly string[] =>
  figuresOver(runs, 1, (values) => quantile(ascending(values), 0.5, 'nearest-rank'))
    .filter(({ kept }) => !kept)
    .map(({ what, value, bound, atLeast }) =>
      value === null
        ? `${what}: no data`
        : `${what}: median ${percent(value)}, asked ${atLeast ? '≥' : '≤'} ${percent(bound)}`,
    );

const check = async (folder: string): Promise<void> => {
  const runs: SuiteRun[] = [];
  for (const [round, scenarios] of ROUNDS.entries()) {
    tell(
      `round ${round + 1}: ${scenarios.join(', ')}, five minutes each, side by side (load ${loadavg()[0]!.toFixed(1)})`,
    );
    const experiments: readonly Experiment[] = scenarios.map((scenario) => ({ scenario, repetition: 1 }));
    await runMissing(
      experiments,
      { scenarios: join(import.meta.dirname, 'bare-suite'), runs: folder },
      scenarios.length,
      tell,
    );
    for (const experiment of experiments) {
      const run = await measuredRun(folder, experiment);
      if (run === null) continue;
      runs.push(run);
      tell(row(run));
    }
    const other = runs.filter(({ conformance }) => conformance.decisions.length > 0);
    if (other.length > 0) {
      tell(`failed: our code decides otherwise than the real HPA in ${other.map(({ name }) => name).join(', ')}`);
      process.exitCode = 1;
      return;
    }
    const failures = runs.length === 0 ? ['no run came to its end'] : beyond(runs);
    if (failures.length === 0) {
      tell(
        `simulation and real controllers agree: median of ${runs.length} runs within the bounds (seconds equal ≥ ${percent(AGREEMENT_BOUNDS.equal)})`,
      );
      return;
    }
    for (const failure of failures) tell(failure);
  }
  tell('failed: simulation and real controllers differ beyond the bounds');
  process.exitCode = 1;
};

if (havePrograms()) {
  const tests = spawnSync(process.execPath, [join(import.meta.dirname, 'test.ts'), 'bare'], { stdio: 'inherit' });
  const own = values.runs === undefined;
  const folder = values.runs ?? mkdtempSync(join(tmpdir(), 'surgelab-bare-check-'));
  try {
    await check(folder);
    if (tests.status !== 0) process.exitCode = 1;
  } finally {
    if (own) rmSync(folder, { recursive: true, force: true });
  }
}
