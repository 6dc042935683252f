import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readScenario, REPOSITORY } from '../read-scenario.ts';
import { simulateQuestion } from '../simulate-question.ts';
import { loadQuestion } from '../question.ts';
import { writeRun } from '../run-folder.ts';
import { readBaseline, writeBaseline } from './baseline.ts';
import { gateAgainstBaseline, gateAgainstRef, gateSets, measureBaseline, runFoldersIn, shadowRun } from './change.ts';
import { manifestsAt } from './git-manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'surgelab-gate-'));
const git = (...args: readonly string[]): void => {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder, stdio: 'pipe' });
};
const monitor = join(folder, 'platform/asr-servicemonitor.yaml');
const edit = (from: string, to: string): void =>
  writeFileSync(monitor, readFileSync(monitor, 'utf8').replace(from, to));

// A repository whose last commit scrapes every 30 s; the working tree scrapes every 5 s.
cpSync(join(REPOSITORY, 'scenarios/platform/vendor-0.2.2'), join(folder, 'platform'), { recursive: true });
const bench = readFileSync(join(REPOSITORY, 'scenarios/library/bench.yaml'), 'utf8');
const scenario = join(folder, 'bench.yaml');
writeFileSync(scenario, bench.replace('../platform/vendor-0.2.2/', './platform/').replace(/ {2}- reaction.*\n/, ''));
edit('interval: 2s', 'interval: 30s');
git('init', '-q');
git('add', '.');
git('commit', '-q', '-m', 'as it was');
edit('interval: 30s', 'interval: 5s');

afterAll(() => rmSync(folder, { recursive: true }));

const options = { scenario, duration: '4m' };
const context = { signal: new AbortController().signal, tell: () => undefined };

describe('gate against a git ref', () => {
  it('reads the YAML of the ref, not of the working tree', () => {
    const texts = manifestsAt('HEAD', readScenario(scenario)).map(({ text }) => text);
    expect(texts).toHaveLength(8);
    expect(texts.some((text) => text.includes('interval: 30s'))).toBe(true);
    expect(texts.some((text) => text.includes('interval: 5s'))).toBe(false);
  });

  it('tells an unknown ref, also one that looks like an option', () => {
    for (const ref of ['nowhere', '--all'])
      expect(() => manifestsAt(ref, readScenario(scenario))).toThrow(`no branch, tag or commit ${ref}`);
  });

  it('simulates both on the same schedules and says what changed and what it did', async () => {
    const { change, changes, about } = await gateAgainstRef(options, 'HEAD', 5, context);
    expect(changes).toEqual(['ServiceMonitor lightning-asr endpoints[0].interval 30s → 5s']);
    expect(about).toBe('bench, 5 seeds on the same schedules, against HEAD');
    const metrics = change.figures.find(({ name }) => name === 'storage.moneyPerMonth')!;
    expect(metrics).toMatchObject({ gated: false, verdict: 'worse' });
    expect(change.figures.filter(({ gated }) => gated).map(({ change: of }) => of?.count)).toEqual([5, 5]);
  });
});

describe('shadow', () => {
  it('runs a candidate beside the present platform, and changes nothing', async () => {
    const before = readFileSync(monitor, 'utf8');
    const { change, changes } = await shadowRun(
      options,
      { set: { 'hpa.minReplicas': 4 }, manifests: null },
      5,
      context,
    );
    expect(changes).toEqual(['HPA lightning-asr.minReplicas 1 → 4']);
    expect(change.figures).toHaveLength(5);
    expect(readFileSync(monitor, 'utf8')).toBe(before);
  });
});

describe('gate against a baseline file', () => {
  const path = join(folder, 'baseline.json');
  it('finds no change where nothing changed, and refuses one of other traffic', async () => {
    expect(readBaseline(path)).toBeNull();
    writeBaseline(path, await measureBaseline(options, 5, context));
    const baseline = readBaseline(path)!;
    const { change } = await gateAgainstBaseline(options, baseline, path, context);
    expect(change.verdict).toBe('same');
    expect(change.figures.every(({ change: of }) => of === null || of.mean === 0)).toBe(true);
    await expect(gateAgainstBaseline({ ...options, duration: '3m' }, baseline, path, context)).rejects.toMatchObject({
      code: 'SCHEDULE_HASH_MISMATCH',
    });
  });
});

describe('gate of two sets of runs', () => {
  it('pairs them by seed; one pair is not enough data', async () => {
    for (const [set, interval] of [
      ['before', '30s'],
      ['after', '5s'],
    ] as const) {
      const question = loadQuestion({ ...options, set: [`asr.scrapeInterval=${interval}`] });
      await writeRun(join(folder, set, 'one'), simulateQuestion(question, false), {});
    }
    const { change, changes } = await gateSets(join(folder, 'before'), join(folder, 'after'));
    expect(changes).toEqual(['ServiceMonitor lightning-asr endpoints[0].interval 30s → 5s']);
    expect(change.verdict).toBe('not-enough-data');
    expect(() => runFoldersIn(join(folder, 'platform'))).toThrow(/holds no run/);
  });
});
