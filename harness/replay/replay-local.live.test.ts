import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { RunRecord } from '../../model/record.ts';
import { simulate } from '../../sim/simulate.ts';
import type { RealRunSettings } from './real-run.ts';
import { replayLocal } from './replay-local.ts';
import { poissonSchedule, smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';
import { isAlive } from './is-alive.test-support.ts';

const settings = (durationSeconds: number, change: Partial<RealRunSettings> = {}): RealRunSettings => ({
  schedule: poissonSchedule(7, durationSeconds, 8, 50),
  scenario: smallScenario(7, durationSeconds),
  platform: smallPlatform(4),
  timeScale: 4,
  scheduleHash: 'not hashed here',
  versions: {},
  capacity: null,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...change,
});

const outcomes = ({ requests }: RunRecord): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const code of requests.outcome) counts[OUTCOMES[code]!] = (counts[OUTCOMES[code]!] ?? 0) + 1;
  return counts;
};

const responses = ({ requests }: RunRecord): number[] =>
  [...requests.doneMillis].map((done, i) => done - requests.intendedMillis[i]!).sort((a, b) => a - b);

describe('replay on the local profile', () => {
  it('answers every row once, scales up on the load, and the pods of its record are those of the simulation', async () => {
    const asked = settings(20);
    const { complete, record } = await replayLocal(asked);
    const { schedule, scenario, platform } = asked;
    const simulated = simulate(schedule, scenario, platform, { scheduleHash: '', versions: {}, capacity: null });
    expect(complete).toBe(true);
    expect(outcomes(record)).toEqual({ ok: schedule.count });
    expect(record.requests.intendedMillis).toEqual(schedule.offsetMillis);
    for (let i = 0; i < schedule.count; i++) {
      expect(record.requests.sentMillis[i]).toBeGreaterThanOrEqual(schedule.offsetMillis[i]!);
      expect(record.requests.doneMillis[i]).toBeGreaterThan(record.requests.admittedMillis[i]!);
    }
    expect(record.decisions.some(({ scaled, desired }) => scaled && desired === 2)).toBe(true);
    const names = (run: RunRecord): string[] => [...new Set(run.life.map(({ name }) => name))].slice(0, 2);
    expect(names(record)).toEqual(names(simulated));
    expect(record.storage.jobs[0]!.scrapes).toBeGreaterThan(15);
    expect(record.signals.count).toBeGreaterThan(40);
    const joined = record.header.validity!.checks.filter(({ name }) => name.startsWith('server: '));
    expect(joined.length).toBe(7);
    expect(joined.filter(({ pass }) => !pass)).toEqual([]);
    const checks = record.header.validity!.checks.map(({ name, value }) => `${name} ${value?.toFixed(2) ?? 'none'}`);
    const half = Math.floor(schedule.count / 2);
    console.log(`failed scrapes: ${record.storage.jobs[0]!.failedScrapes}`);
    console.log(`generator: ${record.header.validity!.verdict}; ${checks.join(', ')}`);
    console.log(
      `median response: real ${responses(record)[half]!.toFixed(0)} ms, simulated ${responses(simulated)[half]!.toFixed(0)} ms`,
    );
  });

  it('gives what there is and leaves no process behind when it is aborted', async () => {
    const abort = new AbortController();
    const started = replayLocal(
      settings(60, {
        signal: abort.signal,
        onProgress: (done) => {
          if (done > 0.05) abort.abort();
        },
      }),
    );
    const { complete, record, processIds } = await started;
    expect(complete).toBe(false);
    expect(record.header.endMillis).toBeLessThan(60_000);
    expect(outcomes(record)['unfinished']).toBeGreaterThan(0);
    expect(processIds.length).toBeGreaterThan(0);
    expect(processIds.filter(isAlive)).toEqual([]);
  });
});

describe('an emulator on a fixed port', () => {
  it('says PORT_IN_USE when the port is taken', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    const clock = scaledClock(monotonicMillis(), 1);
    await expect(startEmulator({ ...EMULATOR_DEFAULTS, port }, clock)).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    blocker.close();
  });
});
