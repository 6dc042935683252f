import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestbedError } from '../model/errors.ts';
import { findRun, holdsRuns } from './find-run.ts';

const scratch = mkdtempSync(join(tmpdir(), 'surgelab-find-'));
const at = (...names: readonly string[]): string => join(scratch, ...names);
const WHAT = 'a run is a folder with a run.json in it, as simulate and replay write it';

beforeAll(() => {
  for (const name of ['day', 'night', 'cut.partial']) {
    mkdirSync(at('runs', name), { recursive: true });
    writeFileSync(at('runs', name, 'run.json'), '{}');
  }
  mkdirSync(at('thesis'));
  writeFileSync(at('thesis', 'chapter.txt'), '');
  writeFileSync(at('thesis', 'own.yaml'), '');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const told = async (path: string): Promise<string> => {
  const { code, message, hint } = await findRun(path, false).then(
    () => expect.unreachable('no error'),
    (error: unknown) => error as TestbedError,
  );
  return `${code} ${message} | ${hint ?? ''}`.replaceAll(scratch, '');
};

describe('finding a run', () => {
  it('gives its folder, and one that was cut off where that is accepted', async () => {
    expect(await findRun(at('runs', 'day'), false)).toBe(at('runs', 'day'));
    expect(await findRun(at('runs', 'cut'), true)).toBe(at('runs', 'cut.partial'));
  });

  it.each([
    [
      'runs/cut',
      'RUN_INCOMPLETE the run in /runs/cut.partial was cut off while it was made | repeat it, or score what is there with --partial',
    ],
    [
      'runs/nigth',
      `INPUT_MISSING there is no run folder /runs/nigth (did you mean \`night\`?) | see what is there: ls /runs; ${WHAT}`,
    ],
    [
      'runs',
      'INPUT_MISSING /runs is no run folder: it has no run.json | runs lie in it: /runs/cut.partial, /runs/day, /runs/night',
    ],
    [
      'runs/day/run.json',
      'INPUT_MISSING /runs/day/run.json is a file, expected the folder of a run | name the folder: /runs/day',
    ],
    ['thesis', `INPUT_MISSING /thesis is no run folder: it has no run.json | ${WHAT}`],
    ['thesis/chapter.txt', `INPUT_MISSING /thesis/chapter.txt is a file, expected the folder of a run | ${WHAT}`],
    [
      'thesis/own.yaml',
      'INPUT_MISSING /thesis/own.yaml is a file, expected the folder of a run | /thesis/own.yaml is a scenario: surgelab simulate /thesis/own.yaml makes a run of it; gate takes one with --against or --baseline',
    ],
  ])('says what %s is instead', async (path, want) => {
    expect(await told(at(path))).toBe(want);
  });

  it('tells a scenario of the library by its name', async () => {
    const { hint } = (await findRun('nine-oclock', false).catch(
      (error: unknown) => error as TestbedError,
    )) as TestbedError;
    expect(hint).toMatch(/^nine-oclock is a scenario: surgelab simulate nine-oclock makes a run of it/);
  });

  it('knows a run and a folder of runs from any other folder', async () => {
    expect(await Promise.all([at('runs'), at('runs', 'day'), at('thesis'), at('nowhere')].map(holdsRuns))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
