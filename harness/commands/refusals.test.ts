// What the answers refuse, before anything is simulated: received, expected, what to try.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestbedError } from '../../model/errors.ts';
import { loadQuestion } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { writeRun } from '../run-folder.ts';
import { simulateQuestion } from '../simulate-question.ts';
import { run as compare } from './compare.ts';
import { run as gateChange } from './gate-change.ts';
import { run as gate } from './gate.ts';
import { run as plan } from './plan.ts';

const scratch = mkdtempSync(join(tmpdir(), 'surgelab-refusals-'));
const [sim, real, runs] = ['sim', 'real', 'runs'].map((name) => join(scratch, name)) as [string, string, string];
const context: CommandContext = {
  signal: new AbortController().signal,
  print: () => expect.unreachable('nothing is printed'),
  tell: () => undefined,
};

beforeAll(async () => {
  const record = simulateQuestion(loadQuestion({ scenario: 'bench', duration: '3m' }), false);
  await writeRun(sim, record);
  await writeRun(real, { ...record, header: { ...record.header, profile: 'local' } });
  mkdirSync(join(runs, 'one'), { recursive: true });
  writeFileSync(join(runs, 'one', 'run.json'), '{}');
  writeFileSync(join(scratch, 'baseline.json'), 'figures: none');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const told = async (refused: Promise<unknown>): Promise<string> => {
  const { code, message, hint } = await refused.then(
    () => expect.unreachable('nothing was refused'),
    (error: unknown) => error as TestbedError,
  );
  return `${code} ${message} | ${hint ?? ''}`.replaceAll(scratch, '');
};

describe('refused', () => {
  it('by gate: options of a comparison for one run, and of one run for a comparison', async () => {
    expect(await told(gate({ run: sim, markdown: 'comment.md', duration: '5m' }, context))).toBe(
      'USAGE --duration, --markdown: expected a comparison, got one run (/sim) | say with what: --against a git ref or a folder of runs, or --baseline FILE',
    );
    expect(await told(gateChange({ run: 'bench', seeds: '5', against: 'main', partial: true }, context))).toBe(
      'USAGE --objective and --partial are for one run, and this is a comparison | a comparison is judged by the objectives of the scenario',
    );
    const objective = ['cost.gpuHours <= 6'];
    expect(await told(gateChange({ run: 'bench', seeds: '5', against: 'main', objective }, context))).toMatch(
      /^USAGE --objective and --partial are for one run/,
    );
    expect(await told(gateChange({ run: 'bench', seeds: '5', against: 'main', baseline: 'x.json' }, context))).toBe(
      'USAGE --against and --baseline exclude each other | --against compares with a git ref or a folder of runs, --baseline with figures on file',
    );
  });

  it('by gate: runs without their counterpart, and a file that is no baseline', async () => {
    for (const of of [sim, runs])
      expect(
        await told(gateChange({ run: of, seeds: '5', objective: [], against: join(scratch, 'before') }, context)),
      ).toMatch(
        /^INPUT_MISSING there is no \/before to compare the runs of \/(sim|runs) with \| runs go with a folder of runs/,
      );
    expect(
      await told(gateChange({ run: 'bench', seeds: '5', baseline: join(scratch, 'baseline.json') }, context)),
    ).toBe(
      'SCHEMA_MISMATCH /baseline.json is no baseline of schema surgelab.baseline/1 | name the file that --update wrote, or write it anew with --update',
    );
  });

  it('by compare: the simulation in the place of the real run', async () => {
    expect(await told(compare({ real: sim, simulated: real }, context))).toBe(
      'USAGE /sim is a simulation and /real the real run | the real run comes first: surgelab compare /real /sim',
    );
  });

  it('by plan: a season that is none', async () => {
    const options = { growth: '1', loseNodes: '0', seeds: '2', season: [], scenario: 'bench' };
    for (const season of ['december', 'december=-1', '=2', 'december=Infinity'])
      expect(await told(plan({ ...options, season: [season] }, context))).toBe(
        `USAGE --season ${season}: expected name=factor with a factor above 0 | --season december=1.4 for 40 % more calls than the forecast`,
      );
  });
});
