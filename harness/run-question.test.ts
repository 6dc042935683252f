import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../model/record.ts';
import { exampleRun } from '../reports/example-run.test-support.ts';
import { knownText } from './known-file.ts';
import { writeRun } from './run-folder.ts';
import { isRunFolder, knownOfRun, questionOfRun } from './run-question.ts';

const example = exampleRun({ seed: 5 });
const EPOCH = 1_795_820_000_000;
const run: RunRecord = {
  ...example,
  header: {
    ...example.header,
    scenario: { ...example.header.scenario, faults: [{ kind: 'pod-kill', at: 60 }] },
  },
};
const known = (scheduleHash: string): Readonly<Record<string, string>> => ({
  'known.json': knownText({ epochMillis: EPOCH, scheduleHash, inputs: { syncs: [{ startMillis: 5 }] } }),
});

describe('the question of a run on disk', () => {
  let place = '';
  beforeEach(async () => void (place = await mkdtemp(join(tmpdir(), 'surgelab-question-'))));
  afterEach(() => rm(place, { recursive: true }));

  it('of a real run has what is known, its origin and sent instants, and no faults: they were done already', async () => {
    const folder = await writeRun(join(place, 'real'), run, known(run.header.scheduleHash));
    expect(isRunFolder(folder)).toBe(true);
    const { question, known: told } = await questionOfRun(folder, false);
    expect(question.hash).toBe(run.header.scheduleHash);
    expect(question.schedule.count).toBe(run.schedule.count);
    expect(question.scenario).toMatchObject({ epochMillis: EPOCH, faults: [], seed: 5 });
    expect(told).toMatchObject({ syncs: [{ startMillis: 5 }] });
    expect(told?.sentMillis).toEqual(run.requests.sentMillis);
  });

  it('is drawn if asked for, or where nothing is known', async () => {
    const real = await writeRun(join(place, 'real'), run, known(run.header.scheduleHash));
    const simulated = await writeRun(join(place, 'sim'), run);
    for (const { question, known: told } of [await questionOfRun(real, true), await questionOfRun(simulated, false)]) {
      expect(told).toBeUndefined();
      expect(question.scenario.faults).toHaveLength(1);
    }
  });

  it('is refused when the known inputs are of another schedule', async () => {
    const folder = await writeRun(join(place, 'real'), run, known('another'));
    await expect(questionOfRun(folder, false)).rejects.toMatchObject({ code: 'SCHEDULE_HASH_MISMATCH' });
    await writeFile(join(folder, 'known.json'), '{}');
    await expect(questionOfRun(folder, false)).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });
});

describe('sent instants', () => {
  it('never decrease, and what was not sent comes as intended', () => {
    const requests = {
      ...run.requests,
      count: 4,
      intendedMillis: Float64Array.of(0, 10, 20, 30),
      sentMillis: Float64Array.of(1, 25, 21, NaN),
    };
    expect(knownOfRun({}, requests).sentMillis).toEqual(Float64Array.of(1, 25, 25, 30));
  });
});
