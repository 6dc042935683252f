import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../model/record.ts';
import { loadQuestion } from './question.ts';
import { readRun, writeRun } from './run-folder.ts';
import { simulateQuestion } from './simulate-question.ts';

const scratch = mkdtempSync(join(tmpdir(), 'surgelab-runs-'));
const OPTIONS = { scenario: 'bench', duration: '3m' };
let run: RunRecord;

beforeAll(() => {
  run = simulateQuestion(loadQuestion(OPTIONS), false);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const bytesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));

describe('run folder', () => {
  it('gives back the record that was written', async () => {
    const folder = await writeRun(join(scratch, 'round-trip'), run);
    const { record } = await readRun(folder);
    expect(record.header).toEqual(JSON.parse(JSON.stringify(run.header)));
    expect(record.schedule).toEqual(run.schedule);
    expect(record.requests).toEqual(run.requests);
    expect(record.life).toEqual(run.life);
    expect(record.decisions).toEqual(run.decisions);
    expect(record.storage).toEqual(run.storage);
    expect(record.signals.count).toBe(run.signals.count);
    expect(record.signals.value).toEqual(run.signals.value.slice(0, run.signals.count));
  });

  it('replaces a run, never a folder of something else', async () => {
    const folder = await writeRun(join(scratch, 'twice'), run);
    expect(await writeRun(folder, run, { 'score.json': '{}' })).toBe(folder);
    expect(readdirSync(folder)).toContain('score.json');
    const other = mkdtempSync(join(scratch, 'thesis-'));
    writeFileSync(join(other, 'chapter.txt'), 'years of work');
    await expect(writeRun(other, run)).rejects.toMatchObject({ code: 'RUN_FOLDER_UNWRITABLE' });
    await expect(writeRun(join(other, 'chapter.txt'), run)).rejects.toMatchObject({ code: 'RUN_FOLDER_UNWRITABLE' });
    expect(readFileSync(join(other, 'chapter.txt'), 'utf8')).toBe('years of work');
  });

  it('has the same bytes for the same seed: twice in one process, and once in a worker', async () => {
    const first = bytesOf(await writeRun(join(scratch, 'first'), run));
    const again = simulateQuestion(loadQuestion(OPTIONS), false);
    const second = bytesOf(await writeRun(join(scratch, 'second'), again));
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       Promise.all([import(workerData.question), import(workerData.simulate), import(workerData.folder)]).then(
         ([q, s, f]) => f.writeRun(workerData.out, s.simulateQuestion(q.loadQuestion(workerData.options), false)));`,
      {
        eval: true,
        // The worker runs the files as the command line does, without the test runner's loader.
        execArgv: [],
        workerData: {
          question: new URL('./question.ts', import.meta.url).href,
          simulate: new URL('./simulate-question.ts', import.meta.url).href,
          folder: new URL('./run-folder.ts', import.meta.url).href,
          options: OPTIONS,
          out: join(scratch, 'third'),
        },
      },
    );
    await new Promise<void>((resolve, reject) => {
      worker.on('exit', () => resolve());
      worker.on('error', reject);
    });
    expect(second).toEqual(first);
    expect(bytesOf(join(scratch, 'third'))).toEqual(first);
  });

  it('keeps the name .partial when the run was cut off, and is then refused unless asked for', async () => {
    const folder = await writeRun(join(scratch, 'cut'), run, {}, { reason: 'interrupted at 3 s of the run' });
    expect(folder).toBe(join(scratch, 'cut.partial'));
    await expect(readRun(join(scratch, 'cut'))).rejects.toMatchObject({ code: 'RUN_INCOMPLETE' });
    expect((await readRun(join(scratch, 'cut'), true)).record.schedule.count).toBe(run.schedule.count);
  });

  it('replaces an older run as a whole', async () => {
    await writeRun(join(scratch, 'twice'), run, { 'old.txt': 'old' });
    const folder = await writeRun(join(scratch, 'twice'), run);
    expect(readdirSync(folder)).not.toContain('old.txt');
    expect(readdirSync(scratch)).not.toContain('twice.partial');
  });

  it('says what is missing', async () => {
    await expect(readRun(join(scratch, 'nowhere'))).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    const folder = await writeRun(join(scratch, 'holed'), run);
    rmSync(join(folder, 'requests.parquet'));
    await expect(readRun(folder)).rejects.toMatchObject({
      code: 'RUN_INCOMPLETE',
      message: `${join(folder, 'requests.parquet')} cannot be read: it is not there`,
    });
  });

  it('tells a file that was cut off by its name', async () => {
    for (const name of ['schedule.ndjson.gz', 'requests.parquet', 'signals.parquet', 'storage.json', 'run.json']) {
      const folder = await writeRun(join(scratch, 'cut'), run);
      const bytes = readFileSync(join(folder, name));
      writeFileSync(join(folder, name), bytes.subarray(0, bytes.length >> 1));
      await expect(readRun(folder)).rejects.toMatchObject({
        code: 'RUN_INCOMPLETE',
        message: expect.stringContaining(`${join(folder, name)} is broken: `) as string,
      });
    }
  });

  it('refuses a run of another schema', async () => {
    const folder = await writeRun(join(scratch, 'older'), run);
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run.header, schema: 'surgelab.run/0' }));
    await expect(readRun(folder)).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });

  it('says where it could not write', async () => {
    writeFileSync(join(scratch, 'a-file'), '');
    await expect(writeRun(join(scratch, 'a-file', 'run'), run)).rejects.toMatchObject({
      code: 'RUN_FOLDER_UNWRITABLE',
      hint: expect.stringContaining('--out') as string,
    });
  });
});
