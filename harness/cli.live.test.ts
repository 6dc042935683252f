import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'surgelab-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const CLI = join(import.meta.dirname, 'cli.ts');
const surgelab = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: scratch, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const scenario = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return name;
};

const TRAFFIC = 'traffic: [{ name: a, kind: short, arrivals: { kind: poisson, rate: 2/s }, audio: 5s }]';
const PLATFORM = 'platform: { manifests: [vendor-0.2.2] }';
const MINUTE = `name: x\nseed: 1\nduration: 1m\n${TRAFFIC}\n${PLATFORM}\n`;

describe('bad input gives one clear message and an exit code of its own, never a stack trace', () => {
  const cases: readonly (readonly [what: string, args: () => readonly string[], status: number, says: RegExp])[] = [
    ['an unknown command', () => ['simulat'], 2, /unknown command 'simulat'[^]*Did you mean simulate/],
    ['broken YAML', () => ['compile', scenario('broken.yaml', 'name: [x\nseed: 1')], 3, /broken\.yaml:\d+:\d+/],
    [
      'an unknown key, with the nearest one',
      () => ['compile', scenario('key.yaml', MINUTE.replace('arrivals', 'arivals'))],
      3,
      /key\.yaml:4:\d+ .*arivals.*arrivals/,
    ],
    [
      'a negative rate',
      () => ['compile', scenario('rate.yaml', MINUTE.replace('2/s', '-2/s'))],
      3,
      /rate\.yaml:4:\d+ .*-2\/s/,
    ],
    [
      'a scenario that is not there',
      () => ['simulate', 'vendor-default-stpe'],
      6,
      /did you mean `?vendor-default-step/,
    ],
    [
      'an override of an unknown path',
      () => ['simulate', 'bench', '--set', 'asr.scrapeIntervall=5s'],
      4,
      /asr\.scrapeInterval/,
    ],
    [
      'a trace with decreasing offsets',
      () => {
        writeFileSync(join(scratch, 'back.csv'), 'offset_s,audio_s,kind\n1.000,5.00,short\n0.500,5.00,short\n');
        return [
          'compile',
          scenario(
            'back.yaml',
            MINUTE.replace('{ kind: poisson, rate: 2/s }, audio: 5s', '{ kind: trace, file: ./back.csv }'),
          ),
        ];
      },
      5,
      /back\.csv:3/,
    ],
    [
      'an empty trace',
      () => {
        writeFileSync(join(scratch, 'empty.csv'), 'offset_s,audio_s,kind\n');
        return [
          'compile',
          scenario(
            'empty.yaml',
            MINUTE.replace('{ kind: poisson, rate: 2/s }, audio: 5s', '{ kind: trace, file: ./empty.csv }'),
          ),
        ];
      },
      5,
      /empty\.csv/,
    ],
    [
      'a schedule that no memory holds',
      () => ['compile', scenario('huge.yaml', MINUTE.replace('2/s', '90000000/s').replace('1m', '10d'))],
      9,
      /MB are free/,
    ],
    [
      'a run folder that cannot be written',
      () => {
        writeFileSync(join(scratch, 'file'), '');
        return ['simulate', scenario('ok.yaml', MINUTE), '--out', 'file/run'];
      },
      7,
      /cannot write the run folder/,
    ],
    [
      'a folder of another thing as the place of a run',
      () => {
        mkdirSync(join(scratch, 'thesis'), { recursive: true });
        writeFileSync(join(scratch, 'thesis', 'chapter.txt'), '');
        return ['simulate', scenario('ok.yaml', MINUTE), '--out', 'thesis'];
      },
      7,
      /holds something else than a run/,
    ],
    [
      'a file as the folder of a k6 script',
      () => {
        writeFileSync(join(scratch, 'taken'), '');
        return ['generate', 'k6', scenario('ok.yaml', MINUTE), '--out', 'taken'];
      },
      7,
      /taken[^]*another file or folder/,
    ],
    ['a length within the warm-up', () => ['simulate', 'bench', '--duration', '30s'], 2, /first 60 s are warm-up/],
    ['a run that is not there', () => ['score', 'runs/none'], 6, /there is no run folder/],
    ['a kind of behaviour that is not recorded', () => ['conform', 'hpaa'], 2, /one of hpa, promql/],
    ['an empty folder of recordings', () => ['conform', 'hpa', scratch], 14, /NOTHING WAS COMPARED/],
  ];
  for (const [what, args, status, says] of cases) {
    it(what, () => {
      const result = surgelab(...args());
      expect(result.stderr + result.stdout).toMatch(says);
      expect(result.status).toBe(status);
      expect(result.stderr).not.toMatch(/^\s+at .*\.ts:\d+/m);
      expect(existsSync(join(scratch, 'file', 'run'))).toBe(false);
    });
  }
});

describe('the arrows of the data flow, each from the file before it', () => {
  it('simulates, scores and gates a run; the exit code of the gate is the verdict', () => {
    const file = scenario('flow.yaml', `${MINUTE}objectives: ['attainment{kind=short,within=5s} >= 0.9']\n`);
    expect(surgelab('simulate', file, '--out', 'flow').status).toBe(0);
    expect(surgelab('score', 'flow').status).toBe(0);
    expect(surgelab('gate', 'flow').status).toBe(0);
    expect(surgelab('gate', 'flow', '--objective', 'latency{kind=short} p95 <= 1ms').status).toBe(10);
    expect(surgelab('gate', 'flow', '--objective', 'latency{kind=stream} p95 <= 1s').status).toBe(11);
    expect(surgelab('gate', 'flow', '--objective', 'latency p95 < = fast').status).toBe(15);
    expect(surgelab('report', 'flow').status).toBe(0);
    expect(surgelab('compare', 'flow', 'flow').status).toBe(0);
  });

  it('prints help that lists every exit code', () => {
    const { status, stdout } = surgelab('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/130 {2}interrupted/);
  });
});
