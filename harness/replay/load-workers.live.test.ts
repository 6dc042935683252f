import { describe, expect, it } from 'vitest';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Emulator } from '../../cluster/emulator/server.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import { OUTCOMES } from '../../model/record.ts';
import { SERVICE_LAWS, scaleLaw } from '../../model/service-time.ts';
import { LoadWorkers } from './load-workers.ts';
import { poissonSchedule } from '../../cluster/local/small-world.test-support.ts';
import { testLoad } from './load-settings.test-support.ts';
import { generatorValidity } from './validity.ts';

const LAW = scaleLaw(SERVICE_LAWS['pulse-pro-l40s']!, 5);
const SETTINGS = testLoad({}, { law: LAW });

const schedule = poissonSchedule(3, 20, 20, 10);

const world = async (workers: number): Promise<{ load: LoadWorkers; emulator: Emulator }> => {
  const load = await LoadWorkers.start(schedule, SETTINGS, workers);
  const clock = scaledClock(monotonicMillis() + 300, 10);
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, law: LAW, port: 0, timeScale: 10 }, clock);
  load.join(0, `http://127.0.0.1:${emulator.port}`);
  load.begin(clock);
  return { load, emulator };
};

const count = (codes: Uint8Array, outcome: (typeof OUTCOMES)[number]): number =>
  codes.filter((code) => code === OUTCOMES.indexOf(outcome)).length;

describe('load workers', () => {
  it.each([1, 2])('send every row once with %i of them, and the books balance', async (workers) => {
    const { load, emulator } = await world(workers);
    await load.run();
    const report = await load.stop(20_000);
    const served = emulator.pod.batch.worker.finishedTotal;
    await emulator.close();
    expect(count(report.requests.outcome, 'ok')).toBe(schedule.count);
    expect(served).toBe(schedule.count);
    expect(report.requests.intendedMillis).toEqual(schedule.offsetMillis);
    expect([report.lostRows, report.notes, report.causes]).toEqual([0, [], []]);
    const input = { schedule, timeScale: 10, dueRows: schedule.count, endMillis: 20_000, frameMillis: 128 };
    const little = generatorValidity({ ...input, ...report }).checks.find(({ name }) => name.startsWith('Little'));
    expect(little).toMatchObject({ pass: true });
  });

  it('say so when one is killed: its rows count as dropped and the verdict is generator-limited', async () => {
    const { load, emulator } = await world(2);
    setTimeout(() => process.kill(load.processIds[1]!, 'SIGKILL'), 1000);
    await load.run();
    const report = await load.stop(20_000);
    await emulator.close();
    const dropped = count(report.requests.outcome, 'dropped');
    expect(report.lostRows).toBe(dropped);
    expect(dropped).toBeGreaterThan(0);
    expect(count(report.requests.outcome, 'ok') + dropped).toBe(schedule.count);
    expect(report.notes).toEqual(['load worker 1 was killed by SIGKILL: its open rows are lost']);
    for (let row = 0; row < schedule.count; row += 2) expect(report.requests.outcome[row]).toBe(OUTCOMES.indexOf('ok'));
    const verdict = generatorValidity({
      ...report,
      schedule,
      timeScale: 10,
      dueRows: schedule.count,
      endMillis: 20_000,
      frameMillis: 128,
    });
    expect(verdict.verdict).toBe('generator-limited');
    expect(verdict.checks.find(({ name }) => name === 'rows lost by workers')).toMatchObject({ pass: false });
  });
});
